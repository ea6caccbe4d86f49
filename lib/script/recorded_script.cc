// SPDX-License-Identifier: MIT
#include "script/recorded_script.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "script/expectation.h"
#include "script/recorded_line.h"
#include "script/redaction.h"
#include "script/script_lines.h"

namespace wskit::script {
namespace {

/// Makes the steps of a test, line by line.
class RecordedTest {
 public:
  RecordedTest(Script& script, bool has_url) : script_(script), has_url_(has_url) {}

  Expected<void> add(RecordedLine line, const Place& place) {
    if (const auto* head = std::get_if<RecordedHead>(&line.what)) {
      add_head(*head);
      return {};
    }
    auto* const message = std::get_if<RecordedMessage>(&line.what);
    if (message == nullptr) {
      return {};
    }
    const ClientIndex client = client_of(line.moment.connection);
    return message->direction == Direction::send
               ? add_sent(client, std::move(message->message), place)
               : add_received(client, *message, place);
  }
  [[nodiscard]] bool expects() const { return expectations_ > 0; }
  [[nodiscard]] Test take(const std::string& name) {
    test_.name = name;
    test_.place = {.line = 1};
    if (test_.clients.empty()) {
      test_.clients.emplace_back();
    }
    if (test_.clients.size() == 1) {
      test_.clients.front().name.clear();
    }
    return std::move(test_);
  }

 private:
  void add_head(const RecordedHead& head) {
    if (!has_url_ && !head.url.empty()) {
      script_.head.url = Template::of_literal(head.url);
    }
    for (const auto& [name, value] : head.headers) {
      // The command line's -H says what was left out here.
      if (value != Redaction::kMark) {
        script_.head.headers.push_back({.name = name, .value = Template::of_literal(value)});
      }
    }
  }
  ClientIndex client_of(std::uint64_t connection) {
    const auto [known, is_new] =
        clients_.try_emplace(connection, static_cast<ClientIndex>(test_.clients.size()));
    if (is_new) {
      test_.clients.push_back({.name = fmt::format("c{}", connection), .directives = {}});
    }
    return known->second;
  }
  Expected<void> add_sent(ClientIndex client, Message message, const Place& place) {
    // Pongs are answers, given by themselves.
    if (message.type != MessageType::pong) {
      test_.steps.push_back(
          {.place = place,
           .at = {},
           .kind = SendStep{.client = client,
                            .type = message.type,
                            .payload = Template::of_literal(std::move(message.payload)),
                            .code = message.code}});
    }
    return {};
  }
  Expected<void> add_received(ClientIndex client, const RecordedMessage& message,
                              const Place& place) {
    if (!message.expect) {
      return {};
    }
    auto expectation = Expectation::create(message.message, &*message.expect);
    if (!expectation) {
      return std::unexpected(std::move(expectation.error()));
    }
    ++expectations_;
    test_.steps.push_back(
        {.place = place,
         .at = {},
         .kind = ExpectStep{
             .client = client, .deadline = {}, .pattern = Pattern(*std::move(expectation))}});
    return {};
  }

  Script& script_;
  bool has_url_;
  Test test_;
  std::map<std::uint64_t, ClientIndex> clients_;
  std::size_t expectations_ = 0;
};

}  // namespace

std::expected<Script, ScriptError> script_of_recording(const std::string& file,
                                                       std::string_view text, bool has_url) {
  Script script;
  ScriptLines(script, {}).enter(file, text);
  RecordedTest test(script, has_url);
  Place place;
  const auto refuse = [&](std::string message) {
    return std::unexpected(ScriptError{.file = file,
                                       .line = std::max(place.line, 1U),
                                       .column = 1,
                                       .message = std::move(message),
                                       .text = script.lines.front()[std::max(place.line, 1U) - 1]});
  };
  for (const std::string& line : script.lines.front()) {
    ++place.line;
    auto parsed = parse_recorded_line(line);
    if (!parsed) {
      return refuse(parsed.error().message);
    }
    if (auto added = test.add(*std::move(parsed), place); !added) {
      return refuse(added.error().message);
    }
  }
  place.line = 1;
  if (!test.expects()) {
    return refuse(
        "expected an \"expect\" member on a received line; replay --check compares with "
        "what was recorded without any");
  }
  if (!has_url && !script.head.url) {
    return refuse("expected a \"url\" in the recording's head, or one on the command line");
  }
  script.tests.push_back(test.take(std::filesystem::path(file).stem().string()));
  return script;
}

}  // namespace wskit::script
