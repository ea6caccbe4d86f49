// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  /// Environment variables that are not set have some value: the script is only read.
  bool any_environment = false;
};

/// Text that was put together from a script, and where its parts stand there: a block of lines, or
/// a string with escapes.
struct WrittenText {
  std::string text;
  struct Part {
    std::size_t offset = 0;
    Place place;
  };
  /// By offset; the first one is at 0.
  std::vector<Part> parts;

  [[nodiscard]] Place place(std::size_t offset) const;
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
  /// A test begins: what gets a value within it has none in the next one.
  void begin_test();
  /// That each variable that the test uses gets a value in it or above all tests.
  [[nodiscard]] bool end_test();
  /// The same of those that are used above all tests: any test may give them one.
  [[nodiscard]] bool check_variables();

  /// Goes on with the file whose path is what is left of the line.
  [[nodiscard]] bool include(const LineCursor& at);

  enum class Use : std::uint8_t {
    once,   // evaluated once: everything may stand there
    often,  // evaluated for each message: what is new each time may not
  };
  [[nodiscard]] bool text(const LineCursor& at, std::string_view text, Use use, Template& out);
  [[nodiscard]] bool text(const WrittenText& written, Use use, Template& out);
  /// What is left of the line is a URL, whatever its placeholders will be.
  [[nodiscard]] bool url(const LineCursor& at, Template& out);

  [[nodiscard]] bool duration(LineCursor& at, Nanoseconds& out);
  [[nodiscard]] bool name(LineCursor& at, std::string_view what, std::string& out);
  /// A JSON string literal; takes it.
  [[nodiscard]] bool json_string(LineCursor& at, std::string& out);
  [[nodiscard]] bool json_string(LineCursor& at, WrittenText& out);
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
  [[nodiscard]] Expected<std::variant<Placeholder, std::string>> random(std::string_view bounds,
                                                                        bool quoted);
  [[nodiscard]] Expected<std::variant<Placeholder, std::string>> environment(std::string_view name,
                                                                             bool quoted);
  [[nodiscard]] bool no_value(std::uint16_t variable, const Place& place);
  [[nodiscard]] bool compile(const LineCursor& at, const std::string& pattern,
                             std::optional<Regex>& out);

  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  std::vector<std::optional<Place>> first_use_;
  std::vector<bool> has_value_;
  /// By a test that was read.
  std::vector<bool> given_somewhere_;
  /// Those of the test that is read.
  bool in_test_ = false;
  std::vector<std::uint16_t> assigned_here_;
  std::vector<std::pair<std::uint16_t, Place>> used_here_;
  bool failed_ = false;
  Place error_place_;
  std::string message_;
};

}  // namespace wskit::script
