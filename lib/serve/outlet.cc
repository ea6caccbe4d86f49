// SPDX-License-Identifier: MIT
#include "serve/outlet.h"

#include <utility>

#include <libwebsockets.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "serve/keep_little.h"
#include "serve/service_thread.h"

namespace wskit::serve {
Outlet::Outlet(lws* connection, ServiceThread& thread)
    : connection_(connection), thread_(thread), out_(LWS_PRE, '\0') {}

void Outlet::mark_dirty() {
  if (!dirty_) {
    dirty_ = true;
    thread_.add_dirty(*this);
  }
}

std::size_t Outlet::queued() const {
  return out_.size() - LWS_PRE;
}

bool Outlet::blocked() const {
  return lws_partial_buffered(connection_) != 0;
}

// A peer that reads slowly may take long to come to our ping: that it acknowledges bytes is a sign
// of life too.
bool Outlet::takes_bytes() {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(lws_get_socket_fd(connection_), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return false;
  }
  return std::exchange(acknowledged_, info.tcpi_bytes_acked) != info.tcpi_bytes_acked;
}

bool Outlet::write_out() {
  if (queued() == 0 || blocked()) {
    return true;
  }
  auto* bytes = reinterpret_cast<unsigned char*>(out_.data()) + LWS_PRE;
  const bool alive = lws_write(connection_, bytes, queued(), LWS_WRITE_RAW) >= 0;
  clear_keeping_little(out_, LWS_PRE);
  return alive;
}

}  // namespace wskit::serve
