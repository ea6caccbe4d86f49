// SPDX-License-Identifier: MIT
// What must not stand in the log of wskit serve: secrets, and what a terminal would obey.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cli/pubsub_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;

namespace {

// In each secret.
constexpr std::string_view kSecret = "S3CR3T";

std::uint16_t port_of(const PubSubProcess& server) {
  const std::string url = server.url("");
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

/// The log, once the server has ended.
std::string log_of(PubSubProcess& server) {
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 0);
  return exit.err;
}

/// Sends it, and forgets the answer; a connection that opens is closed by us, with this reason.
void say_and_go(std::uint16_t port, const std::string& head, const std::string& reason = {}) {
  RawClient client(port);
  if (client.request(head).starts_with("HTTP/1.1 101")) {
    REQUIRE(client.send_frame(0x88, "\x0f\xa1" + reason));
    (void)client.wait_for_end();
  }
}

std::string request_of(const std::string& method, const std::string& target,
                       const std::string& headers = {}) {
  return method + " " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + headers + "\r\n";
}

/// Ways to come with a secret, good or bad.
void bring_secrets(std::uint16_t port) {
  const std::string good(kSecret);
  const std::string basic = "Authorization: Basic YW5uOlMzQ1IzVA==\r\n";  // ann:S3CR3T
  for (const std::string& secret : {good, "bad" + good, "e30." + good + ".e30"}) {
    for (const char* name : {"access_token", "access_%74oken", "awps_reconnection_token"}) {
      const std::string query = "?wait=0&" + std::string(name) + "=" + secret;
      say_and_go(port, upgrade_request({}, "/t/a" + query));
      say_and_go(port, request_of("GET", "/t/a" + query));
      say_and_go(port, request_of("POST", "/t/a" + query));
      say_and_go(port, upgrade_request("Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n",
                                       "/client/hubs/h" + query));
    }
    for (const std::string& header : {"Authorization: Bearer " + secret + "\r\n", basic,
                                      "Cookie: session=" + secret + "\r\n"}) {
      say_and_go(port, upgrade_request(header, "/t/a"));
      say_and_go(port, request_of("GET", "/t/a?wait=0", header));
      say_and_go(port, request_of("POST", "/nowhere", header));
    }
    RawClient client(port);
    REQUIRE(client.upgrade({}, "/connection/websocket"));
    REQUIRE(client.send_frame(0x81, R"({"id":1,"connect":{"token":")" + secret + "\"}}"));
    (void)client.read_frame();
  }
}

bool obeyed_by_a_terminal(std::string_view text) {
  // Bidirectional overrides and isolates, in UTF-8.
  for (const char* sign :
       {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"}) {
    if (text.find(sign) != std::string_view::npos) {
      return true;
    }
  }
  char before = 0;
  return std::ranges::any_of(text, [&before](char sign) {
    const auto byte = static_cast<unsigned char>(sign);
    const bool c1 = before == '\xC2' && byte >= 0x80 && byte < 0xA0;
    before = sign;
    return (byte < 0x20 && sign != '\n') || byte == 0x7F || c1;
  });
}

}  // namespace

TEST_CASE("no secret that a client brings stands in a server's log") {
  const ScratchFile tokens("tokens");
  tokens.write(std::string(kSecret) + " ann\n");
  const ScratchFile users("users");
  users.write("ann:" + std::string(kSecret) + "\n");
  for (const char* format : {"text", "json"}) {
    INFO(format);
    PubSubProcess server(
        {"--log", format, "--auth-tokens", tokens.path(), "--auth-basic", users.path()});
    bring_secrets(port_of(server));
    const std::string log = log_of(server);
    INFO(log);
    CHECK(std::ranges::count(log, '\n') > 50);
    CHECK(log.find(kSecret) == std::string::npos);
    CHECK(log.find("YW5uOl") == std::string::npos);
  }
}

TEST_CASE("nothing that a client says reaches the terminal that a server's log is read on") {
  PubSubProcess server({"--log", "text"});
  const std::uint16_t port = port_of(server);
  std::vector<std::string> hostile = {"\x1b]52;c;ZXZpbA==\x07",
                                      "\x1b]8;;http://x\x1b\\",
                                      "\x1b[6n",
                                      "\x1bP+q\x1b\\",
                                      "\u202E",
                                      "\u2066"};
  for (unsigned byte = 1; byte < 0x20; ++byte) {
    hostile.emplace_back(1, static_cast<char>(byte));
  }
  for (unsigned byte = 0x7F; byte < 0xA0; ++byte) {
    hostile.push_back(byte < 0x80 ? std::string("\x7f")
                                  : std::string("\xC2") + static_cast<char>(byte));
  }
  for (const std::string& bytes : hostile) {
    say_and_go(port, upgrade_request({}, "/t/a"), bytes);
    say_and_go(port, upgrade_request({}, "/t/a?x=" + bytes), bytes);
    say_and_go(port, upgrade_request("Sec-WebSocket-Protocol: " + bytes + "\r\n", "/nowhere"));
    say_and_go(port, upgrade_request("Origin: " + bytes + "\r\n", "/t/a"));
  }
  const std::string log = log_of(server);
  CHECK(std::ranges::count(log, '\n') > 100);
  CHECK_FALSE(obeyed_by_a_terminal(log));
}
