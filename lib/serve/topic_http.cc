// SPDX-License-Identifier: MIT
#include "serve/topic_http.h"

#include <memory>
#include <string>
#include <utility>

#include "serve/publisher.h"
#include "wire/utf8.h"

namespace wskit::serve {
namespace {

constexpr int kMethodNotAllowed = 405;

bool is_binary(const wire::HttpRequest& request, std::string_view body) {
  const std::string type = request.headers.joined("Content-Type");
  return wire::equals_ignoring_case(type.substr(0, type.find_first_of("; ")),
                                    "application/octet-stream") ||
         !wire::is_utf8(body);
}

/// Waits for the engine's answer to a message that was posted.
class Posting final : public ExchangeHandler {
 public:
  Posting(PubSubNode& node, HttpExchange& exchange) : exchange_(exchange), publisher_(node) {}

  void publish(broker::PublishRequest request) {
    publisher_.publish(std::move(request),
                       [this](const Expected<broker::PublishAck>& ack) { on_published(ack); });
  }
  void on_drain() override {}  // the answer comes soon in any case

 private:
  void on_published(const Expected<broker::PublishAck>& ack) {
    if (!ack) {
      refuse_topics(exchange_, {.status = 503, .why = ack.error().message});
      return;
    }
    const std::string body = R"({"cursor":")" + ack->id + "\"}\n";
    exchange_.respond({.content_type = "application/json",
                       .headers = topic_headers(exchange_.request()),
                       .body = body});
  }

  HttpExchange& exchange_;
  Publisher publisher_;
};

}  // namespace

std::vector<wire::Header> topic_headers(const wire::HttpRequest& request) {
  std::vector<wire::Header> headers{
      {"Cache-Control", "no-store"}, {"Vary", "Accept, Origin"}, {"X-Accel-Buffering", "no"}};
  if (const auto origin = request.headers.get("Origin"); origin && wire::is_field_value(*origin)) {
    headers.push_back({"Access-Control-Allow-Origin", std::string(*origin)});
  }
  return headers;
}

void refuse_topics(HttpExchange& exchange, const Refusal& refusal) {
  const std::string body = refusal.why + "\n";
  auto headers = topic_headers(exchange.request());
  headers.insert(headers.end(), refusal.headers.begin(), refusal.headers.end());
  if (refusal.status == kMethodNotAllowed) {
    headers.push_back({"Allow", "GET, POST, OPTIONS"});
  }
  exchange.respond({.status = refusal.status, .headers = std::move(headers), .body = body});
}

void allow_topic_requests(HttpExchange& exchange) {
  auto headers = topic_headers(exchange.request());
  headers.push_back({"Allow", "GET, POST, OPTIONS"});
  headers.push_back({"Access-Control-Allow-Methods", "GET, POST, OPTIONS"});
  headers.push_back({"Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID"});
  headers.push_back({"Access-Control-Max-Age", "600"});
  exchange.respond({.status = 204, .headers = std::move(headers)});
}

void publish_body(PubSubNode& node, HttpExchange& exchange, const PostedMessage& message) {
  node.counts().published_post.add(1);
  auto posting = std::make_unique<Posting>(node, exchange);
  Posting& waiting = *posting;
  exchange.answer_later(std::move(posting));
  waiting.publish({.topic = std::string(message.topic),
                   .payload = std::string(message.body),
                   .text = !is_binary(exchange.request(), message.body),
                   .publisher = {.connection = {}, .user = std::string(message.user)}});
}

}  // namespace wskit::serve
