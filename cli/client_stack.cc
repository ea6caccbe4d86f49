// SPDX-License-Identifier: MIT
#include "cli/client_stack.h"

#include <utility>

#include "script/recording.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::cli {

Expected<std::unique_ptr<ClientStack>> ClientStack::create(const ConnectPlan& plan,
                                                           SignalWatch::Handler obey,
                                                           SignalWatch::Second second) {
  std::unique_ptr<ClientStack> stack(new ClientStack);
  auto loop = net::make_loop(net::IoChoice::epoll);
  if (!loop) {
    return std::unexpected(loop.error());
  }
  stack->loop_ = std::move(*loop);
  auto signals = SignalWatch::create(*stack->loop_, std::move(obey), second);
  if (!signals) {
    return std::unexpected(signals.error());
  }
  stack->signals_ = std::move(*signals);
  stack->resolver_ = net::Resolver::create();
  auto dialer = net::Dialer::create(*stack->loop_, *stack->resolver_, plan.dial);
  if (!dialer) {
    return std::unexpected(dialer.error());
  }
  stack->dialer_ = std::move(*dialer);
  stack->client_.emplace(*stack->dialer_, plan.request, plan.client);
  return stack;
}

std::string recording_head(const ConnectPlan& plan) {
  const wire::UpgradeOptions& request = plan.request.options();
  script::RecordingHead head{.url = request.uri.display(),
                             .start = std::chrono::time_point_cast<std::chrono::microseconds>(
                                 std::chrono::system_clock::now())};
  for (const wire::Header& header : request.headers) {
    head.headers.emplace_back(header.name,
                              wire::names_a_secret(header.name) ? "<redacted>" : header.value);
  }
  if (request.uri.credentials) {
    head.headers.emplace_back("Authorization", "<redacted>");
  }
  std::string line;
  script::append_head(line, head);
  return line;
}

}  // namespace wskit::cli
