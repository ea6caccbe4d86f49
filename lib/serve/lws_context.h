// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

#include "core/error.h"
#include "serve/tls_setup.h"

struct lws;
struct lws_context;
struct lws_protocols;
struct lws_vhost;
struct ev_loop;

namespace wskit::serve {

class ServiceThread;

/// The arguments of one callback of libwebsockets. `slot` is the connection's own, for its
/// Session or HttpExchange; null before there is one.
struct LwsEvent {
  lws* connection;
  int reason;  // lws_callback_reasons
  void** slot;
  void* in;
  std::size_t size;
};

/// A libwebsockets context for one thread, which listens nowhere: it is given accepted sockets.
/// Set up against what 4.1.6 does by default: no HTTP/2, and room for long headers.
class LwsContext {
 public:
  LwsContext();
  ~LwsContext();
  LwsContext(const LwsContext&) = delete;
  LwsContext& operator=(const LwsContext&) = delete;

  /// Events go to `thread`, whose options it takes; `subprotocol` is a buffer that outlives the
  /// context. Fails with ErrorCode::internal and the last thing that libwebsockets said.
  [[nodiscard]] Expected<void> create(ServiceThread& thread, struct ev_loop* loop,
                                      char* subprotocol);
  void destroy();

  /// Takes over an accepted socket, which speaks TLS if the server does, unless it is `plain`; it
  /// is closed, and null returned, when that fails.
  lws* adopt(int fd, bool plain);
  /// Makes the loop run once through libwebsockets' own housekeeping.
  void wake();

 private:
  struct DestroyContext {
    void operator()(lws_context* context) const;
  };
  TlsContextPointer idle_client_;
  std::unique_ptr<lws_protocols[]> protocols_;
  std::unique_ptr<lws_context, DestroyContext> context_;
  lws_vhost* vhost_ = nullptr;
};

}  // namespace wskit::serve
