// SPDX-License-Identifier: MIT
#include "script/json_mistake.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/json.h"

namespace wskit::script {
namespace {

/// The library's words without its position, which has a caret, and without the text read last.
std::string plain(std::string_view message) {
  constexpr std::string_view kFront = "syntax error ";
  constexpr std::string_view kRead = "; last read: '";
  const std::size_t front = message.find(kFront);
  if (front != std::string_view::npos) {
    message.remove_prefix(front + kFront.size());
  }
  const std::size_t read = message.find(kRead);
  if (read == std::string_view::npos) {
    return std::string(message);
  }
  const std::size_t expected = message.rfind("'; expected ");
  return std::string(message.substr(0, read)) +
         std::string(expected == std::string_view::npos ? "" : message.substr(expected + 1));
}

/// Follows a text to its first mistake.
class Walk final : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] const std::optional<JsonMistake>& mistake() const { return mistake_; }
  [[nodiscard]] bool too_deep() const { return depth_ > kMaxJsonDepth; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool key(string_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return ++depth_ <= kMaxJsonDepth; }
  bool start_array(std::size_t /*size*/) override { return ++depth_ <= kMaxJsonDepth; }
  bool end_object() override { return --depth_ <= kMaxJsonDepth; }
  bool end_array() override { return --depth_ <= kMaxJsonDepth; }
  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    mistake_ = {.offset = position == 0 ? 0 : position - 1, .message = plain(error.what())};
    return false;
  }

 private:
  std::size_t depth_ = 0;
  std::optional<JsonMistake> mistake_;
};

}  // namespace

std::optional<JsonMistake> find_json_mistake(std::string_view text) {
  Walk walk;
  if (Json::sax_parse(text, &walk)) {
    return std::nullopt;
  }
  if (walk.too_deep()) {
    return JsonMistake{.message = fmt::format("nested deeper than {} levels", kMaxJsonDepth)};
  }
  auto mistake = walk.mistake().value_or(JsonMistake{.message = "this is none"});
  mistake.offset = std::min(mistake.offset, text.size());
  return mistake;
}

}  // namespace wskit::script
