// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "serve/counts.h"
#include "serve/echo_options.h"
#include "serve/log.h"

namespace wskit::serve {

class Acceptor;
class ServiceThread;
struct ServerState;

/// A WebSocket echo server on libwebsockets: text comes back as text and binary as binary, in one
/// frame each; pings are answered, closes echoed; GET /healthz says "ok". Runs on its own threads.
///
/// What libwebsockets 4.1.6 does not let us do: frames without a mask are accepted, of several
/// pings in one read one is answered, and close codes 1012 to 1014 come back as 1002.
class EchoServer {
 public:
  /// Accepts connections when it returns. Fails with ErrorCode::listen_failed or usage.
  [[nodiscard]] static Expected<std::unique_ptr<EchoServer>> start(EchoOptions options,
                                                                   LogSink log = {});
  /// stop(), then wait().
  ~EchoServer();

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // All of these may be called from any thread.
  /// Accepts no more and closes every connection with 1001; wait() returns when the last is gone,
  /// or after the drain time.
  void drain();
  /// Cuts everything at once.
  void stop();
  [[nodiscard]] EchoStats stats() const;

  /// Until drain() or stop() is through. From one thread only.
  void wait();

 private:
  EchoServer();
  [[nodiscard]] Expected<void> open(EchoOptions options, LogSink log);

  std::string url_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerState> state_;
  std::vector<std::unique_ptr<ServiceThread>> services_;
  std::unique_ptr<Acceptor> acceptor_;
  std::vector<std::thread> threads_;
};

}  // namespace wskit::serve
