// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "broker/filter_tree.h"
#include "core/clock.h"

namespace wskit::broker {

/// Values by key, each until its time is over. Beyond `max_entries`, and beyond a sum of
/// `max_weight`, those that would expire first make room.
template <class T>
class ExpiringMap {
 public:
  explicit ExpiringMap(std::size_t max_entries, std::size_t max_weight = SIZE_MAX)
      : max_entries_(max_entries), max_weight_(max_weight) {}

  /// Replaces what the key had.
  void put(std::string_view key, T value, Instant expires, std::size_t weight = 0) {
    static_cast<void>(take(key, Instant::min()));
    const auto [place, added] = entries_.try_emplace(std::string(key), std::move(value));
    place->second.expiry = expiries_.emplace(expires, &place->first);
    place->second.weight = weight;
    weight_ += weight;
    while (entries_.size() > max_entries_ || weight_ > max_weight_) {
      drop_first();
    }
  }

  /// The value, or null when there is none any more.
  [[nodiscard]] const T* find(std::string_view key, Instant now) {
    expire(now);
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }

  [[nodiscard]] std::optional<T> take(std::string_view key, Instant now) {
    expire(now);
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      return std::nullopt;
    }
    std::optional<T> value(std::move(found->second.value));
    expiries_.erase(found->second.expiry);
    weight_ -= found->second.weight;
    entries_.erase(found);
    return value;
  }

  void clear() {
    expiries_.clear();
    entries_.clear();
    weight_ = 0;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t weight() const { return weight_; }

 private:
  using Expiries = std::multimap<Instant, const std::string*>;
  struct Entry {
    explicit Entry(T stored) : value(std::move(stored)) {}
    T value;
    typename Expiries::iterator expiry;
    std::size_t weight = 0;
  };

  void expire(Instant now) {
    while (!expiries_.empty() && expiries_.begin()->first <= now) {
      drop_first();
    }
  }

  void drop_first() {
    const auto first = expiries_.begin();
    const auto entry = entries_.find(*first->second);
    weight_ -= entry->second.weight;
    entries_.erase(entry);
    expiries_.erase(first);
  }

  std::size_t max_entries_;
  std::size_t max_weight_;
  std::size_t weight_ = 0;
  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> entries_;
  Expiries expiries_;
};

}  // namespace wskit::broker
