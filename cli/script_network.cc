// SPDX-License-Identifier: MIT
#include "cli/script_network.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/script_request.h"
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

Expected<net::Dialer*> ScriptNetwork::dialer(const wire::Uri& uri, const net::DialOptions& dial) {
  const std::string host = fmt::format("{} {}:{}", uri.tls, uri.host, uri.port);
  const auto known = std::ranges::find(routes_, host, &Route::host);
  if (known != routes_.end()) {
    return known->dialer.get();
  }
  auto dialer = net::Dialer::create(loop_, *resolver_, dial);
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
  auto found = dialer(plan->request.options().uri, plan->dial);
  if (!found) {
    return std::unexpected(std::move(found.error()));
  }
  if (observer_) {
    observer_(*plan);
  }
  return std::make_unique<PlannedClient>(*std::move(plan), **found);
}

Expected<std::unique_ptr<ScriptNetwork::Request>> ScriptNetwork::request(
    const script::PlayedHttpRequest& request, OnAnswer on_answer) {
  auto made = make_http_request(request);
  if (!made) {
    return std::unexpected(std::move(made.error()));
  }
  auto dial = make_dial_options(options_, made->uri);
  if (!dial) {
    return std::unexpected(std::move(dial.error()));
  }
  auto found = dialer(made->uri, *dial);
  if (!found) {
    return std::unexpected(std::move(found.error()));
  }
  const unsigned max_redirects = options_.follow ? options_.max_redirects : 0;
  return std::make_unique<ScriptRequest>(**found, *std::move(made), max_redirects,
                                         std::move(on_answer));
}

}  // namespace wskit::cli
