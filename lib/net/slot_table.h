// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wskit::net {

/// Names for objects that the kernel may still have events for when they are gone: index and
/// generation, so that the name of an object that left finds nothing, not its successor.
template <class T>
class SlotTable {
 public:
  /// Below 2^56, so that a backend may put an operation into the top byte; never 0.
  using Key = std::uint64_t;

  Key insert(T& object) {
    if (first_free_ == kNone) {
      slots_.push_back({nullptr, 1, kNone});
      first_free_ = static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t index = first_free_;
    Slot& slot = slots_[index];
    first_free_ = slot.next_free;
    slot.object = &object;
    ++size_;
    return (Key{slot.generation} << kIndexBits) | index;
  }

  /// Null when the object has left.
  [[nodiscard]] T* find(Key key) const {
    const Slot& slot = slots_[static_cast<std::uint32_t>(key)];
    return slot.generation == key >> kIndexBits ? slot.object : nullptr;
  }

  void erase(Key key) {
    const auto index = static_cast<std::uint32_t>(key);
    Slot& slot = slots_[index];
    slot.object = nullptr;
    slot.generation = slot.generation == kMaxGeneration ? 1 : slot.generation + 1;
    slot.next_free = first_free_;
    first_free_ = index;
    --size_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr unsigned kIndexBits = 32;
  static constexpr std::uint32_t kMaxGeneration = (1U << 24) - 1;
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Slot {
    T* object;
    std::uint32_t generation;
    std::uint32_t next_free;
  };

  std::vector<Slot> slots_;
  std::uint32_t first_free_ = kNone;
  std::size_t size_ = 0;
};

}  // namespace wskit::net
