// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "script/text_template.h"

namespace wskit::script {

/// Names and what they stand for while one session of a script runs; small, because a load test
/// has one for each connection.
class Values {
 public:
  struct Setup {
    /// Of each variable: its name for error texts, and the value it starts with, if any.
    const std::vector<std::string>* names = nullptr;
    const std::vector<std::optional<std::string>>* initial = nullptr;
    /// What {{conn}} says.
    std::uint64_t connection = 1;
    std::uint64_t seed = 0;
    /// Milliseconds since 1970 in UTC; outlives this.
    const std::function<std::int64_t()>* wall_clock = nullptr;
  };

  explicit Values(const Setup& setup);

  /// Variables stand as at the beginning; what counts and what is random goes on.
  void restart() { values_ = *initial_; }

  void set(std::uint16_t variable, std::string value) { values_[variable] = std::move(value); }
  /// Fails with ErrorCode::unmet when a variable has no value yet.
  [[nodiscard]] Expected<std::string> get(const Placeholder& placeholder);

 private:
  /// Of all kinds but variables.
  [[nodiscard]] std::string generate(const Placeholder& placeholder);
  [[nodiscard]] std::uint32_t random_bits();
  [[nodiscard]] std::string uuid();
  [[nodiscard]] std::int64_t random_between(std::int64_t low, std::int64_t high);

  /// Knuth's MMIX: 64 bits of state and of period, of which the upper half is used. The standard's
  /// better ones take kilobytes, its small ones repeat UUIDs.
  using Random =
      std::linear_congruential_engine<std::uint64_t, 6364136223846793005U, 1442695040888963407U, 0>;
  const std::vector<std::string>* names_;
  const std::vector<std::optional<std::string>>* initial_;
  std::vector<std::optional<std::string>> values_;
  const std::function<std::int64_t()>* wall_clock_;
  std::uint64_t connection_;
  std::uint64_t sequence_ = 0;
  Random random_;
};

}  // namespace wskit::script
