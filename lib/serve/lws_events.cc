// SPDX-License-Identifier: MIT
// What a ServiceThread does on libwebsockets' callbacks.
#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "serve/service_thread.h"
#include "serve/upgrade_check.h"

namespace wskit::serve {
namespace {

constexpr int kGoOn = 0;
constexpr int kEnd = -1;

// Only for the callbacks of a WebSocket connection: other ones pass other things in its place.
Session* session_of(const LwsEvent& event) {
  return event.session == nullptr ? nullptr : static_cast<Session*>(*event.session);
}

std::string_view text_of(const LwsEvent& event) {
  return {static_cast<const char*>(event.in), event.size};
}

std::string header(lws* connection, lws_token_indexes token) {
  const int size = lws_hdr_total_length(connection, token);
  if (size <= 0) {
    return {};
  }
  std::string value(static_cast<std::size_t>(size) + 1, '\0');
  const int copied = lws_hdr_copy(connection, value.data(), size + 1, token);
  value.resize(copied < 0 ? 0 : static_cast<std::size_t>(copied));
  return value;
}

std::string method(lws* connection) {
  constexpr std::pair<lws_token_indexes, const char*> kMethods[] = {
      {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_HEAD_URI, "HEAD"},
      {WSI_TOKEN_POST_URI, "POST"},       {WSI_TOKEN_PUT_URI, "PUT"},
      {WSI_TOKEN_PATCH_URI, "PATCH"},     {WSI_TOKEN_DELETE_URI, "DELETE"},
      {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
  };
  for (const auto& [token, name] : kMethods) {
    if (lws_hdr_total_length(connection, token) > 0) {
      return name;
    }
  }
  return {};
}

UpgradeRequest read_request(lws* connection) {
  return {.method = method(connection),
          .http_version = header(connection, WSI_TOKEN_HTTP),
          .host = header(connection, WSI_TOKEN_HOST),
          .upgrade = header(connection, WSI_TOKEN_UPGRADE),
          .connection = header(connection, WSI_TOKEN_CONNECTION),
          .key = header(connection, WSI_TOKEN_KEY),
          .version = header(connection, WSI_TOKEN_VERSION),
          .origin = header(connection, WSI_TOKEN_ORIGIN),
          .subprotocols = header(connection, WSI_TOKEN_PROTOCOL)};
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 426:
      return "Upgrade Required";
    case 503:
      return "Service Unavailable";
    default:
      return "Bad Request";
  }
}

HttpAnswer answer_to_get(std::string_view method, std::string_view path) {
  if (method != "GET" && method != "HEAD") {
    return {405, "only GET and HEAD\n", "Allow: GET, HEAD\r\n"};
  }
  if (path == "/healthz") {
    return {200, "ok\n", {}};
  }
  return {426, "this is a WebSocket echo server\n", "Upgrade: websocket\r\n"};
}

}  // namespace

int ServiceThread::on_event(const LwsEvent& event) {
  switch (event.reason) {
    case LWS_CALLBACK_RECEIVE:
      on_receive(event);
      return kGoOn;
    case LWS_CALLBACK_ESTABLISHED:
      return on_established(event);
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_RECEIVE_PONG:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED:
      return session_of(event) == nullptr ? kGoOn : on_session_event(event, *session_of(event));
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      return on_upgrade(event.connection);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
      if (!agreed_) {
        subprotocol_[0] = '\0';
      }
      return kGoOn;
    case LWS_CALLBACK_HTTP:
      return on_http(event.connection, text_of(event));
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
      return set_up_tls(reinterpret_cast<SSL_CTX*>(event.session), *options().certificate,
                        state_.ticket_keys)
                 ? kGoOn
                 : kEnd;
    case LWS_CALLBACK_RAW_ADOPT:  // what CONNECT would turn a connection into
      return kEnd;
    default:
      return kGoOn;
  }
}

int ServiceThread::on_session_event(const LwsEvent& event, Session& session) {
  switch (event.reason) {
    case LWS_CALLBACK_SERVER_WRITEABLE:
      session.on_writable();
      return kGoOn;
    case LWS_CALLBACK_RECEIVE_PONG:
      session.on_pong();
      return kGoOn;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      session.on_peer_close(text_of(event));
      return kEnd;
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
      session.on_closing_below();
      return kGoOn;
    default:
      *event.session = nullptr;
      on_closed(session);
      return kGoOn;
  }
}

void ServiceThread::on_receive(const LwsEvent& event) {
  session_of(event)->on_fragment({static_cast<const char*>(event.in), event.size},
                                 lws_is_final_fragment(event.connection) != 0,
                                 lws_remaining_packet_payload(event.connection),
                                 lws_frame_is_binary(event.connection) != 0);
}

int ServiceThread::on_established(const LwsEvent& event) {
  auto session = std::make_unique<Session>(event.connection, *this, counts_.read().established);
  session->index_ = sessions_.size();
  *event.session = session.get();
  sessions_.push_back(std::move(session));
  counts_.on_established();
  state_.established.fetch_add(1, std::memory_order_relaxed);
  return kGoOn;
}

void ServiceThread::on_closed(Session& session) {
  if (session.dirty_) {
    std::erase(dirty_, &session);
  }
  if (session.closing_) {
    std::erase(ending_, &session);
  }
  (void)held_.take(session);
  const std::size_t index = session.index_;
  std::swap(sessions_[index], sessions_.back());
  sessions_[index]->index_ = index;
  sessions_.pop_back();
  counts_.on_closed();
  state_.established.fetch_sub(1, std::memory_order_relaxed);
  if (draining_ && sessions_.empty()) {
    loop_.break_loop(ev::ALL);
  }
}

int ServiceThread::on_upgrade(lws* connection) {
  // libwebsockets' own `in` may point to freed memory here (CVE-2025-11677): only copies are used.
  const UpgradeRequest request = read_request(connection);
  const UpgradePolicy policy{options().allowed_origins, options().subprotocols};
  const auto subprotocol = check_upgrade(request, policy);
  if (!subprotocol) {
    counts_.on_refused();
    return answer(connection, subprotocol.error());
  }
  const std::size_t limit = options().max_connections;
  const bool full = limit > 0 && state_.established.load(std::memory_order_relaxed) >= limit;
  if (full || draining_) {
    counts_.on_refused();
    return answer(connection, {503,
                               full ? "the server has as many connections as it may\n"
                                    : "the server is stopping\n",
                               {}});
  }
  // libwebsockets drops a client whose subprotocols it does not know. It is shown one that it
  // knows, and when none is agreed to, the name is gone before it writes its answer.
  const std::string_view known =
      subprotocol->empty() ? first_subprotocol(request.subprotocols) : *subprotocol;
  subprotocol_.fill('\0');
  known.copy(subprotocol_.data(), subprotocol_.size() - 1);
  agreed_ = !subprotocol->empty();
  return kGoOn;
}

int ServiceThread::on_http(lws* connection, std::string_view path) {
  return answer(connection, answer_to_get(method(connection), path));
}

int ServiceThread::answer(lws* connection, const HttpAnswer& answer) {
  std::string text(LWS_PRE, '\0');
  text += fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n"
      "Connection: close\r\n{}\r\n",
      answer.status, reason_phrase(answer.status), answer.body.size(), answer.headers);
  if (method(connection) != "HEAD") {
    text += answer.body;
  }
  auto* bytes = reinterpret_cast<unsigned char*>(text.data()) + LWS_PRE;
  // Whether it was written or not, the connection ends.
  (void)lws_write(connection, bytes, text.size() - LWS_PRE, LWS_WRITE_HTTP_FINAL);
  return kEnd;
}

}  // namespace wskit::serve
