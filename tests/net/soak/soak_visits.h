// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>

namespace wskit::test {

/// When somebody who comes and goes at random does so. What is waited for is told in messages that
/// were published, not in time.
class SoakVisits {
 public:
  enum class Step : std::uint8_t { none, come, leave };

  explicit SoakVisits(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] std::uint64_t pick(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(random_);
  }
  /// What is to be done now.
  [[nodiscard]] Step next(bool connected, std::uint64_t published);
  /// No more of it.
  void settle();

  [[nodiscard]] bool settling() const { return settling_; }
  /// Whether the kernel is to keep little for it, so that the server soon has to.
  [[nodiscard]] bool small_buffer() { return will_stall_ || pick(0, 4) == 0; }
  /// Does not read.
  [[nodiscard]] bool stalled() const { return stalled_; }

 private:
  std::mt19937 random_;
  std::uint64_t leave_at_ = 0;  // messages published
  std::uint64_t come_at_ = 0;
  std::uint64_t stall_at_ = UINT64_MAX;
  std::uint64_t go_on_at_ = UINT64_MAX;
  bool will_stall_ = false;
  bool stalled_ = false;
  bool settling_ = false;
};

}  // namespace wskit::test
