// SPDX-License-Identifier: MIT
#include <signal.h>

#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/raw_client.h"

using namespace wskit::test;

namespace {

std::uint16_t port_of(const std::string& url) {
  const std::size_t colon = url.rfind(':');
  return colon == std::string::npos ? std::uint16_t{0}
                                    : static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
}

}  // namespace

TEST_CASE("the first line is the URL and SIGTERM ends in order") {
  Process server({WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:0"});
  const std::string url = server.read_line();
  REQUIRE(url.starts_with("ws://127.0.0.1:"));
  RawClient client(port_of(url));
  REQUIRE(client.upgrade());
  client.send_frame(0x81, "hello");
  const auto echo = client.read_frame();
  REQUIRE(echo);
  CHECK(echo->payload == "hello");

  server.signal(SIGTERM);
  CHECK(client.read_close() == 1001);
  client.send_frame(0x88, "\x03\xe9");
  const Exit exit = server.wait();
  CHECK(exit.code == 0);
  CHECK(exit.out.empty());
  CHECK(exit.err.empty());
}
