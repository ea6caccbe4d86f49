// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "core/error.h"
#include "http/client.h"
#include "http/request.h"
#include "net/dialer.h"
#include "script/player.h"
#include "session/script_run.h"

namespace wskit::cli {

/// The `http` step as it is asked for. Fails with ErrorCode::bad_url, or with ErrorCode::usage for
/// what cannot stand in a request.
[[nodiscard]] Expected<http::Request> make_http_request(const script::PlayedHttpRequest& request);

/// One `http` step under way; destroying it cancels. Its time is the player's to watch, and
/// redirects are handed over like any answer.
class ScriptRequest final : public session::ScriptNetwork::Request, http::FetchHandler {
 public:
  using OnAnswer = session::ScriptNetwork::OnAnswer;

  /// `dialer` outlives this.
  ScriptRequest(net::Dialer& dialer, http::Request request, unsigned max_redirects,
                OnAnswer on_answer);

 private:
  void on_answer(http::Answer answer) override;
  void on_fetch_failed(const Error& error) override;
  // The last thing that happens: this may be gone afterwards.
  void tell(const Expected<script::PlayedHttpAnswer>& answer);

  OnAnswer on_answer_;
  std::unique_ptr<http::Fetch> fetch_;
};

}  // namespace wskit::cli
