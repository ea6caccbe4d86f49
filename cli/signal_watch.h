// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/error.h"
#include "net/loop.h"

namespace wskit::cli {

/// SIGINT, SIGTERM and SIGHUP as events of a loop; blocked in this thread and all that it starts
/// later. The first one is told; of the second it depends.
class SignalWatch final : net::FdHandler {
 public:
  using Handler = std::function<void(int signal)>;
  enum class Second : std::uint8_t {
    ends,  // the program at once, with 128 + its number
    told,  // and so is every other one, SIGWINCH and SIGCONT too: for a program with a line editor
  };

  [[nodiscard]] static Expected<std::unique_ptr<SignalWatch>> create(net::Loop& loop,
                                                                     Handler handler,
                                                                     Second second = Second::ends);
  SignalWatch(int descriptor, Handler handler, Second second);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  /// The one that was told.
  [[nodiscard]] std::optional<int> first() const { return first_; }

 private:
  void on_ready(bool readable, bool writable) override;

  int descriptor_;
  Handler handler_;
  Second second_;
  std::unique_ptr<net::FdWatch> watch_;
  std::optional<int> first_;
};

}  // namespace wskit::cli
