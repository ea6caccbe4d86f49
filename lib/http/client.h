// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "http/cookie_jar.h"
#include "http/request.h"
#include "net/dialer.h"
#include "net/stream.h"
#include "net/timer.h"
#include "wire/http.h"
#include "wire/http_body.h"
#include "wire/uri.h"

namespace wskit::http {

struct FetchOptions {
  /// For all of it: names, TCP, TLS, redirects and the whole answer.
  Nanoseconds timeout = std::chrono::seconds(30);
  std::size_t max_body_bytes = std::size_t{16} << 20;
  /// 0 hands over the answer that points elsewhere.
  unsigned max_redirects = 0;
  /// Each request gets those that belong to it.
  CookieJar cookies;
  /// For the expiry of cookies.
  UnixTime now = 0;
};

struct Answer {
  wire::HttpResponse head;
  std::string body;
  /// Where it came from, after redirects.
  wire::Uri uri;
  /// Those of the options and those that the answers on the way set.
  CookieJar cookies;
};

class FetchHandler {
 public:
  /// Any status. The Fetch may be destroyed here.
  virtual void on_answer(Answer answer) = 0;
  /// There is no whole answer; the message names method and URL. The Fetch may be destroyed here.
  virtual void on_fetch_failed(const Error& error) = 0;

 protected:
  ~FetchHandler() = default;
};

/// One HTTP/1.1 request (RFC 9112) and its answer, over a connection of its own; with redirects one
/// connection each. Destroying it cancels, and no callback follows.
///
/// A redirect goes on with GET and no body after 303, and from POST after 301 and 302 (RFC 9110
/// 15.4). On another server it has no credentials, as is_same_server() has it.
class Fetch final : net::DialHandler, net::StreamHandler, net::TimerHandler {
 public:
  /// The outcome comes to `handler`, once, and never inside this call: ErrorCode::usage when
  /// check_request() refuses it, timeout, too_big, eof, upgrade_not_http (also for a broken body),
  /// upgrade_too_big (for the head), upgrade_http_status (where redirects lead nowhere), or what
  /// the dialer and the stream say. `dialer` outlives the Fetch; its own timeout should not be
  /// shorter.
  Fetch(net::Dialer& dialer, Request request, const FetchOptions& options, FetchHandler& handler);
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;
  ~Fetch() = default;

 private:
  void on_dialed(net::Dialed dialed) override;
  void on_dial_failed(const Error& error) override;
  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_eof() override;
  void on_error(const Error& error) override;
  void on_timer(Instant now) override;

  void dial();
  /// Whether the answer is whole.
  [[nodiscard]] Expected<bool> read(std::string_view bytes);
  [[nodiscard]] Expected<bool> read_body(std::string_view bytes);
  [[nodiscard]] Expected<void> begin_body();
  void conclude();
  [[nodiscard]] Expected<void> follow();
  // The last thing that happens: this may be gone afterwards.
  void deliver();
  void fail(const Error& error);

  net::Dialer& dialer_;
  Request request_;
  FetchOptions options_;
  FetchHandler& handler_;
  CookieJar cookies_;
  unsigned redirects_ = 0;
  /// Why nothing was asked at all.
  std::optional<Error> refusal_;
  net::Timer deadline_;
  std::unique_ptr<net::Dial> dial_;
  std::unique_ptr<net::Stream> stream_;
  wire::HttpResponseParser parser_;
  std::optional<wire::HttpBodyDecoder> decoder_;
  std::string body_;
};

}  // namespace wskit::http
