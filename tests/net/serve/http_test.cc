// SPDX-License-Identifier: MIT
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "serve/http_exchange.h"
#include "serve/service_thread.h"
#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// The body of a request comes back.
class TestService final : public serve::Service {
 public:
  std::expected<serve::Admission, wire::UpgradeAnswer> on_upgrade(const wire::HttpRequest&,
                                                                  const serve::Peer&) override {
    return std::unexpected(wire::refuse_upgrade(403, "no WebSocket here"));
  }
  void on_request(serve::HttpExchange& exchange, const wire::HttpRequest& /*request*/,
                  std::string_view body) override {
    exchange.respond({.body = body});
  }
  bool takes_bodies() const override { return true; }
};

std::unique_ptr<serve::Server> start(serve::ServerOptions options = {}) {
  auto server = serve::Server::start(
      std::move(options), [](serve::ServiceThread&) { return std::make_unique<TestService>(); });
  REQUIRE(server.has_value());
  return std::move(*server);
}

std::string post(std::string_view headers, std::string_view body) {
  return std::string("POST /x HTTP/1.1\r\nHost: x\r\n").append(headers).append("\r\n").append(body);
}

}  // namespace

TEST_CASE("the body of a request comes to the service") {
  const auto server = start();
  RawClient client(server->port());
  CHECK(client.request(post("Content-Length: 5\r\n", "first")).starts_with("HTTP/1.1 200 OK"));
  CHECK(client.read_all() == "first");
}

TEST_CASE("a body that is too long or of unknown length is refused") {
  const auto server = start({.max_message = 10});
  RawClient exact(server->port());
  CHECK(exact.request(post("Content-Length: 10\r\n", "0123456789")).starts_with("HTTP/1.1 200 OK"));
  CHECK(exact.read_all() == "0123456789");
  RawClient longer(server->port());
  CHECK(longer.request(post("Content-Length: 11\r\n", "0123456789A"))
            .starts_with("HTTP/1.1 413 Content Too Large"));
  RawClient chunked(server->port());
  CHECK(chunked.request(post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"))
            .starts_with("HTTP/1.1 411 Length Required"));
}

TEST_CASE("a drain lets an answer that has begun come to its end") {
  constexpr std::size_t kBytes = std::size_t{24} * 1024 * 1024;  // more than the kernel holds
  const auto server = start({.max_message = kBytes, .drain_time = std::chrono::minutes(1)});
  RawClient client(server->port());
  const std::string length = "Content-Length: " + std::to_string(kBytes) + "\r\n";
  CHECK(client.request(post(length, std::string(kBytes, 'x'))).starts_with("HTTP/1.1 200 OK"));
  server->drain();
  CHECK(client.read_all().size() == kBytes);
  server->wait();
}
