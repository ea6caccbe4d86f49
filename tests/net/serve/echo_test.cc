// SPDX-License-Identifier: MIT
#include "serve/echo_server.h"
#include "tests/support/catch.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using test::RawClient;

namespace {

constexpr unsigned kText = 0x81;
constexpr unsigned kBinary = 0x82;

std::unique_ptr<serve::EchoServer> start(serve::EchoOptions options = {}) {
  auto server = serve::EchoServer::start(std::move(options));
  if (!server) {
    FAIL(server.error().message);
  }
  return std::move(*server);
}

}  // namespace

TEST_CASE("text comes back as text and binary as binary") {
  const auto server = start();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send_frame(kText, "hello");
  client.send_frame(kBinary, std::string("\0\1\xff", 3));
  const auto text = client.read_frame();
  REQUIRE(text);
  CHECK(text->fin);
  CHECK(text->opcode == 1);
  CHECK(text->payload == "hello");
  const auto binary = client.read_frame();
  REQUIRE(binary);
  CHECK(binary->opcode == 2);
  CHECK(binary->payload == std::string("\0\1\xff", 3));
}
