// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "script/message.h"

namespace wskit::script {

/// Where two messages part, and what stands there in each, cut where it is long. Control characters
/// are escaped; a terminal may have others to fear.
struct Mismatch {
  /// "/users/0/name" (RFC 6901), "byte 17", "type", "code" or "reason"; empty for all of a JSON
  /// text.
  std::string place;
  std::string expected;
  std::string got;
  /// How many there are, of JSON.
  std::size_t distance = 1;
};

/// Places in JSON texts that are not compared.
class IgnoredPlaces {
 public:
  /// JSON pointers (RFC 6901), in which a step of "*" is any member or element; what lies below
  /// them is ignored too. Fails with ErrorCode::usage.
  [[nodiscard]] static Expected<IgnoredPlaces> parse(const std::vector<std::string>& pointers);
  [[nodiscard]] bool empty() const { return pointers_.empty(); }
  [[nodiscard]] bool contains(const std::vector<std::string>& place) const;
  /// Those of both.
  [[nodiscard]] IgnoredPlaces with(const IgnoredPlaces& more) const;

 private:
  std::vector<std::vector<std::string>> pointers_;
};

/// Whether members that were not expected are a mismatch.
enum class Members : std::uint8_t { all, expected };

/// The first one in the order of `expected`: objects by member, whatever their order, arrays by
/// position, numbers by value.
[[nodiscard]] std::optional<Mismatch> first_mismatch(const Json& expected, const Json& got,
                                                     const IgnoredPlaces& ignored,
                                                     Members members = Members::all);

/// The same of messages: text that is JSON on both sides by what it means, all else by its bytes.
[[nodiscard]] std::optional<Mismatch> first_mismatch(const MessageView& expected,
                                                     const MessageView& got,
                                                     const IgnoredPlaces& ignored);

/// "text hello", "binary 00 ff ...", "close 1000 bye": of a message in one printable line, cut.
[[nodiscard]] std::string shown_message(const MessageView& message);

}  // namespace wskit::script
