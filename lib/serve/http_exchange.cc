// SPDX-License-Identifier: MIT
#include "serve/http_exchange.h"

#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <libwebsockets.h>
#include <sys/socket.h>

#include "core/check.h"
#include "core/parse.h"
#include "serve/lws_request.h"
#include "serve/service_thread.h"
#include "wire/server_handshake.h"

namespace wskit::serve {
namespace {

constexpr int kNoContent = 204;
constexpr std::string_view kStopping = "the server is stopping";
// A longer body is gathered only for one of the connections that the server may have.
constexpr std::uint64_t kSmallBody = std::uint64_t{64} << 10;

}  // namespace

HttpExchange::HttpExchange(lws* connection, ServiceThread& thread, wire::HttpRequest request)
    : Outlet(connection, thread),
      request_(std::move(request)),
      begun_(thread.now()),
      input_(thread.loop()) {
  input_.set<HttpExchange, &HttpExchange::on_input>(this);
  if (thread.events().on()) {
    peer_ = thread.peers().address_of(connection).text();
  }
}

std::expected<void, Limit> HttpExchange::take_place() {
  if (has_place()) {
    return {};
  }
  auto place = thread().take_place(connection());
  if (!place) {
    return std::unexpected(place.error());
  }
  hold(std::move(*place));
  return {};
}

void HttpExchange::start(std::size_t max_body) {
  max_body_ = max_body;
  if (max_body == 0 && request_.method != "GET" && request_.method != "HEAD") {
    respond({.status = 405, .headers = {{"Allow", "GET, HEAD"}}, .body = "only GET and HEAD\n"});
    return;
  }
  const auto length = request_.headers.get("Content-Length");
  if (request_.headers.count("Transfer-Encoding") > 0) {
    // libwebsockets does not take chunks apart.
    respond({.status = 411, .body = "the body's length must be known\n"});
  } else if (length && *length != "0") {
    expect_body(*length);
  } else {
    ask_service();
  }
}

void HttpExchange::expect_body(std::string_view length) {
  const auto bytes = parse_integer(length, 0, max_body_);
  if (!bytes) {
    thread().counts().on_limited(Limit::message_bytes);
    const std::string why = fmt::format("the body may have {} bytes\n", max_body_);
    respond({.status = 413, .body = why});
    return;
  }
  if (*bytes <= kSmallBody) {
    return;
  }
  if (const auto placed = take_place(); !placed) {
    const LimitRefusal refusal = refusal_of(placed.error());
    const std::string why = std::string(refusal.why) + "\n";
    respond({.status = refusal.status, .body = why});
  }
}

void HttpExchange::on_body(std::string_view piece) {
  if (!answered() && body_.size() + piece.size() <= max_body_) {
    body_ += piece;
  }
}

void HttpExchange::on_body_complete() {
  // An empty body is complete, too, after the service has been asked.
  if (!answered() && !asked_) {
    ask_service();
    body_ = {};
  }
}

void HttpExchange::ask_service() {
  asked_ = true;
  // An answer may take as long as the peer goes on taking it: see check_alive().
  lws_set_timeout(connection(), NO_PENDING_TIMEOUT, 0);
  input_.start(lws_get_socket_fd(connection()), ev::READ);
  thread().service().on_request(*this, request_, body_);
  check(answered() || handler_ != nullptr, "every request is answered, or somebody is to do it");
}

void HttpExchange::answer_later(std::unique_ptr<ExchangeHandler> handler) {
  handler_ = std::move(handler);
}

void HttpExchange::append_head(const HttpAnswer& answer) {
  thread().events().answered({.connection = connection(),
                              .request = request_,
                              .status = answer.status,
                              .took = thread().now() - begun_});
  told_ = true;
  std::string& out = output();
  out += fmt::format("HTTP/1.1 {} {}\r\n", answer.status, wire::reason_phrase(answer.status));
  if (answer.status != kNoContent) {
    out += fmt::format("Content-Type: {}\r\n", answer.content_type);
  }
  for (const wire::Header& header : answer.headers) {
    out += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  out += "Connection: close\r\n";
}

void HttpExchange::respond(const HttpAnswer& answer) {
  if (state_ == State::cut_off) {
    return;  // the peer has gone in this turn, before its answer was there
  }
  check(!answered(), "a request is answered once");
  state_ = State::answered;
  append_head(answer);
  std::string& out = output();
  if (answer.status != kNoContent) {
    out += fmt::format("Content-Length: {}\r\n", answer.body.size());
  }
  out += "\r\n";
  if (request_.method != "HEAD" && answer.status != kNoContent) {
    out += answer.body;
  }
  mark_dirty();
}

void HttpExchange::begin_stream(const HttpAnswer& head) {
  check(!answered(), "a request is answered once");
  const bool has_body = request_.method != "HEAD";
  state_ = has_body ? State::streaming : State::answered;
  streams_ = has_body;
  chunked_ = request_.minor_version > 0;
  append_head(head);
  output() += chunked_ ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
  mark_dirty();
}

void HttpExchange::end_stream() {
  if (state_ == State::streaming) {
    state_ = State::ending;
    mark_dirty();
  }
}

void HttpExchange::cut(std::string_view why) {
  state_ = State::cut_off;
  end_ = why;
  mark_dirty();
}

Peer HttpExchange::peer() const {
  return thread().peers().peer_of(connection());
}

void HttpExchange::on_drain() {
  draining_ = true;
  end_ = end_.empty() ? kStopping : end_;
  if (handler_ != nullptr) {
    handler_->on_drain();
  }
}

void HttpExchange::append_chunk() {
  if (!chunked_) {
    const std::size_t before = output().size();
    take(output());
    streamed_ += output().size() - before;
    return;
  }
  std::string bytes;
  take(bytes);
  streamed_ += bytes.size();
  if (!bytes.empty()) {  // an empty chunk would be the last one
    output() += fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  }
}

bool HttpExchange::flush() {
  const bool streams = state_ == State::streaming || state_ == State::ending;
  do {
    if (streams && can_take()) {
      append_chunk();
    }
    if (!write_out()) {
      return false;
    }
  } while (streams && can_take());
  if (state_ == State::ending && !blocked()) {
    state_ = State::answered;
    output() += chunked_ ? "0\r\n\r\n" : "";
    if (!write_out()) {
      return false;
    }
  }
  if (state_ == State::answered || blocked()) {
    // The connection ends in order only from within that callback.
    (void)lws_callback_on_writable(connection());
  }
  return state_ != State::cut_off;
}

bool HttpExchange::complete() const {
  return state_ == State::answered && queued() == 0 && !blocked();
}

// libwebsockets reads nothing until the answer is written, and would neither see that the peer has
// gone nor let the loop wait while there is something to read. Another request would not be
// answered on this connection; so what comes, TLS records too, is read here and forgotten.
void HttpExchange::on_input() noexcept {
  const std::span<std::byte> scratch = thread().scratch();
  const ssize_t size =
      ::recv(lws_get_socket_fd(connection()), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
    input_.stop();
    cut({});
  }
}

bool HttpExchange::check_alive(Instant now, Nanoseconds patience) {
  // libwebsockets gives each piece of a body its time anew.
  if (!asked_ && !answered() && now - begun_ >= thread().options().handshake_timeout) {
    thread().counts().on_limited(Limit::handshake_time);
    respond({.status = 408, .body = "the body came too slowly\n"});
    return true;
  }
  if (expired(now)) {
    expire_at(Instant::max());
    end_ = "its credentials have expired";
    on_drain();  // whoever answers is to come to an end, as if the server did
  }
  if (asked_ && !released_) {
    // Of these libwebsockets has a few thousand for all requests that are under way.
    (void)lws_http_headers_detach(connection());
    released_ = true;
  }
  if (!blocked() || takes_bytes()) {
    moved_ = now;
  }
  const bool moves = now - moved_ < patience;
  if (!moves) {
    end_ = "it took nothing any more";
  }
  return moves;
}

void HttpExchange::log_end() {
  // What is answered as a whole was told of then.
  if (streams_ || !told_) {
    thread().events().ended({.peer = peer_,
                             .request = request_,
                             .took = thread().now() - begun_,
                             .bytes = streamed_,
                             .messages = handler_ == nullptr ? 0 : handler_->messages(),
                             .reason = end_});
  }
}

}  // namespace wskit::serve
