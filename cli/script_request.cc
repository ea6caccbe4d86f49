// SPDX-License-Identifier: MIT
#include "cli/script_request.h"

#include <utility>

#include "http/url.h"

namespace wskit::cli {
namespace {

/// Longer than any script waits.
constexpr Nanoseconds kLongestWait = std::chrono::hours(24);

}  // namespace

Expected<http::Request> make_http_request(const script::PlayedHttpRequest& request) {
  auto uri = http::parse_http_url(request.url);
  if (!uri) {
    return std::unexpected(std::move(uri.error()));
  }
  http::Request result{.method = request.method,
                       .uri = std::move(*uri),
                       .headers = request.headers,
                       .body = request.body};
  if (auto checked = http::check_request(result); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return result;
}

ScriptRequest::ScriptRequest(net::Dialer& dialer, http::Request request, unsigned max_redirects,
                             OnAnswer on_answer)
    : on_answer_(std::move(on_answer)) {
  const http::FetchOptions options{.timeout = kLongestWait, .max_redirects = max_redirects};
  FetchHandler& handler = *this;
  fetch_ = std::make_unique<http::Fetch>(dialer, std::move(request), options, handler);
}

void ScriptRequest::on_answer(http::Answer answer) {
  tell(script::PlayedHttpAnswer{.status = answer.head.status,
                                .headers = std::move(answer.head.headers),
                                .body = std::move(answer.body)});
}

void ScriptRequest::on_fetch_failed(const Error& error) {
  tell(std::unexpected(error));
}

void ScriptRequest::tell(const Expected<script::PlayedHttpAnswer>& answer) {
  // The connection ends here, not with the next request.
  fetch_.reset();
  const OnAnswer on_answer = std::move(on_answer_);
  on_answer(answer);
}

}  // namespace wskit::cli
