// SPDX-License-Identifier: MIT
#include <string>

#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>(i * 7 + i / 251);
  }
  return text;
}

}  // namespace

TEST_CASE("text comes back as text and binary as binary") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send_frame(kText, "hello");
  client.send_frame(kBinary, std::string("\0\1\xff", 3));
  const auto text = client.read_frame();
  REQUIRE(text);
  CHECK(text->fin);
  CHECK(text->rsv == 0);
  CHECK_FALSE(text->masked);
  CHECK(text->opcode == 1);
  CHECK(text->payload == "hello");
  const auto binary = client.read_frame();
  REQUIRE(binary);
  CHECK(binary->opcode == 2);
  CHECK(binary->payload == std::string("\0\1\xff", 3));
}

TEST_CASE("messages of every length form come back whole") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65'535U, 65'536U, 65'537U, 1'000'000U}) {
    const std::string payload = pattern(size);
    REQUIRE(client.send_frame(kBinary, payload));
    const auto echo = client.read_frame();
    REQUIRE(echo);
    INFO(size);
    CHECK(echo->fin);
    CHECK(echo->opcode == 2);
    CHECK((echo->payload == payload));
  }
}

TEST_CASE("a message may come byte by byte") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  for (const char byte : masked_frame(kText, "slow but sure") + masked_frame(kText, "")) {
    REQUIRE(client.send({&byte, 1}));
  }
  CHECK(read_text(client) == "slow but sure");
  CHECK(read_text(client).empty());
}

TEST_CASE("the first message may come with the request") {
  const auto server = start_echo();
  RawClient client(server->port());
  CHECK(
      client.request(upgrade_request() + masked_frame(kText, "eager")).starts_with("HTTP/1.1 101"));
  CHECK(read_text(client) == "eager");
}

TEST_CASE("fragments come back as one frame, after the pong that stood between them") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(masked_frame(kTextBegins, "one \xe2\x82") + masked_frame(kPing, "in between") +
              masked_frame(kGoesOn, "\xac two") + masked_frame(kGoesOn, "") +
              masked_frame(kEnds, " three"));
  const auto pong = client.read_frame();
  REQUIRE(pong);
  CHECK(pong->opcode == 10);
  CHECK(pong->payload == "in between");
  CHECK(read_text(client) == "one \xe2\x82\xac two three");
}

TEST_CASE("what follows fragments stays behind them") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send(masked_frame(kTextBegins, "one ") + masked_frame(kEnds, "two") +
              masked_frame(kText, "three") + masked_frame(kClose, ""));
  CHECK(read_text(client) == "one two");
  CHECK(read_text(client) == "three");
  CHECK(client.read_close() == 0);
}

TEST_CASE("many messages in one segment come back in order") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  std::string all;
  for (int i = 0; i < 5000; ++i) {
    all += masked_frame(kText, std::to_string(i));
  }
  REQUIRE(client.send(all));
  for (int i = 0; i < 5000; ++i) {
    if (const std::string text = read_text(client); text != std::to_string(i)) {
      FAIL("got " << text << " in place of " << i);
    }
  }
  CHECK(server->stats().messages == 5000);
}

TEST_CASE("a ping is answered with its payload and a pong is not answered") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(client.upgrade());
  client.send_frame(kPong, "unasked");
  for (const std::string& payload : {std::string(), std::string("x"), std::string(125, 'y')}) {
    client.send_frame(kPing, payload);
    const auto pong = client.read_frame();
    REQUIRE(pong);
    CHECK(pong->opcode == 10);
    CHECK(pong->payload == payload);
  }
}

TEST_CASE("every thread of a server echoes") {
  const auto server = start_echo({.threads = 3});
  for (int i = 0; i < 7; ++i) {
    RawClient client(server->port());
    REQUIRE(client.upgrade());
    client.send_frame(kText, "hello");
    CHECK(read_text(client) == "hello");
  }
  CHECK(server->stats().established == 7);
}

TEST_CASE("a client that resets its connection harms nobody") {
  const auto server = start_echo();
  RawClient other(server->port());
  REQUIRE(other.upgrade());
  for (int i = 0; i < 50; ++i) {
    RawClient client(server->port());
    REQUIRE(client.upgrade());
    client.send_frame(kText, "lost");
    client.reset();
  }
  other.send_frame(kText, "still here");
  CHECK(read_text(other) == "still here");
}

TEST_CASE("it listens on IPv6 and on unix sockets") {
  const auto v6 = start_echo({.listen = {.host = "::1"}});
  CHECK(v6->url() == "ws://[::1]:" + std::to_string(v6->port()) + "/");
  RawClient client(v6->port(), "::1");
  REQUIRE(client.upgrade());
  client.send_frame(kText, "six");
  CHECK(read_text(client) == "six");
}
