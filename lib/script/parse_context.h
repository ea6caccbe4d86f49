// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "script/line_cursor.h"
#include "script/regex.h"
#include "script/script.h"
#include "script/script_lines.h"
#include "script/text_template.h"

namespace wskit::script {

struct ScriptOptions {
  /// From the command line: they win over the script's own.
  std::map<std::string, std::string> variables;
  /// The value of {{env.NAME}}; nothing when it is not set.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  ReadFile read_file;
  /// There is a URL for scripts that name none.
  bool has_url = false;
  /// The script is a server's: what makes clients is refused, and the other way round.
  bool server = false;
};

/// What all parts of the parser share: the lines, the variables, and the first error. Functions
/// return false once there is one.
class ParseContext {
 public:
  ParseContext(Script& its_script, const ScriptOptions& its_options)
      : script(its_script), options(its_options), lines(its_script, its_options.read_file) {}

  bool fail(const Place& place, std::string message);
  /// "expected WHAT".
  bool expected(const LineCursor& at, std::string_view what);
  [[nodiscard]] ScriptError error() const;
  [[nodiscard]] bool failed() const { return failed_; }

  /// The number of a variable, made when it is new.
  [[nodiscard]] std::uint16_t variable(std::string_view name);
  /// The same, of one that gets a value here.
  [[nodiscard]] std::uint16_t assigned(std::string_view name);
  /// That each variable that is used gets a value somewhere.
  [[nodiscard]] bool check_variables();

  enum class Use : std::uint8_t {
    once,   // evaluated once: everything may stand there
    often,  // evaluated for each message: what is new each time may not
  };
  [[nodiscard]] bool text(const LineCursor& at, std::string_view text, Use use, Template& out);

  [[nodiscard]] bool duration(LineCursor& at, Nanoseconds& out);
  [[nodiscard]] bool name(LineCursor& at, std::string_view what, std::string& out);
  /// A JSON string literal; takes it.
  [[nodiscard]] bool json_string(LineCursor& at, std::string& out);
  /// "/.../" with flags when `to_end`, else up to the next "/" that is not escaped.
  [[nodiscard]] bool regex(LineCursor& at, bool to_end, std::optional<Regex>& out);
  [[nodiscard]] bool end(const LineCursor& at);

  Script& script;
  const ScriptOptions& options;
  ScriptLines lines;

 private:
  [[nodiscard]] Expected<std::variant<Placeholder, std::string>> look_up(std::string_view name,
                                                                         const Place& place,
                                                                         Use use);
  [[nodiscard]] Expected<std::variant<Placeholder, std::string>> random(std::string_view bounds);
  [[nodiscard]] bool compile(const LineCursor& at, const std::string& pattern,
                             std::optional<Regex>& out);

  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  std::vector<std::optional<Place>> first_use_;
  std::vector<bool> has_value_;
  bool failed_ = false;
  Place error_place_;
  std::string message_;
};

}  // namespace wskit::script
