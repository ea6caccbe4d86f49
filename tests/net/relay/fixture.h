// SPDX-License-Identifier: MIT
// A relay between a server and clients that the test plays byte by byte.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/dialer.h"
#include "relay/relay.h"
#include "tests/support/loop_fixture.h"

namespace wskit::test {

/// Bytes that look like nothing, the same for the same seed.
[[nodiscard]] std::string noise(std::size_t size, std::uint32_t seed = 12345);

/// A request for a WebSocket, as a client of `address` sends it.
[[nodiscard]] std::string request_for(const net::SocketAddress& address,
                                      std::string_view headers = {});

struct RelayUnderTest final : relay::RelayWatcher {
  explicit RelayUnderTest(net::Loop& the_loop, relay::RelayOptions options = {});

  /// A client that has sent a request, and the server's end of it, which has received that.
  struct Joined {
    std::unique_ptr<End> client;
    End* server = nullptr;
  };
  [[nodiscard]] std::unique_ptr<End> connect();
  [[nodiscard]] Joined join(std::string_view headers = {});

  net::Loop& loop;
  Server server;
  std::unique_ptr<net::Dialer> dialer;
  relay::Relay relay;
  std::vector<Error> unreachable;
  std::vector<Error> client_failures;
  int drained = 0;

 private:
  void on_unreachable(std::uint64_t connection, const Error& error) override;
  void on_client_failed(std::uint64_t connection, const Error& error) override;
  void on_accept_error(const Error& error) override;
  void on_drained() override { ++drained; }
};

}  // namespace wskit::test
