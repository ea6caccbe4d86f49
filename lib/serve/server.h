// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "relay/fault_plan.h"
#include "serve/counts.h"
#include "serve/listening_socket.h"
#include "serve/log.h"
#include "serve/server_faults.h"
#include "serve/server_options.h"
#include "serve/service.h"
#include "serve/unique_fd.h"

namespace wskit::serve {

class Acceptor;
class FaultDoor;
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
  /// What was made to go wrong (FaultPlan::counts).
  [[nodiscard]] std::vector<relay::FaultCount> faults() const;

  /// Until drain() or stop() is through. From one thread only.
  void wait();

 private:
  Server();
  [[nodiscard]] Expected<void> open(ServerOptions options, ServiceFactory factory, LogSink log);
  void accept_from(ListeningSocket socket);
  /// Connection `number`, which asks for a fault or not.
  void let_in(UniqueFd connection, std::uint64_t number, bool asks);
  void route(UniqueFd connection);
  void deal(UniqueFd connection, std::unique_ptr<relay::JoinedClient> client);

  std::string url_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerState> state_;
  std::vector<std::unique_ptr<ServiceThread>> services_;
  std::unique_ptr<FaultDoor> door_;
  std::unique_ptr<Acceptor> acceptor_;
  std::vector<std::thread> threads_;
  std::uint64_t accepted_ = 0;  // on the acceptor's thread
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
};

}  // namespace wskit::serve
