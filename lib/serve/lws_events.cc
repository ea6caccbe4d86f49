// SPDX-License-Identifier: MIT
// What a ServiceThread does on libwebsockets' callbacks.
#include <algorithm>
#include <utility>

#include <libwebsockets.h>

#include "relay/asked_faults.h"
#include "serve/lws_log.h"
#include "serve/lws_request.h"
#include "serve/service_thread.h"
#include "serve/upgrade_check.h"

namespace wskit::serve {
namespace {

constexpr int kGoOn = 0;
constexpr int kEnd = -1;
constexpr std::string_view kBrokenTarget =
    "the request's line is broken: a target has no line break, and HTTP's version after it";

// Only for the callbacks of a WebSocket connection: other ones pass other things in its place.
Session* session_of(const LwsEvent& event) {
  return event.slot == nullptr ? nullptr : static_cast<Session*>(*event.slot);
}

// The same for the callbacks of HTTP.
HttpExchange* exchange_of(const LwsEvent& event) {
  return event.slot == nullptr ? nullptr : static_cast<HttpExchange*>(*event.slot);
}

std::string_view text_of(const LwsEvent& event) {
  return {static_cast<const char*>(event.in), event.size};
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
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_CLOSED_HTTP:
      return on_http_event(event);
    default:
      return on_handshake_event(event);
  }
}

int ServiceThread::on_handshake_event(const LwsEvent& event) {
  switch (event.reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      return on_upgrade(event.connection);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
      upgrade_.before_answer();
      return kGoOn;
    case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
      return upgrade_.accept_offer() ? kGoOn : kEnd;
    case LWS_CALLBACK_ADD_HEADERS:
      return upgrade_.add_parameters(event.in) ? kGoOn : kEnd;
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
      return set_up_tls(reinterpret_cast<SSL_CTX*>(event.slot), options(), state_.ticket_keys)
                 ? kGoOn
                 : kEnd;
    case LWS_CALLBACK_WSI_DESTROY:
      on_destroyed(event.connection);
      return kGoOn;
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
      *event.slot = nullptr;
      on_closed(session);
      return kGoOn;
  }
}

void ServiceThread::on_receive(const LwsEvent& event) {
  constexpr unsigned kRsv1 = 0x40;
  lws* const connection = event.connection;
  session_of(event)->on_fragment({.bytes = text_of(event),
                                  .first = lws_is_first_fragment(connection) != 0,
                                  .last = lws_is_final_fragment(connection) != 0,
                                  .binary = lws_frame_is_binary(connection) != 0,
                                  .compressed = (lws_get_reserved_bits(connection) & kRsv1) != 0,
                                  .remaining = lws_remaining_packet_payload(connection)});
}

int ServiceThread::on_established(const LwsEvent& event) {
  auto session = std::make_unique<Session>(event.connection, *this, counts_.read().established);
  if (const auto deflate = upgrade_.deflate()) {
    session->compress_with(*deflate);
  }
  session->index_ = sessions_.size();
  session->hold(std::move(admitted_place_));
  *event.slot = session.get();
  Session& opened = *session;
  sessions_.push_back(std::move(session));
  events_.opened(opened, {.target = admitted_target_, .subprotocol = admitted_subprotocol_}, now());
  opened.open(std::move(admitted_));
  counts_.on_established();
  return kGoOn;
}

void ServiceThread::take_from_lists(Outlet& outlet) {
  if (outlet.dirty_) {
    std::erase(dirty_, &outlet);
    std::ranges::replace(flushing_, &outlet, nullptr);
  }
}

void ServiceThread::on_closed(Session& session) {
  events_.closed(session, now());
  take_from_lists(session);
  if (session.closing_) {
    std::erase(ending_, &session);
  }
  const std::size_t index = session.index_;
  std::swap(sessions_[index], sessions_.back());
  sessions_[index]->index_ = index;
  sessions_.pop_back();
  counts_.on_closed();
  if (draining_ && idle()) {
    loop_.break_loop(ev::ALL);
  }
}

int ServiceThread::on_http_event(const LwsEvent& event) {
  if (event.reason == LWS_CALLBACK_HTTP) {
    return on_request(event);
  }
  HttpExchange* const exchange = exchange_of(event);
  if (exchange == nullptr) {
    return kGoOn;
  }
  switch (event.reason) {
    case LWS_CALLBACK_HTTP_BODY:
      exchange->on_body(text_of(event));
      return kGoOn;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      exchange->on_body_complete();
      return kGoOn;
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return on_http_writable(event, *exchange);
    default:
      *event.slot = nullptr;
      end_exchange(*exchange);
      return kGoOn;
  }
}

int ServiceThread::on_request(const LwsEvent& event) {
  (void)openings_.remove(event.connection);
  auto created =
      std::make_unique<HttpExchange>(event.connection, *this, read_request(event.connection));
  HttpExchange& exchange = *created;
  exchange.index_ = exchanges_.size();
  *event.slot = created.get();
  exchanges_.push_back(std::move(created));
  if (exchange.request().target.empty()) {
    const std::string why = std::string(kBrokenTarget) + "\n";
    exchange.respond({.status = 400, .body = why});
  } else if (relay::asks_for_faults(exchange.request().target)) {
    const UnheededFault fault = unheeded_fault(faults());
    const std::string why = std::string(fault.why) + "\n";
    exchange.respond({.status = fault.status, .body = why});
  } else {
    exchange.start(service_->takes_bodies() ? options().max_message : 0);
  }
  if (draining_) {
    exchange.on_drain();
  }
  return kGoOn;
}

int ServiceThread::on_http_writable(const LwsEvent& event, HttpExchange& exchange) {
  if (!exchange.complete()) {
    exchange.mark_dirty();
    return kGoOn;
  }
  *event.slot = nullptr;
  end_exchange(exchange);
  return kEnd;
}

void ServiceThread::end_exchange(HttpExchange& exchange) {
  exchange.log_end();
  take_from_lists(exchange);
  const std::size_t index = exchange.index_;
  std::swap(exchanges_[index], exchanges_.back());
  exchanges_[index]->index_ = index;
  exchanges_.pop_back();
  if (draining_ && idle()) {
    loop_.break_loop(ev::ALL);
  }
}

// It ends before its request was complete: libwebsockets says why in its log only.
void ServiceThread::on_destroyed(lws* connection) {
  peers_.remove(connection);
  const auto since = openings_.remove(connection);
  const bool too_long = LwsLogScope::take_header_overflow();
  if (!since || draining_) {
    return;
  }
  if (too_long) {
    counts_.on_limited(Limit::header_bytes);
  } else if (now() - *since >= options().handshake_timeout) {
    counts_.on_limited(Limit::handshake_time);
  }
}

int ServiceThread::on_upgrade(lws* connection) {
  (void)openings_.remove(connection);
  admitted_.reset();
  admitted_place_ = {};  // of an upgrade whose answer could not be written
  if (draining_) {
    return refuse(connection, wire::refuse_upgrade(503, "the server is stopping"));
  }
  auto place = take_place(connection);
  if (!place) {
    const LimitRefusal refusal = refusal_of(place.error());
    return refuse(connection, wire::refuse_upgrade(refusal.status, refusal.why));
  }
  admitted_place_ = std::move(*place);
  const int verdict = admit(connection);
  if (verdict != kGoOn) {
    admitted_place_ = {};
  }
  return verdict;
}

int ServiceThread::admit(lws* connection) {
  const wire::HttpRequest request = read_request(connection);
  if (request.target.empty()) {
    return refuse(connection, wire::refuse_upgrade(400, kBrokenTarget));
  }
  if (relay::asks_for_faults(request.target)) {
    const UnheededFault fault = unheeded_fault(faults());
    return refuse(connection, wire::refuse_upgrade(fault.status, fault.why));
  }
  auto admission = service_->on_upgrade(request, peers_.peer_of(connection));
  if (!admission) {
    return refuse(connection, admission.error());
  }
  if (events_.on()) {
    admitted_target_ = request.target;
    admitted_subprotocol_ = admission->agreement.subprotocol;
  }
  upgrade_.begin(admission->agreement, request);
  admitted_ = std::move(admission->handler);
  return kGoOn;
}

int ServiceThread::refuse(lws* connection, const wire::UpgradeAnswer& refusal) {
  counts_.on_refused();
  if (events_.on()) {
    events_.refused(connection, read_request(connection).target, refusal.status, refusal.reason);
  }
  return answer(connection, refusal.bytes);
}

int ServiceThread::answer(lws* connection, std::string_view bytes) {
  std::string text(LWS_PRE, '\0');
  text += bytes;
  auto* start = reinterpret_cast<unsigned char*>(text.data()) + LWS_PRE;
  // Whether it was written or not, the connection ends.
  (void)lws_write(connection, start, bytes.size(), LWS_WRITE_HTTP_FINAL);
  return kEnd;
}

}  // namespace wskit::serve
