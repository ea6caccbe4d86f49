// SPDX-License-Identifier: MIT
// Resident memory: not under a sanitizer, which keeps what was freed.
#include <fstream>
#include <string>

#include "tests/net/serve/deflated_zeros.h"
#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMiB = std::size_t{1024} * 1024;

// Resident memory of this process, which is the server's too.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * 4096;
}

}  // namespace

TEST_CASE("500 000 tiny fragments take no memory") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const std::string empty = repeated(masked_frame(kGoesOn, ""), 10'000);
  const std::string one_byte = repeated(masked_frame(kGoesOn, "x"), 10'000);
  REQUIRE(client.send(masked_frame(kTextBegins, "")));
  const std::size_t before = resident_bytes();
  for (int i = 0; i < 25; ++i) {
    REQUIRE(client.send(empty));
    REQUIRE(client.send(one_byte));
  }
  REQUIRE(client.send(masked_frame(kEnds, "")));
  CHECK(read_text(client).size() == 250'000);
  CHECK(resident_bytes() < before + 4 * kMiB);
}

TEST_CASE("a flood of pings that nobody reads takes no memory") {
  const auto server = start_echo();
  RawClient client(server->port());
  client.set_small_receive_buffer();
  REQUIRE(client.upgrade());
  const std::string pings = repeated(masked_frame(kPing, std::string(125, 'x')), 1000);
  const std::size_t before = resident_bytes();
  // The server stops reading when its answers are not taken: what it takes is enough.
  for (int i = 0; i < 100 && client.send(pings, 1s); ++i) {
  }
  CHECK(resident_bytes() < before + 2 * kMiB);
  RawClient other(server->port());
  CHECK(other.upgrade());
}

TEST_CASE("what a peer does not read takes little memory") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  const std::string message(64 * 1024, 'x');
  const std::size_t before = resident_bytes();
  int sent = 0;
  // 300 MiB would be taken by a server that queues without a limit.
  while (sent < 4800 && client.send_frame(kBinary, message, 500ms)) {
    ++sent;
  }
  CHECK(sent < 4800);
  CHECK(resident_bytes() < before + 4 * kMiB);
}

TEST_CASE("a bomb takes no more memory than a message may") {
  const auto server = start_echo({.max_message = 4 * kMiB});
  const std::string bomb = masked_frame(kBinary | 0x40U, deflated_zeros(128 * kMiB));
  const std::size_t before = resident_bytes();
  for (int run = 0; run < 10; ++run) {
    RawClient client(server->port());
    const std::string head =
        client.request(upgrade_request("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    REQUIRE(head.find("Sec-WebSocket-Extensions: permessage-deflate\r\n") != std::string::npos);
    (void)client.send(bomb);  // it may be refused before its end
    CHECK(client.read_close() == 1009);
    CHECK(client.wait_for_end());
  }
  CHECK(resident_bytes() < before + 20 * kMiB);
}
