// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/json.h"

namespace wskit::report {

/// Reads members of a JSON object that may lack them or hold something else. The first problem is
/// kept with its place ("metrics.response.count"), and zero values are returned from there on, so
/// that readers are written straight and look at failure() once.
class JsonFields {
 public:
  /// `error` is shared by all fields read from one document and must outlive them.
  JsonFields(const Json& json, std::string place, std::optional<Error>& error);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool is_null(std::string_view name) const;

  [[nodiscard]] std::uint64_t count(std::string_view name) const;
  /// As count(), at most `max`.
  [[nodiscard]] std::uint64_t count(std::string_view name, std::uint64_t max) const;
  /// Finite and not negative: everything measured here is.
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] JsonFields object(std::string_view name) const;

  /// Calls visit(element, its place) for the elements of an array or the values of an object.
  template <class Visitor>
  void for_each(std::string_view name, Visitor visit) const {
    const Json& array = member(name);
    if (!array.is_array()) {
      reject(name, "is not an array");
      return;
    }
    for (std::size_t i = 0; i < array.size(); ++i) {
      visit(array[i], place_of(name) + "[" + std::to_string(i) + "]");
    }
  }
  template <class Visitor>
  void for_each_member(Visitor visit) const {
    for (const auto& [key, value] : json_->items()) {
      visit(key, value);
    }
  }

  /// Records a problem of a member, unless one came before it.
  void reject(std::string_view name, std::string_view problem) const;
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

 private:
  [[nodiscard]] const Json& member(std::string_view name) const;
  [[nodiscard]] std::string place_of(std::string_view name) const;

  const Json* json_;
  std::string place_;
  std::optional<Error>* error_;
};

}  // namespace wskit::report
