// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <utility>

#include <ev++.h>

#include "serve/listening_socket.h"
#include "serve/log.h"
#include "serve/unique_fd.h"

namespace wskit::serve {

/// Accepts on one loop and hands the sockets out. When descriptors run out it stops listening for
/// a moment and says so once: libwebsockets' own listener spins on EMFILE and fills the log.
class Acceptor {
 public:
  using Handler = std::function<void(UniqueFd)>;

  Acceptor(ev::loop_ref loop, ListeningSocket socket, const LogSink& log, Handler handler);

  [[nodiscard]] const ListenAddress& address() const { return socket_.address(); }
  /// Called each time that accepting has to wait until descriptors are free.
  void on_pause(std::function<void()> handler) { pause_handler_ = std::move(handler); }
  /// Stops for good.
  void close();

 private:
  void on_readable() noexcept;
  void on_retry() noexcept;
  [[nodiscard]] bool accept_one();
  void pause(int error);

  ListeningSocket socket_;
  const LogSink& log_;
  Handler handler_;
  std::function<void()> pause_handler_;
  ev::io readable_;
  ev::timer retry_;
  bool short_of_descriptors_ = false;
  double last_told_ = 0;  // seconds of the wall clock
};

}  // namespace wskit::serve
