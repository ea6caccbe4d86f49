// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"

namespace wskit::script {

class Values;

/// What stands between {{ and }}.
struct Placeholder {
  enum class Kind : std::uint8_t { variable, uuid, sequence, connection, now, random };
  Kind kind = Kind::variable;
  /// {{json NAME}}: as a JSON string, with its quotes.
  bool quoted = false;
  std::uint16_t variable = 0;
  std::int64_t low = 0;  ///< Of random, as is the next.
  std::int64_t high = 0;
};

/// Where a template's text is wrong: bytes from its beginning.
struct TemplateError {
  std::size_t offset = 0;
  std::string message;
};

/// Text with placeholders, taken apart once. "\{{" is a literal "{{".
class Template {
 public:
  /// Gives the placeholder or the text that a name stands for; fails when it stands for none.
  using Lookup = std::function<Expected<std::variant<Placeholder, std::string>>(std::string_view)>;

  [[nodiscard]] static std::expected<Template, TemplateError> parse(std::string_view text,
                                                                    const Lookup& lookup);
  [[nodiscard]] static Template of_literal(std::string text);

  /// The whole of it, when it has no placeholders.
  [[nodiscard]] const std::string* literal() const;
  /// Fails with ErrorCode::unmet when a variable has no value yet.
  [[nodiscard]] Expected<std::string> render(Values& values) const;
  /// As it is, with `stand_in` for each placeholder: to look at its form.
  [[nodiscard]] std::string render_with(std::string_view stand_in) const;
  /// Whether it has a placeholder other than variables: two renderings differ, or two clients'.
  [[nodiscard]] bool varies() const;
  [[nodiscard]] bool has_placeholder() const { return literal() == nullptr; }

 private:
  using Part = std::variant<std::string, Placeholder>;

  void append(std::string plain);

  std::vector<Part> parts_;
};

}  // namespace wskit::script
