// SPDX-License-Identifier: MIT
#include <string>

#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

// A binary frame's header that announces `size` bytes, with the mask key 0: nothing follows.
std::string header_of(std::uint64_t size) {
  std::string header{'\x82', '\xff'};
  for (int shift = 56; shift >= 0; shift -= 8) {
    header.push_back(static_cast<char>(size >> shift));
  }
  return header + std::string(4, '\0');
}

}  // namespace

TEST_CASE("a frame that claims 2 to the 62 is refused at its first byte") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(header_of(1ULL << 62U) + "x");
  CHECK(client.read_close() == 1009);
  CHECK(client.wait_for_end());
}

TEST_CASE("a frame that only announces too much is refused though nothing follows") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(header_of(1ULL << 62U));
  CHECK(client.read_close() == 1009);
}

TEST_CASE("a length with its top bit set ends the connection") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(header_of((1ULL << 63U) + 5) + "x");
  CHECK(client.wait_for_end());
}

TEST_CASE("a message of the limit comes back and one more byte is 1009") {
  const auto server = start_echo({.max_message = 1000});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send_frame(kText, std::string(1000, 'x'));
  CHECK(read_text(client) == std::string(1000, 'x'));
  client.send_frame(kText, std::string(1001, 'x'));
  CHECK(client.read_close() == 1009);
  CHECK(client.wait_for_end());
}

TEST_CASE("the limit holds for a message in many fragments") {
  const auto server = start_echo({.max_message = 1000});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(masked_frame(kTextBegins, "") + repeated(masked_frame(kGoesOn, "x"), 1000) +
              masked_frame(kEnds, ""));
  CHECK(read_text(client) == std::string(1000, 'x'));
  client.send(masked_frame(kTextBegins, "") + repeated(masked_frame(kGoesOn, "x"), 1001));
  CHECK(client.read_close() == 1009);
}

TEST_CASE("what a peer does not read is bounded and lost to nobody") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const std::string message(64 * 1024, 'x');
  int sent = 0;
  // 300 MiB would be taken by a server that queues without a limit.
  while (sent < 4800 && client.send_frame(kBinary, message, 500ms)) {
    ++sent;
  }
  CHECK(sent < 4800);

  RawClient other(server->port());
  REQUIRE(other.upgrade());
  other.send_frame(kText, "meanwhile");
  CHECK(read_text(other) == "meanwhile");

  for (int i = 0; i < sent; ++i) {
    const auto echo = client.read_frame();
    REQUIRE(echo);
    REQUIRE((echo->payload == message));
  }
}

TEST_CASE("a close behind more than the kernel buffers still comes after all the echoes") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const std::string message(std::size_t{16} * 1024 * 1024, 'x');
  REQUIRE(client.send_frame(kBinary, message));
  REQUIRE(client.send_frame(kClose, "\x03\xe8"));
  const auto echo = client.read_frame();
  REQUIRE(echo);
  CHECK((echo->payload == message));
  CHECK(client.read_close() == 1000);
}

TEST_CASE("a half-open handshake ends and a slow drip does not prolong it") {
  const auto server = start_echo({.handshake_timeout = 1s});
  RawClient silent(server->port());
  RawClient drip(server->port());
  const auto start = std::chrono::steady_clock::now();
  const std::string request = upgrade_request("X-Padding: " + std::string(10'000, 'x') + "\r\n");
  bool open = true;
  for (std::size_t i = 0; i < request.size() && open; ++i) {
    open = drip.send(request.substr(i, 1)) && !drip.wait_for_end(20ms);
  }
  CHECK_FALSE(open);
  CHECK(silent.wait_for_end());
  CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("200 half-open handshakes do not keep a good client waiting") {
  const auto server = start_echo();
  std::vector<RawClient> drips;
  for (int i = 0; i < 200; ++i) {
    drips.emplace_back(server->port());
    drips.back().send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: y");
  }
  RawClient good(server->port());
  REQUIRE(good.upgrade());
  good.send_frame(kText, "hello");
  CHECK(read_text(good) == "hello");
}

TEST_CASE("a quiet peer is pinged and kept when it answers") {
  const auto server = start_echo({.ping_interval = 100ms, .ping_timeout = 5s});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  for (int i = 0; i < 3; ++i) {
    const auto ping = client.read_frame();
    REQUIRE(ping);
    CHECK(ping->opcode == 9);
    client.send_frame(kPong, ping->payload);
  }
  client.send_frame(kText, "alive");
  CHECK(read_text(client) == "alive");
}

TEST_CASE("a peer that answers no ping is dropped") {
  const auto server = start_echo({.ping_interval = 100ms, .ping_timeout = 200ms});
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const auto ping = client.read_frame();
  REQUIRE(ping);
  CHECK(ping->opcode == 9);
  CHECK(client.wait_for_end());
}

TEST_CASE("a peer that reads slowly is not taken for dead") {
  const auto server = start_echo({.ping_interval = 100ms, .ping_timeout = 300ms});
  RawClient client(server->port());
  client.set_small_receive_buffer();
  REQUIRE(client.upgrade());
  REQUIRE(client.send_frame(kBinary, std::string(100 * 1024, 'x')));
  REQUIRE(client.send_frame(kClose, "\x03\xe8"));
  CHECK(client.read_close() == 1000);
}
