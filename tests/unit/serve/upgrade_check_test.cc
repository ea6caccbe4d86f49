// SPDX-License-Identifier: MIT
#include "serve/upgrade_check.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

wire::HttpRequest request_with(const Fields& further) {
  wire::HttpRequest request;
  request.method = "GET";
  request.target = "/";
  request.headers.add("Host", "localhost:9001");
  request.headers.add("Upgrade", "websocket");
  request.headers.add("Connection", "Upgrade");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  request.headers.add("Sec-WebSocket-Version", "13");
  for (const auto& [name, value] : further) {
    request.headers.add(name, value);
  }
  return request;
}

// The status of a refusal, 101 for none.
int status_of(const wire::HttpRequest& request, const UpgradeRules& rules = {}) {
  const auto agreement = check_upgrade(request, rules);
  return agreement ? 101 : agreement.error().status;
}

std::string subprotocol(const char* offered, const std::vector<std::string>& known) {
  return check_upgrade(request_with({{"Sec-WebSocket-Protocol", offered}}),
                       {.allowed_origins = {}, .subprotocols = known})
      .value()
      .subprotocol;
}

}  // namespace

TEST_CASE("a request as RFC 6455 wants it is accepted") {
  CHECK(status_of(request_with({})) == 101);
}

TEST_CASE("a request that is no upgrade to version 13 is refused with the status that says why") {
  auto post = request_with({});
  post.method = "POST";
  CHECK(status_of(post) == 405);
  auto old = request_with({});
  old.minor_version = 0;
  CHECK(status_of(old) == 400);
  CHECK(status_of(request_with({{"Sec-WebSocket-Version", "12"}})) == 426);
  CHECK(status_of(request_with({{"Sec-WebSocket-Key", "second"}})) == 400);
}

TEST_CASE("only the server's own origin may connect and whoever has none") {
  const std::string host = "localhost:9001";
  CHECK(origin_allowed("", host, {}));
  CHECK(origin_allowed("http://localhost:9001", host, {}));
  CHECK(origin_allowed("https://localhost:9001", host, {}));
  for (const char* foreign : {"http://evil.example", "null", "http://localhost.evil.example:9001",
                              "http://localhost:9002", "http://localhost", "HTTP://LOCALHOST:9001",
                              "http://localhost:9001.evil.example", "http://localhost:9001/",
                              "http://", "file://localhost:9001", "http://user@localhost:9001"}) {
    INFO(foreign);
    CHECK_FALSE(origin_allowed(foreign, host, {}));
  }
  CHECK_FALSE(origin_allowed("http://", "", {}));
}

TEST_CASE("further origins can be allowed one by one or all") {
  const std::vector<std::string> list{"https://good.example", "null"};
  CHECK(origin_allowed("https://good.example", "localhost", list));
  CHECK(origin_allowed("null", "localhost", list));
  CHECK_FALSE(origin_allowed("https://good.example.org", "localhost", list));
  CHECK_FALSE(origin_allowed("http://good.example", "localhost", list));
  CHECK(origin_allowed("http://anything", "localhost", std::vector<std::string>{"*"}));
}

TEST_CASE("a foreign origin is refused with 403 and two origins are none of ours") {
  CHECK(status_of(request_with({{"Origin", "http://evil.example"}})) == 403);
  CHECK(status_of(request_with({{"Origin", "http://localhost:9001"}})) == 101);
  CHECK(status_of(request_with(
            {{"Origin", "http://localhost:9001"}, {"Origin", "http://evil.example"}})) == 403);
}

TEST_CASE("the server's favourite among the offered subprotocols is agreed to") {
  const std::vector<std::string> known{"mqtt", "chat"};
  CHECK(subprotocol("chat, mqtt", known) == "mqtt");
  CHECK(subprotocol("soap,chat", known) == "chat");
  CHECK(subprotocol("Chat", known).empty());
  CHECK(subprotocol("soap", known).empty());
}

TEST_CASE("without favourites the first offered subprotocol is agreed to") {
  CHECK(subprotocol(" soap , wamp", {}) == "soap");
  CHECK(check_upgrade(request_with({}), {}).value().subprotocol.empty());
}

TEST_CASE("lists that libwebsockets could not hold are refused") {
  CHECK(status_of(request_with({{"Sec-WebSocket-Protocol", std::string(64, 'x')}})) == 400);
  CHECK(status_of(request_with({{"Sec-WebSocket-Protocol", "a, " + std::string(124, 'x')}})) ==
        400);
  CHECK(status_of(request_with({{"Sec-WebSocket-Extensions", std::string(251, 'x')}})) == 400);
}

TEST_CASE("compression is agreed to when it is offered and allowed") {
  const auto request =
      request_with({{"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=10"}});
  const auto agreement = check_upgrade(request, {});
  REQUIRE(agreement.has_value());
  REQUIRE(agreement->deflate.has_value());
  CHECK(agreement->deflate->parameters.server_max_window_bits == 10);
  UpgradeRules plain;
  plain.compress = false;
  CHECK_FALSE(check_upgrade(request, plain).value().deflate.has_value());
  CHECK_FALSE(check_upgrade(request_with({}), {}).value().deflate.has_value());
}

TEST_CASE("only what libwebsockets reads of the list of extensions may not be too long") {
  const auto accepted = [](const std::string& list) {
    const auto agreement = check_upgrade(request_with({{"Sec-WebSocket-Extensions", list}}), {});
    return agreement ? agreement->accepted_offer : 0;
  };
  const std::string plain = "permessage-deflate";
  const std::string with = plain + "; client_max_window_bits";
  const std::string long_one = ", x-unknown; a=" + std::string(250, 'x');
  CHECK(accepted(plain) == 1);
  CHECK(accepted(plain + ", " + plain) == 2);
  CHECK(accepted(with + ", " + plain) == 1);
  CHECK(accepted("x-unknown; a, " + plain + " , " + with + ", " + plain) == 2);
  CHECK(accepted(with + long_one) == 1);
  CHECK(accepted(plain + long_one) == 0);
  CHECK(accepted(plain + ", " + with + long_one) == 2);
}
