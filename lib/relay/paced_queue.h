// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace wskit::relay {

/// What leaves in one direction and when: in the order in which it was put, but for what was put
/// aside. Pure: times are told to it.
class PacedQueue {
 public:
  enum class Action : std::uint8_t { write, finish, reset, freeze };
  struct Item {
    Action action = Action::write;
    /// To be written; may be overwritten.
    std::string bytes;
  };
  /// Pieces of `bytes` with `gap` between them.
  struct Tearing {
    std::size_t bytes = 0;
    Nanoseconds gap{0};
  };

  /// In bytes a second, also of what waits already; 0 for no limit.
  void set_rate(std::uint64_t rate);

  /// Behind all that was put before, not before `due`.
  void put(std::string bytes, Instant due);
  void put(Action action, Instant due);
  void put_torn(std::string_view bytes, const Tearing& tearing, Instant due);
  /// Nothing waits for it, and it waits for nothing.
  void put_aside(std::string bytes, Instant due);
  /// What is put from now on does not leave before.
  void hold_until(Instant until);
  /// Takes that back.
  void end_hold();

  [[nodiscard]] std::optional<Item> take(Instant now);
  /// When the next one is due.
  [[nodiscard]] std::optional<Instant> next() const;
  /// When what is put now would leave.
  [[nodiscard]] Instant earliest(Instant due) const { return std::max(last_, due); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void clear();

 private:
  struct Entry {
    Item item;
    /// As it was put; nothing for what was put aside.
    std::optional<Instant> due;
  };

  void insert(Item item, Instant due, Instant leaves);
  void put_again();

  std::multimap<Instant, Entry> items_;
  std::size_t bytes_ = 0;
  std::uint64_t rate_ = 0;
  Instant held_until_;
  /// Of the last item that was not put aside.
  Instant last_;
};

}  // namespace wskit::relay
