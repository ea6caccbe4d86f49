// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "serve/outlet.h"
#include "serve/service.h"
#include "wire/http.h"

namespace wskit::serve {

/// A whole answer to a request (RFC 9110).
struct HttpAnswer {
  int status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::vector<wire::Header> headers = {};  // valid ones; beside those about the body
  std::string_view body = {};              // left out for HEAD
};

/// One HTTP request on a connection, and its answer, after which the connection ends.
class HttpExchange final : public Outlet {
 public:
  HttpExchange(lws* connection, ServiceThread& thread, wire::HttpRequest request);

  /// The request's body may have so many bytes, and a longer one is refused with 413; with 0 only
  /// GET and HEAD are allowed. Asks the service at once where there is no body to wait for.
  void start(std::size_t max_body);

  void on_body(std::string_view piece);
  void on_body_complete();

  /// Answers and ends the exchange.
  void respond(const HttpAnswer& answer);
  [[nodiscard]] bool flush() override;
  /// The answer is written.
  [[nodiscard]] bool complete() const;
  /// False when the peer has taken nothing for `patience`.
  [[nodiscard]] bool check_alive(Instant now, Nanoseconds patience);

 private:
  friend class ServiceThread;

  void ask_service();

  wire::HttpRequest request_;
  std::string body_;
  std::size_t index_ = 0;  // in the thread's list of exchanges
  std::size_t max_body_ = 0;
  bool answered_ = false;  // the answer is queued
  Instant moved_{};        // when the peer last took something
};

}  // namespace wskit::serve
