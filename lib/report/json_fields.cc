// SPDX-License-Identifier: MIT
#include "report/json_fields.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace wskit::report {
namespace {

const Json& null_json() {
  static const Json kNull;
  return kNull;
}

const Json& empty_object() {
  static const Json kEmpty = Json::object();
  return kEmpty;
}

}  // namespace

JsonFields::JsonFields(const Json& json, std::string place, std::optional<Error>& error)
    : json_(&json), place_(std::move(place)), error_(&error) {
  if (!json.is_object()) {
    json_ = &empty_object();
    reject({}, "is not an object");
  }
}

std::string JsonFields::place_of(std::string_view name) const {
  const bool nested = !place_.empty() && !name.empty();
  return fmt::format("{}{}{}", place_, nested ? "." : "", name);
}

void JsonFields::reject(std::string_view name, std::string_view problem) const {
  if (*error_) {
    return;
  }
  const std::string place = place_of(name);
  *error_ = Error{ErrorCode::unreadable_file,
                  fmt::format("{} {}", place.empty() ? "the document" : place, problem)};
}

bool JsonFields::has(std::string_view name) const {
  return json_->contains(name);
}

bool JsonFields::is_null(std::string_view name) const {
  return member(name).is_null();
}

const Json& JsonFields::member(std::string_view name) const {
  const auto found = json_->find(name);
  if (found == json_->end()) {
    reject(name, "is missing");
    return null_json();
  }
  return *found;
}

std::uint64_t JsonFields::count(std::string_view name) const {
  return count(name, std::numeric_limits<std::uint64_t>::max());
}

std::uint64_t JsonFields::count(std::string_view name, std::uint64_t max) const {
  const Json& json = member(name);
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > max) {
    reject(name, "is not a whole number of its range");
    return 0;
  }
  return json.get<std::uint64_t>();
}

double JsonFields::number(std::string_view name) const {
  const Json& json = member(name);
  const double value = json.is_number() ? json.get<double>() : -1;
  if (!std::isfinite(value) || value < 0) {
    reject(name, "is not a number of at least zero");
    return 0;
  }
  return value;
}

std::string JsonFields::text(std::string_view name) const {
  const Json& json = member(name);
  if (!json.is_string()) {
    reject(name, "is not a string");
    return {};
  }
  return json.get<std::string>();
}

bool JsonFields::flag(std::string_view name) const {
  const Json& json = member(name);
  if (!json.is_boolean()) {
    reject(name, "is not true or false");
    return false;
  }
  return json.get<bool>();
}

JsonFields JsonFields::object(std::string_view name) const {
  return {member(name), place_of(name), *error_};
}

}  // namespace wskit::report
