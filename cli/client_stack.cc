// SPDX-License-Identifier: MIT
#include "cli/client_stack.h"

#include <utility>
#include <vector>

#include "script/recording.h"
#include "script/redaction.h"
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

std::string recording_head(const ConnectPlan& plan, bool with_secrets) {
  const wire::UpgradeOptions& request = plan.request.options();
  script::RecordingHead head{.url = with_secrets ? request.uri.text() : request.uri.display(),
                             .start = std::chrono::time_point_cast<std::chrono::microseconds>(
                                 std::chrono::system_clock::now())};
  std::vector<wire::Header> headers = request.headers;
  if (request.uri.credentials) {
    headers.push_back(
        {.name = "Authorization", .value = wire::basic_authorization(*request.uri.credentials)});
  }
  for (const wire::Header& header : headers) {
    head.headers.emplace_back(header.name, with_secrets
                                               ? header.value
                                               : script::redact_header(header.name, header.value));
  }
  std::string line;
  script::append_head(line, head);
  return line;
}

}  // namespace wskit::cli
