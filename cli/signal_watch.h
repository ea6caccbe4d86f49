// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/error.h"
#include "net/loop.h"

namespace wskit::cli {

/// SIGINT and SIGTERM as events of a loop. They must be blocked in every thread (StopSignals). The
/// first one is told, the second ends the program at once with 128 + its number.
class SignalWatch final : net::FdHandler {
 public:
  using Handler = std::function<void(int signal)>;

  [[nodiscard]] static Expected<std::unique_ptr<SignalWatch>> create(net::Loop& loop,
                                                                     Handler handler);
  SignalWatch(int descriptor, Handler handler);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  /// The one that was told.
  [[nodiscard]] std::optional<int> first() const { return first_; }

 private:
  void on_ready(bool readable, bool writable) override;

  int descriptor_;
  Handler handler_;
  std::unique_ptr<net::FdWatch> watch_;
  std::optional<int> first_;
};

}  // namespace wskit::cli
