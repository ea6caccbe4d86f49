// SPDX-License-Identifier: MIT
#include "report/json_text.h"

#include <string_view>

namespace wskit::report {
namespace {

constexpr std::size_t kIndent = 2;

Style style_of(const Json& json) {
  if (json.is_string()) {
    return Style::green;
  }
  return json.is_null() || json.is_boolean() ? Style::dim : Style::yellow;
}

class Printer {
 public:
  explicit Printer(const TextOptions& options) : options_(options) {}

  [[nodiscard]] std::string print(const Json& json) {
    value(json, 0);
    return std::move(out_);
  }

 private:
  void value(const Json& json, std::size_t indent) {
    if (!json.is_structured()) {
      out_ += paint(printable(dump_json(json)), style_of(json), options_);
    } else if (json.empty() || fits(json, indent)) {
      in_line(json);
    } else {
      in_lines(json, indent);
    }
  }

  [[nodiscard]] bool fits(const Json& json, std::size_t indent) const {
    for (const Json& element : json) {
      if (element.is_structured() && !element.empty()) {
        return false;
      }
    }
    return columns_of(dump_json(json)) + indent + json.size() < options_.width / 2;
  }

  void key(const std::string& name) {
    out_ += paint(printable(dump_json(Json(name))), Style::bold, options_);
    out_ += ": ";
  }

  void in_line(const Json& json) {
    out_ += json.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& item : json.items()) {
      out_ += first ? "" : ", ";
      first = false;
      if (json.is_object()) {
        key(item.key());
      }
      value(item.value(), 0);
    }
    out_ += json.is_object() ? '}' : ']';
  }

  void in_lines(const Json& json, std::size_t indent) {
    out_ += json.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& item : json.items()) {
      out_ += first ? "\n" : ",\n";
      first = false;
      out_.append(indent + kIndent, ' ');
      if (json.is_object()) {
        key(item.key());
      }
      value(item.value(), indent + kIndent);
    }
    out_ += '\n';
    out_.append(indent, ' ');
    out_ += json.is_object() ? '}' : ']';
  }

  const TextOptions& options_;
  std::string out_;
};

}  // namespace

std::string pretty_json(const Json& json, const TextOptions& options) {
  return Printer(options).print(json);
}

bool is_unfinished_json(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) {
    return false;
  }
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      ++depth;
    } else if (!in_string && (c == '}' || c == ']') && depth-- == 1) {
      return false;
    }
  }
  return true;
}

}  // namespace wskit::report
