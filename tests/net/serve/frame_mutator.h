// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wskit::test {

/// What a client speaks: where it connects, and messages that are right there.
struct Dialect {
  const char* path;
  const char* headers;
  std::vector<std::string> texts;
};

/// Frames that are right and frames that are nearly right: the same ones for the same seed.
class FrameMutator {
 public:
  explicit FrameMutator(std::uint32_t seed) : random_(seed) {}

  /// Masked; as often as not something is wrong with it.
  [[nodiscard]] std::string frame(const Dialect& dialect);
  /// The request for an upgrade.
  [[nodiscard]] std::string request(const Dialect& dialect, bool right);
  /// From 0 to less than `end`.
  [[nodiscard]] std::size_t below(std::size_t end);

 private:
  [[nodiscard]] std::string right_frame(const Dialect& dialect);
  [[nodiscard]] std::string payload(const Dialect& dialect);
  [[nodiscard]] std::string garbage(std::size_t size);
  /// Any byte of it may change, also its length.
  void spoil(std::string& bytes);
  void flip_bits(std::string& bytes, std::size_t within);
  void claim_size(std::string& frame);

  std::mt19937 random_;
};

/// The dialects of serve echo and serve pubsub.
[[nodiscard]] std::vector<Dialect> echo_dialects();
[[nodiscard]] std::vector<Dialect> pubsub_dialects();

}  // namespace wskit::test
