// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "serve/pubsub_service.h"
#include "tests/net/serve/serving.h"

namespace wskit::test {

/// A pub/sub server in this process, on a free port of loopback.
class PubSubServer {
 public:
  explicit PubSubServer(serve::ServerOptions options = {}, const serve::PubSubOptions& pubsub = {})
      : state_(pubsub, 7) {
    auto server = serve::Server::start(std::move(options), serve::pubsub_service(state_));
    if (!server) {
      FAIL(server.error().message);
    }
    server_ = std::move(*server);
  }

  [[nodiscard]] serve::Server& server() { return *server_; }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] serve::PubSubState& state() { return state_; }
  [[nodiscard]] const serve::PubSubState& state() const { return state_; }
  /// Of all threads.
  [[nodiscard]] std::uint64_t subscriptions() const {
    std::uint64_t sum = 0;
    for (const auto& thread : state_.threads()) {
      sum += thread.counts->subscriptions.read();
    }
    return sum;
  }

  /// A subscriber that gets what is published from now on.
  [[nodiscard]] RawClient subscriber(std::string_view path) const {
    RawClient client(port());
    if (!client.upgrade({}, path)) {
      FAIL("no upgrade of " << path);
    }
    // When the answer to this is here, the server has come to the subscription before it.
    client.send_frame(kPing, "there?");
    const auto pong = client.read_frame();
    REQUIRE(pong.has_value());
    REQUIRE(pong->opcode == 10);
    return client;
  }

 private:
  serve::PubSubState state_;
  std::unique_ptr<serve::Server> server_;
};

/// An answer to a request, its chunks put together.
struct HttpReply {
  std::string head;
  std::string body;

  [[nodiscard]] int status() const { return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0; }
  [[nodiscard]] bool has(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

inline HttpReply http(const PubSubServer& server, std::string_view method, std::string_view target,
                      std::string_view headers = {}, std::string_view body = {}) {
  RawClient client(server.port());
  std::string request = std::string(method).append(" ").append(target);
  request.append(" HTTP/1.1\r\nHost: x\r\n").append(headers);
  if (method == "POST") {
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  HttpReply reply;
  reply.head = client.request(request.append("\r\n").append(body));
  reply.body = client.read_all();
  return reply;
}

inline HttpReply post(const PubSubServer& server, std::string_view target, std::string_view body,
                      std::string_view headers = {}) {
  return http(server, "POST", target, headers, body);
}

/// Waits until the server has so many subscriptions.
inline void await_subscriptions(const PubSubServer& server, std::uint64_t wanted) {
  while (server.subscriptions() != wanted) {
    static_cast<void>(http(server, "GET", "/healthz"));
  }
}

/// The cursor that an answer's JSON has.
inline std::string cursor_of(const HttpReply& reply) {
  const std::string key = R"("cursor":")";
  const std::size_t start = reply.body.find(key);
  REQUIRE(start != std::string::npos);
  const std::size_t end = reply.body.find('"', start + key.size());
  return reply.body.substr(start + key.size(), end - start - key.size());
}

}  // namespace wskit::test
