// SPDX-License-Identifier: MIT
#include "serve/server_options.h"

#include <algorithm>
#include <string_view>

namespace wskit::serve {
namespace {

constexpr unsigned kMaxThreads = 256;

}  // namespace

relay::FaultPlace fault_place(const ServerOptions& options) {
  return {.tls = options.certificate.has_value(), .pubsub = options.faults.pubsub};
}

Expected<void> check_options(const ServerOptions& options) {
  const auto refuse = [](std::string_view why) {
    return fail(ErrorCode::usage, std::string("server: ").append(why));
  };
  if (options.threads == 0 || options.threads > kMaxThreads) {
    return refuse("the number of threads is from 1 to 256");
  }
  if (options.client_authorities && !options.certificate) {
    return refuse("client certificates need TLS, and so a certificate of the server");
  }
  for (const relay::FaultRule& rule : options.faults.rules) {
    if (const auto possible = relay::check_place(rule, fault_place(options)); !possible) {
      return refuse("fault " + possible.error().message);
    }
  }
  if (options.max_message == 0) {
    return refuse("the limit of a message is at least 1 byte");
  }
  if (options.max_message > kMaxMessage) {
    return refuse("the limit of a message is at most 512MiB, since it is in memory as a whole");
  }
  if (options.max_header < kMinHeader || options.max_header > kMaxHeader) {
    return refuse("the limit of a request's header is from 1KiB to 60KiB");
  }
  if (options.handshake_timeout.count() <= 0 || options.close_timeout.count() <= 0) {
    return refuse("time-outs are greater than zero");
  }
  if (options.ping_interval.count() > 0 &&
      std::min(options.ping_interval, options.ping_timeout) < kMinPingTime) {
    return refuse(
        "the ping interval and its time-out are at least 10ms; an interval of 0 sends no pings");
  }
  return {};
}

}  // namespace wskit::serve
