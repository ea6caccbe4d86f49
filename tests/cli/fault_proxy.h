// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "tests/cli/proxy_process.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

namespace wskit::test {

/// The first byte of a whole text frame, and of a Ping.
inline constexpr unsigned kTextFrame = 0x81;
inline constexpr unsigned kPingFrame = 0x89;

/// A proxy with faults in front of an echo server, and a client of neither's code.
class FaultProxy {
 public:
  explicit FaultProxy(const std::vector<std::string>& rules, std::vector<std::string> more = {})
      : proxy_(server_.url(), arguments(rules, std::move(more))) {}

  [[nodiscard]] RawClient connect() const { return RawClient(proxy_.port()); }
  /// Upgraded.
  [[nodiscard]] RawClient open(std::string_view path = "/", std::string_view headers = {}) const {
    RawClient client = connect();
    REQUIRE(client.upgrade(headers, path));
    return client;
  }
  [[nodiscard]] const std::string& url() const { return proxy_.url(); }
  /// Ends the proxy: what it said on standard error.
  [[nodiscard]] std::string said() {
    proxy_.process().signal(SIGTERM);
    const Exit exit = proxy_.process().wait();
    CHECK(exit.code == 0);
    return exit.err;
  }

 private:
  static std::vector<std::string> arguments(const std::vector<std::string>& rules,
                                            std::vector<std::string> more) {
    more.insert(more.end(), {"--drain-time", "0s"});
    for (const std::string& rule : rules) {
      more.insert(more.end(), {"--fault", rule});
    }
    return more;
  }

  EchoProcess server_;
  ProxyProcess proxy_;
};

/// Sends a text and returns what comes back as its echo; empty when nothing does.
inline std::string echo(RawClient& client, const std::string& text) {
  REQUIRE(client.send_frame(kTextFrame, text));
  const auto frame = client.read_frame();
  return frame ? frame->payload : std::string();
}

/// How long it takes until a frame comes.
inline std::chrono::steady_clock::duration time_to_frame(RawClient& client) {
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(client.read_frame().has_value());
  return std::chrono::steady_clock::now() - start;
}

}  // namespace wskit::test
