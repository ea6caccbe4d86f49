// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "core/error.h"
#include "core/parse.h"

namespace wskit::cli {

/// An option whose text is parsed into `value` at once; what does not parse is a usage error that
/// names the option and says what could be written instead. The last one given counts.
template <class Value, class Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& names, Value& value, Parse parse) {
  auto* const option =
      app.add_option_function<std::string>(names, [&value, parse, names](const std::string& text) {
        auto parsed = parse(std::string_view(text));
        if (!parsed) {
          throw CLI::ValidationError(names.substr(names.find("--")), parsed.error().message);
        }
        value = std::move(*parsed);
      });
  // As in curl: what is given twice, in a script's defaults and by hand, say, counts as given last.
  return option->take_last();
}

/// An option that takes a duration ("250ms", "5s").
inline CLI::Option* add_duration(CLI::App& app, const std::string& names, Nanoseconds& value,
                                 const std::string& description) {
  return add_parsed(app, names, value, parse_duration)
      ->description(description)
      ->type_name("DURATION");
}

/// For options that mean something by being given: what a script's empty variable makes of them is
/// refused.
inline CLI::Validator not_empty() {
  return {[](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); }, ""};
}

/// For the values of a list, which stay text: what `check` refuses is a usage error.
template <class Check>
CLI::Validator checked_by(Check check) {
  return {[check](const std::string& text) {
            const Expected<void> checked = check(std::string_view(text));
            return checked ? std::string() : checked.error().message;
          },
          ""};
}

}  // namespace wskit::cli
