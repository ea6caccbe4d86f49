// SPDX-License-Identifier: MIT
#include "cli/replay_clients.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/standard_streams.h"
#include "core/bytes.h"
#include "script/redaction.h"
#include "wire/handshake.h"

namespace wskit::cli {

Expected<ws::Client*> ReplayClients::find(const std::string& subprotocol) {
  wire::UpgradeOptions request = plan_.request.options();
  if (subprotocol.empty() || !request.subprotocols.empty()) {
    return &stack_.client();
  }
  auto& client = clients_[subprotocol];
  if (client == nullptr) {
    request.subprotocols = {subprotocol};
    auto made = wire::UpgradeRequest::make(std::move(request));
    if (!made) {
      return std::unexpected(std::move(made.error()));
    }
    client = std::make_unique<ws::Client>(stack_.dialer(), *std::move(made), plan_.client);
  }
  return client.get();
}

void warn_of_redacted(const std::optional<script::RecordedHead>& head, const ConnectPlan& plan) {
  if (!head) {
    return;
  }
  const auto& given = plan.request.options();
  std::vector<std::string> missing;
  for (const auto& [name, value] : head->headers) {
    const bool is_given = std::ranges::any_of(given.headers, [&](const wire::Header& header) {
      return to_lower(header.name) == to_lower(name);
    });
    const bool by_url = given.uri.credentials && to_lower(name) == "authorization";
    if (value == script::Redaction::kMark && !is_given && !by_url) {
      missing.push_back(name);
    }
  }
  if (!missing.empty()) {
    say(fmt::format(
        "wskit replay: warning: the recording was made with headers that it does not "
        "hold: {}; -H '{}: ...' sends one\n",
        escape(fmt::format("{}", fmt::join(missing, ", ")), 200), escape(missing.front())));
  }
}

}  // namespace wskit::cli
