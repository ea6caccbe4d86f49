// SPDX-License-Identifier: MIT
#include "serve/lws_context.h"

#include <chrono>
#include <exception>
#include <mutex>

#include <ev.h>
#include <fmt/format.h>
#include <libwebsockets.h>

#include "serve/lws_deflate.h"
#include "serve/lws_log.h"
#include "serve/service_thread.h"

namespace wskit::serve {
namespace {

// Read in one go; a larger message comes in pieces. Also libwebsockets' scratch for headers.
constexpr unsigned kReadBytes = 64 * 1024;
// One system call writes at most this; the default, 4 KiB, made large messages crawl.
constexpr std::size_t kWriteBytes = 1024 * 1024;

// Creating and destroying contexts touches OpenSSL's and libwebsockets' process-wide state.
std::mutex global_mutex;

// NOLINTNEXTLINE(readability-function-size): libwebsockets says with how many parameters.
int on_lws_event(lws* connection, lws_callback_reasons reason, void* user, void* in, size_t size) {
  auto* thread = static_cast<ServiceThread*>(lws_context_user(lws_get_context(connection)));
  const LwsEvent event{connection, reason, static_cast<void**>(user), in, size};
  return thread == nullptr ? 0 : thread->on_event(event);
}

lws_protocols protocol(const char* name) {
  lws_protocols entry{};
  entry.name = name;
  entry.callback = on_lws_event;
  entry.per_session_data_size = sizeof(void*);
  entry.rx_buffer_size = kReadBytes - LWS_PRE;
  entry.tx_packet_size = kWriteBytes;
  return entry;
}

unsigned whole_seconds(Nanoseconds duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return seconds < 1 ? 1U : static_cast<unsigned>(seconds);
}

lws_context_creation_info creation_info(const ServerOptions& options) {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
  info.uid = -1;
  info.gid = -1;
  info.alpn = "http/1.1";
  info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME |
                 LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  if (options.certificate) {
    // Without a file: set up when LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS comes.
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
  }
  info.extensions = options.compress ? deflate_extension() : nullptr;
  info.pt_serv_buf_size = kReadBytes;
  info.max_http_header_data = static_cast<unsigned short>(options.max_header);
  info.timeout_secs = whole_seconds(options.handshake_timeout);
  info.timeout_secs_ah_idle = info.timeout_secs;
  return info;
}

}  // namespace

LwsContext::LwsContext() = default;

LwsContext::~LwsContext() {
  destroy();
}

void LwsContext::DestroyContext::operator()(lws_context* context) const {
  lws_context_destroy(context);
}

Expected<void> LwsContext::create(ServiceThread& thread, struct ev_loop* loop, char* subprotocol) {
  const std::scoped_lock lock(global_mutex);
  protocols_ = std::make_unique<lws_protocols[]>(3);  // the last one, empty, ends the table
  protocols_[0] = protocol("");
  protocols_[1] = protocol(subprotocol);
  void* loops[] = {loop};
  lws_context_creation_info info = creation_info(thread.options());
  if (thread.options().certificate) {
    idle_client_ = make_idle_client_context();
    info.provided_client_ssl_ctx = idle_client_.get();
  }
  info.protocols = protocols_.get();
  info.user = &thread;
  info.foreign_loops = loops;
  context_.reset(lws_create_context(&info));
  if (context_ != nullptr) {
    vhost_ = lws_create_vhost(context_.get(), &info);
  }
  if (vhost_ == nullptr) {
    const std::string& why = LwsLogScope::last();
    return fail(ErrorCode::internal,
                fmt::format("start libwebsockets: {}", why.empty() ? "no reason given" : why));
  }
  return {};
}

void LwsContext::destroy() {
  if (context_ != nullptr) {
    const std::scoped_lock lock(global_mutex);
    context_.reset();
  }
}

lws* LwsContext::adopt(int fd, bool plain) {
  const int tls = plain ? 0 : LWS_ADOPT_ALLOW_SSL;
  lws_sock_file_fd_type socket{};
  socket.sockfd = fd;
  return lws_adopt_descriptor_vhost(
      vhost_, static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | tls), socket,
      nullptr, nullptr);
}

void LwsContext::wake() {
  lws_cancel_service(context_.get());
}

}  // namespace wskit::serve
