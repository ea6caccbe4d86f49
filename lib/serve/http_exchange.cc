// SPDX-License-Identifier: MIT
#include "serve/http_exchange.h"

#include <utility>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "core/check.h"
#include "core/parse.h"
#include "serve/service_thread.h"
#include "wire/server_handshake.h"

namespace wskit::serve {
HttpExchange::HttpExchange(lws* connection, ServiceThread& thread, wire::HttpRequest request)
    : Outlet(connection, thread), request_(std::move(request)) {}

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
    const auto bytes = parse_integer(*length, 0, max_body_);
    if (!bytes) {
      const std::string why = fmt::format("the body may have {} bytes\n", max_body_);
      respond({.status = 413, .body = why});
    }
  } else {
    ask_service();
  }
}

void HttpExchange::on_body(std::string_view piece) {
  if (!answered_ && body_.size() + piece.size() <= max_body_) {
    body_ += piece;
  }
}

void HttpExchange::on_body_complete() {
  if (!answered_) {
    ask_service();
    body_ = {};
  }
}

void HttpExchange::ask_service() {
  // An answer may take as long as the peer goes on taking it: see check_alive().
  lws_set_timeout(connection(), NO_PENDING_TIMEOUT, 0);
  thread().service().on_request(*this, request_, body_);
  check(answered_, "every request is answered");
}

void HttpExchange::respond(const HttpAnswer& answer) {
  check(!answered_, "a request is answered once");
  answered_ = true;
  std::string& out = output();
  out += fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", answer.status,
                     wire::reason_phrase(answer.status), answer.content_type, answer.body.size());
  for (const wire::Header& header : answer.headers) {
    out += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  out += "Connection: close\r\n\r\n";
  if (request_.method != "HEAD") {
    out += answer.body;
  }
  mark_dirty();
}

bool HttpExchange::flush() {
  if (!write_out()) {
    return false;
  }
  if (answered_) {
    // The connection ends in order only from within that callback.
    (void)lws_callback_on_writable(connection());
  }
  return true;
}

bool HttpExchange::complete() const {
  return answered_ && queued() == 0 && !blocked();
}

bool HttpExchange::check_alive(Instant now, Nanoseconds patience) {
  if (!blocked() || takes_bytes()) {
    moved_ = now;
  }
  return now - moved_ < patience;
}

}  // namespace wskit::serve
