// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "serve/counts.h"
#include "serve/log.h"
#include "serve/server_options.h"
#include "serve/service.h"

namespace wskit::serve {

class Acceptor;
class ServiceThread;
struct ServerState;

/// A server on libwebsockets, for HTTP/1.1 and WebSocket connections on one port: pings are
/// answered, closes echoed, and the rest is its service's. Runs on its own threads.
///
/// What libwebsockets 4.1.6 does not let us do: frames without a mask are accepted, of several
/// pings in one read one is answered, and close codes 1012 to 1014 come back as 1002.
class Server {
 public:
  /// Accepts connections when it returns. Fails with ErrorCode::listen_failed or usage.
  [[nodiscard]] static Expected<std::unique_ptr<Server>> start(ServerOptions options,
                                                               ServiceFactory factory,
                                                               LogSink log = {});
  /// stop(), then wait().
  ~Server();

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // All of these may be called from any thread.
  /// Accepts no more and closes every connection with 1001; wait() returns when the last is gone,
  /// or after the drain time.
  void drain();
  /// Cuts everything at once.
  void stop();
  [[nodiscard]] ServerStats stats() const;

  /// Until drain() or stop() is through. From one thread only.
  void wait();

 private:
  Server();
  [[nodiscard]] Expected<void> open(ServerOptions options, ServiceFactory factory, LogSink log);

  std::string url_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerState> state_;
  std::vector<std::unique_ptr<ServiceThread>> services_;
  std::unique_ptr<Acceptor> acceptor_;
  std::vector<std::thread> threads_;
};

}  // namespace wskit::serve
