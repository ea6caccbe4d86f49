// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <unordered_map>

#include "core/clock.h"

struct lws;

namespace wskit::serve {

/// The connections whose request is not complete yet, and since when they are there: libwebsockets
/// ends some of them without a word.
class Openings {
 public:
  void add(const lws* connection, Instant now) { since_.emplace(connection, now); }
  /// Its request is complete, or it ends: since when it was there, if it was.
  std::optional<Instant> remove(const lws* connection) {
    const auto node = since_.extract(connection);
    return node ? std::optional(node.mapped()) : std::nullopt;
  }

 private:
  std::unordered_map<const lws*, Instant> since_;
};

}  // namespace wskit::serve
