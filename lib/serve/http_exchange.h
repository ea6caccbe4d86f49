// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ev++.h>

#include "core/clock.h"
#include "serve/limit.h"
#include "serve/outlet.h"
#include "serve/service.h"
#include "wire/http.h"

namespace wskit::serve {

/// A whole answer to a request (RFC 9110).
struct HttpAnswer {
  int status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::vector<wire::Header> headers = {};  // valid ones; beside those about the body
  std::string_view body = {};              // left out for HEAD and 204
};

/// One HTTP request on a connection, and its answer, after which the connection ends. The answer is
/// either a whole one, respond(), or a stream: begin_stream(), what the outlet's source has, and
/// end_stream(). The service gives it in its call, or leaves a handler that does so later.
class HttpExchange final : public Outlet {
 public:
  HttpExchange(lws* connection, ServiceThread& thread, wire::HttpRequest request);

  /// The request's body may have so many bytes, and a longer one is refused with 413; with 0 only
  /// GET and HEAD are allowed. Asks the service at once where there is no body to wait for.
  void start(std::size_t max_body);

  void on_body(std::string_view piece);
  void on_body_complete();

  /// For an answer that may take long, or a body that takes memory: counts the exchange among the
  /// server's connections, once. Fails when there are too many of them.
  [[nodiscard]] std::expected<void, Limit> take_place();
  /// Who answers, where the service does not do it in its call; owned until the exchange is over.
  void answer_later(std::unique_ptr<ExchangeHandler> handler);
  /// Answers and ends the exchange; only before begin_stream(), and to nobody after cut().
  void respond(const HttpAnswer& answer);
  /// Begins an answer whose body comes piece by piece, in chunks where the peer knows them (RFC
  /// 9112 7.1): one a write. Without a body for HEAD.
  void begin_stream(const HttpAnswer& head);
  /// Nothing comes after what the source has now.
  void end_stream();
  /// Ends the connection at once, so that the peer sees that its answer is not complete; `why` is a
  /// constant.
  void cut(std::string_view why);

  [[nodiscard]] const wire::HttpRequest& request() const { return request_; }
  [[nodiscard]] Peer peer() const;
  /// The answer has begun.
  [[nodiscard]] bool answered() const { return state_ != State::open; }
  /// The server is stopping: whoever answers is told so.
  void on_drain();
  [[nodiscard]] bool is_ending() const { return draining_; }
  [[nodiscard]] bool flush() override;
  /// The answer is written.
  [[nodiscard]] bool complete() const;
  /// False when the peer has taken nothing for `patience`.
  [[nodiscard]] bool check_alive(Instant now, Nanoseconds patience);

 private:
  friend class ServiceThread;

  enum class State : unsigned char { open, streaming, ending, answered, cut_off };

  void expect_body(std::string_view length);
  void ask_service();
  void append_head(const HttpAnswer& answer);
  void append_chunk();
  void on_input() noexcept;
  /// It goes: tells the log, unless that has all from the answer's begin.
  void log_end();

  wire::HttpRequest request_;
  std::string body_;
  std::size_t index_ = 0;  // in the thread's list of exchanges
  std::size_t max_body_ = 0;
  State state_ = State::open;
  bool asked_ = false;     // the service
  bool released_ = false;  // the memory of the request's headers
  bool chunked_ = false;
  bool draining_ = false;
  bool streams_ = false;
  bool told_ = false;           // the log, of the answer
  std::string_view end_;        // why the server ends it
  std::string peer_;            // for the log
  std::uint64_t streamed_ = 0;  // bytes of an answer that comes piece by piece
  Instant begun_;               // when the request's head was there
  Instant moved_{};             // when the peer last took something
  ev::io input_;                // once the service is asked
  std::unique_ptr<ExchangeHandler> handler_;
};

}  // namespace wskit::serve
