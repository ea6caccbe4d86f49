// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "script/json_path.h"
#include "script/regex.h"
#include "script/text_template.h"
#include "wire/close_code.h"
#include "wire/http.h"

namespace wskit::script {

class Values;

/// What queries look at: a message, a close, the opening of a connection or an HTTP answer.
struct Subject {
  /// Of a message its payload, of a close the reason, of HTTP the body.
  std::string_view text;
  /// The text as JSON; called when a query wants it.
  std::function<const Expected<Json>&()> json;
  wire::CloseCode code = wire::CloseCode::no_status;
  int status = 0;
  const wire::Headers* headers = nullptr;
  std::string_view subprotocol;
  std::string_view extensions;
};

/// The part of a subject that a line is about.
struct Query {
  enum class Kind : std::uint8_t {
    message,
    bytes,
    jsonpath,
    regex,
    code,
    reason,
    status,
    header,
    subprotocol,
    extensions,
  };
  Kind kind = Kind::message;
  std::optional<JsonPath> path;
  std::optional<Regex> regex;
  std::string header;
  /// How many there are, of what is found.
  bool count = false;

  /// Nothing when there is no such part; several nodes of a path are an array. Fails with
  /// ErrorCode::usage when a bound was hit.
  [[nodiscard]] Expected<std::optional<Json>> find(const Subject& subject) const;
};

/// What a value is compared with: text, JSON, or integers that add and subtract.
struct Operand {
  struct Term {
    bool negative = false;
    Template text;
  };
  std::vector<Term> terms;
  /// Written as a JSON string: text whatever it looks like.
  bool quoted = false;

  /// As JSON; beside a string, text without quotes is a string. Fails with ErrorCode::unmet.
  [[nodiscard]] Expected<Json> evaluate(Values& values, bool beside_string) const;
  /// The script's line does not show its value.
  [[nodiscard]] bool is_computed() const;
};

/// A query and what must hold of it, in hurl's words.
struct Predicate {
  enum class Test : std::uint8_t {
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    exists,
    matches,
    contains,
    starts_with,
    ends_with,
    is_string,
    is_number,
    is_integer,
    is_float,
    is_boolean,
    is_list,
    is_object,
    is_collection,
    is_empty,
    is_null,
  };
  Query query;
  Test test = Test::exists;
  bool negated = false;
  Operand operand;
  std::optional<Regex> regex;

  /// Nothing when it holds, else what was found instead. Fails as its parts do.
  [[nodiscard]] Expected<std::optional<std::string>> check(const Subject& subject,
                                                           Values& values) const;

 private:
  struct Outcome {
    bool holds = false;
    /// What the value was compared with, if it was with any.
    std::optional<Json> wanted;
  };
  [[nodiscard]] Expected<Outcome> outcome(const Json& value, Values& values) const;
};

/// A value that goes into a variable.
struct Capture {
  std::uint16_t variable = 0;
  Query query;
};

/// As a placeholder writes it: strings bare, all else as JSON.
[[nodiscard]] std::string text_of(const Json& value);

}  // namespace wskit::script
