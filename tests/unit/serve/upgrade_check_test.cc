// SPDX-License-Identifier: MIT
#include "serve/upgrade_check.h"

#include <vector>

#include "tests/support/catch.h"

using namespace wskit::serve;

namespace {

UpgradeRequest good_request() {
  return {.method = "GET",
          .http_version = "HTTP/1.1",
          .host = "localhost:9001",
          .upgrade = "websocket",
          .connection = "Upgrade",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .version = "13"};
}

// The status of a refusal, 101 for none.
int status_of(const UpgradeRequest& request) {
  const auto checked = check_upgrade(request, {});
  return checked ? 101 : checked.error().status;
}

}  // namespace

TEST_CASE("a request as RFC 6455 wants it is accepted") {
  CHECK(status_of(good_request()) == 101);
  auto request = good_request();
  request.upgrade = "WebSocket";
  request.connection = "keep-alive, upgrade";
  CHECK(status_of(request) == 101);
}

TEST_CASE("a request that is no upgrade to version 13 is refused with the status that says why") {
  struct {
    std::string UpgradeRequest::* field;
    const char* value;
    int status;
  } const cases[] = {
      {&UpgradeRequest::method, "POST", 405},
      {&UpgradeRequest::method, "HEAD", 405},
      {&UpgradeRequest::http_version, "HTTP/1.0", 400},
      {&UpgradeRequest::host, "", 400},
      {&UpgradeRequest::upgrade, "h2c", 400},
      {&UpgradeRequest::upgrade, "", 400},
      {&UpgradeRequest::connection, "keep-alive", 400},
      {&UpgradeRequest::connection, "", 400},
      {&UpgradeRequest::version, "12", 426},
      {&UpgradeRequest::version, "", 426},
      {&UpgradeRequest::key, "", 400},
      {&UpgradeRequest::key, "dGhlIHNhbXBsZSBub25j", 400},
      {&UpgradeRequest::key, "not base64 at all!!", 400},
  };
  for (const auto& bad : cases) {
    auto request = good_request();
    request.*bad.field = bad.value;
    INFO(bad.value << " wants " << bad.status);
    CHECK(status_of(request) == bad.status);
  }
}

TEST_CASE("a refused version is told the right one") {
  auto request = good_request();
  request.version = "12";
  const auto checked = check_upgrade(request, {});
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().headers == "Sec-WebSocket-Version: 13\r\n");
}

TEST_CASE("only the server's own origin may connect, and whoever has none") {
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

TEST_CASE("a foreign origin is refused with 403") {
  auto request = good_request();
  request.origin = "http://evil.example";
  CHECK(status_of(request) == 403);
}

TEST_CASE("the first subprotocol that both know is agreed to") {
  auto request = good_request();
  const std::vector<std::string> known{"mqtt", "chat"};
  const auto agreed = [&](const char* offered, std::span<const std::string> supported) {
    request.subprotocols = offered;
    return check_upgrade(request, {.allowed_origins = {}, .subprotocols = supported}).value();
  };
  CHECK(agreed("", known).empty());
  CHECK(agreed("chat, mqtt", known) == "chat");
  CHECK(agreed("soap,chat", known) == "chat");
  CHECK(agreed("Chat", known).empty());
  CHECK(agreed("soap", known).empty());
  CHECK(agreed(" soap , wamp", {}) == "soap");
}

TEST_CASE("a list of subprotocols that libwebsockets could not hold is refused") {
  auto request = good_request();
  request.subprotocols = std::string(127, 'x');
  CHECK(status_of(request) == 400);
}
