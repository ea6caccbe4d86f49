// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "tests/net/soak/soak_log.h"

namespace wskit::test {

/// A subscriber that comes and goes at random and keeps a log, whatever it speaks.
class SoakClient {
 public:
  virtual ~SoakClient() = default;

  /// To be called each turn: comes, goes, stalls.
  virtual void act(std::uint64_t published) = 0;
  /// No more comes and goes: whoever is away comes back, and reads to the end.
  virtual void settle() = 0;
  /// Of the connection that wants to read, or -1.
  [[nodiscard]] virtual int fd() const = 0;
  virtual void on_readable() = 0;
  [[nodiscard]] virtual bool complete(const SoakNumbers& published) const = 0;
  /// Where it stands, for a report.
  [[nodiscard]] virtual std::string text() const = 0;
};

}  // namespace wskit::test
