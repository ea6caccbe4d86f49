// SPDX-License-Identifier: MIT
#include "http/client.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "http/redirect.h"
#include "http/url.h"

namespace wskit::http {
namespace {

constexpr int kSwitchingProtocols = 101;
constexpr int kFirstFinal = 200;

}  // namespace

Fetch::Fetch(net::Dialer& dialer, Request request, const FetchOptions& options,
             FetchHandler& handler)
    : dialer_(dialer),
      request_(std::move(request)),
      options_(options),
      handler_(handler),
      cookies_(options.cookies),
      deadline_(dialer.loop().timers(), *this) {
  const Instant now = dialer.loop().now();
  if (auto checked = check_request(request_); !checked) {
    refusal_ = std::move(checked.error());
    deadline_.arm(now);
    return;
  }
  deadline_.arm(now + options_.timeout);
  dial();
}

void Fetch::dial() {
  dial_ = dialer_.dial({.host = request_.uri.host,
                        .port = request_.uri.port,
                        .unix_path = request_.uri.unix_path,
                        .secure = request_.uri.tls},
                       *this);
}

void Fetch::on_dialed(net::Dialed dialed) {
  stream_ = std::move(dialed.stream);
  dial_.reset();
  stream_->set_handler(*this);
  const std::string cookies = cookies_.header(request_.uri, options_.now);
  stream_->write(as_bytes(request_text(request_, cookies)));
}

void Fetch::on_dial_failed(const Error& error) {
  fail(error);
}

void Fetch::on_data(std::span<std::byte> bytes, Instant /*received*/) {
  const auto whole = read(as_text(bytes));
  if (!whole) {
    return fail(whole.error());
  }
  if (*whole) {
    conclude();
  }
}

void Fetch::on_eof() {
  if (!decoder_) {
    return fail({.code = ErrorCode::eof,
                 .message = parser_.head_bytes() == 0 ? "the server closed without an answer"
                                                      : "the server closed within its answer"});
  }
  if (const auto ended = decoder_->end(); !ended) {
    return fail({.code = ErrorCode::eof, .message = ended.error().message});
  }
  conclude();
}

void Fetch::on_error(const Error& error) {
  fail(error);
}

void Fetch::on_timer(Instant /*now*/) {
  if (refusal_) {
    return fail(*refusal_);
  }
  fail({.code = ErrorCode::timeout,
        .message = fmt::format("no complete answer within {}", format_duration(options_.timeout))});
}

Expected<bool> Fetch::read(std::string_view bytes) {
  while (!decoder_) {
    const auto used = parser_.feed(bytes);
    if (!used) {
      return std::unexpected(used.error());
    }
    bytes.remove_prefix(*used);
    if (!parser_.complete()) {
      return false;
    }
    if (auto begun = begin_body(); !begun) {
      return std::unexpected(std::move(begun.error()));
    }
  }
  return read_body(bytes);
}

// After a head; one of an interim answer (RFC 9110 15.2) is followed by another.
Expected<void> Fetch::begin_body() {
  const int status = parser_.message().status;
  if (status == kSwitchingProtocols) {
    return wskit::fail(ErrorCode::upgrade_not_http,
                       "the server switches protocols, which it was not asked to");
  }
  if (status < kFirstFinal) {
    parser_ = wire::HttpResponseParser();
    return {};
  }
  auto decoder = wire::HttpBodyDecoder::for_response(parser_.message());
  if (!decoder) {
    return std::unexpected(std::move(decoder.error()));
  }
  decoder_ = *decoder;
  return {};
}

Expected<bool> Fetch::read_body(std::string_view bytes) {
  const bool to_follow = options_.max_redirects > 0 && is_redirect(parser_.message());
  if (request_.method == "HEAD" || to_follow) {
    return true;  // There is no body, or it is of no interest.
  }
  if (auto fed = decoder_->feed(bytes, body_); !fed) {
    return std::unexpected(std::move(fed.error()));
  }
  if (body_.size() > options_.max_body_bytes) {
    return wskit::fail(ErrorCode::too_big, fmt::format("the body of the answer is longer than {} "
                                                       "bytes",
                                                       options_.max_body_bytes));
  }
  return decoder_->complete();
}

void Fetch::conclude() {
  stream_.reset();
  cookies_.store(request_.uri, parser_.message().headers, options_.now);
  if (options_.max_redirects == 0 || !is_redirect(parser_.message())) {
    return deliver();
  }
  if (const auto followed = follow(); !followed) {
    fail(followed.error());
  }
}

Expected<void> Fetch::follow() {
  auto to = resolve_location(request_.uri, *parser_.message().headers.get("Location"));
  if (!to) {
    return std::unexpected(std::move(to.error()));
  }
  if (++redirects_ > options_.max_redirects) {
    return wskit::fail(ErrorCode::upgrade_http_status,
                       fmt::format("more than {} redirects, the last one to {}",
                                   options_.max_redirects, display_http_url(*to)));
  }
  request_ = redirected(request_, parser_.message().status, std::move(*to));
  parser_ = wire::HttpResponseParser();
  decoder_.reset();
  body_.clear();
  dial();
  return {};
}

void Fetch::deliver() {
  deadline_.cancel();
  handler_.on_answer({.head = parser_.take(),
                      .body = std::move(body_),
                      .uri = std::move(request_.uri),
                      .cookies = std::move(cookies_)});
}

void Fetch::fail(const Error& error) {
  const Error told{.code = error.code,
                   .message = fmt::format("{} {}: {}", request_.method,
                                          display_http_url(request_.uri), error.message)};
  deadline_.cancel();
  dial_.reset();
  stream_.reset();
  handler_.on_fetch_failed(told);
}

}  // namespace wskit::http
