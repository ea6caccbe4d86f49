// SPDX-License-Identifier: MIT
#include "cli/script_network.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ws/client.h"

namespace wskit::cli {
namespace {

class PlannedClient final : public session::ScriptClient {
 public:
  PlannedClient(ConnectPlan plan, net::Dialer& dialer)
      : plan_(std::move(plan)), client_(dialer, plan_.request, plan_.client) {}
  [[nodiscard]] ws::Client& client() override { return client_; }

 private:
  ConnectPlan plan_;
  ws::Client client_;
};

}  // namespace

Expected<net::Dialer*> ScriptNetwork::dialer(const ConnectPlan& plan) {
  const wire::Uri& uri = plan.request.options().uri;
  const std::string host = fmt::format("{} {}:{}", uri.tls, uri.host, uri.port);
  const auto known = std::ranges::find(routes_, host, &Route::host);
  if (known != routes_.end()) {
    return known->dialer.get();
  }
  auto dialer = net::Dialer::create(loop_, *resolver_, plan.dial);
  if (!dialer) {
    return std::unexpected(std::move(dialer.error()));
  }
  routes_.push_back({.host = host, .dialer = std::move(*dialer)});
  return routes_.back().dialer.get();
}

Expected<std::unique_ptr<session::ScriptClient>> ScriptNetwork::client(
    const script::OpenRequest& request) {
  ConnectOptions options = options_;
  options.url = request.url;
  if (!request.subprotocols.empty()) {
    options.subprotocols = request.subprotocols;
  }
  for (const wire::Header& header : request.headers) {
    options.headers.push_back(fmt::format("{}: {}", header.name, header.value));
  }
  auto plan = make_connect_plan(options);
  if (!plan) {
    return std::unexpected(std::move(plan.error()));
  }
  auto found = dialer(*plan);
  if (!found) {
    return std::unexpected(std::move(found.error()));
  }
  if (observer_) {
    observer_(*plan);
  }
  return std::make_unique<PlannedClient>(*std::move(plan), **found);
}

Expected<std::unique_ptr<ScriptNetwork::Request>> ScriptNetwork::request(
    const script::PlayedHttpRequest& request, OnAnswer /*on_answer*/) {
  return fail(ErrorCode::usage,
              fmt::format("{} {}: http steps are not there yet", request.method, request.url));
}

}  // namespace wskit::cli
