// SPDX-License-Identifier: MIT
#include "serve/pubsub_service.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "serve/long_poll.h"
#include "serve/pubsub_report.h"
#include "serve/raw_session.h"
#include "serve/request_target.h"
#include "serve/service_thread.h"
#include "serve/topic_http.h"
#include "serve/topic_request.h"
#include "serve/topic_stream.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kForeignOrigin =
    "pages of this origin may not use the topics; --allow-origin lets them\n";

constexpr std::array<std::string_view, 4> kReports{"/healthz", "/readyz", "/info", "/metrics"};

class PubSubService final : public Service {
 public:
  PubSubService(ServiceThread& thread, PubSubState& state)
      : thread_(thread), node_(thread, state) {}

  std::expected<Admission, wire::UpgradeAnswer> on_upgrade(
      const wire::HttpRequest& request) override;
  void on_request(HttpExchange& exchange, const wire::HttpRequest& request,
                  std::string_view body) override;
  bool takes_bodies() const override { return true; }
  void on_turn_end() override { node_.on_turn_end(); }
  void on_turn_written() override { node_.on_turn_written(); }

 private:
  [[nodiscard]] std::expected<std::unique_ptr<SessionHandler>, Refusal> handler_for(
      const wire::HttpRequest& request);
  void on_topic_request(HttpExchange& exchange, std::string_view body);
  void report(HttpExchange& exchange, std::string_view path);
  void say_ready(HttpExchange& exchange);
  void subscribe(HttpExchange& exchange, TopicRequest request);

  ServiceThread& thread_;
  PubSubNode node_;
};

// Where further protocols over WebSocket come in, by their paths or subprotocols.
std::expected<std::unique_ptr<SessionHandler>, Refusal> PubSubService::handler_for(
    const wire::HttpRequest& request) {
  if (!names_topics(request.target)) {
    return std::unexpected(Refusal{.status = 404, .why = "topics are at /t/TOPIC"});
  }
  auto asked = parse_topic_request(request, node_.options());
  if (!asked) {
    return std::unexpected(std::move(asked.error()));
  }
  return make_raw_session(node_, std::move(*asked));
}

std::expected<Admission, wire::UpgradeAnswer> PubSubService::on_upgrade(
    const wire::HttpRequest& request) {
  auto agreement = check_upgrade(request, upgrade_rules(thread_.options()));
  if (!agreement) {
    return std::unexpected(std::move(agreement.error()));
  }
  auto handler = handler_for(request);
  if (!handler) {
    return std::unexpected(wire::refuse_upgrade(handler.error().status, handler.error().why));
  }
  return Admission{std::move(*agreement), std::move(*handler)};
}

void PubSubService::on_request(HttpExchange& exchange, const wire::HttpRequest& request,
                               std::string_view body) {
  const std::string_view path = path_of(request.target);
  if (names_topics(request.target)) {
    on_topic_request(exchange, body);
  } else if (std::ranges::find(kReports, path) == kReports.end()) {
    exchange.respond({.status = 404, .body = "topics are at /t/TOPIC\n"});
  } else if (request.method != "GET" && request.method != "HEAD") {
    exchange.respond({.status = 405, .headers = {{"Allow", "GET, HEAD"}}});
  } else {
    report(exchange, path);
  }
}

void PubSubService::report(HttpExchange& exchange, std::string_view path) {
  if (path == "/healthz") {
    exchange.respond({.body = "ok\n"});
  } else if (path == "/readyz") {
    say_ready(exchange);
  } else if (path == "/info") {
    const std::string info = pubsub_info(node_.state());
    exchange.respond({.content_type = "application/json", .body = info});
  } else {
    const std::string metrics = pubsub_metrics(node_.state());
    exchange.respond({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics});
  }
}

void PubSubService::say_ready(HttpExchange& exchange) {
  const pubsub::Hub& hub = node_.hub();
  if (thread_.draining()) {
    exchange.respond({.status = 503, .body = "the server is stopping\n"});
  } else if (!hub.ready()) {
    const std::string why = hub.lost() + "\n";
    exchange.respond({.status = 503, .body = why});
  } else {
    exchange.respond({.body = "ready\n"});
  }
}

void PubSubService::on_topic_request(HttpExchange& exchange, std::string_view body) {
  const wire::HttpRequest& request = exchange.request();
  if (!origin_allowed(request.headers.joined("Origin"), request.headers.get("Host").value_or(""),
                      thread_.options().allowed_origins)) {
    exchange.respond({.status = 403, .body = kForeignOrigin});
    return;
  }
  if (request.method == "OPTIONS") {
    allow_topic_requests(exchange);
    return;
  }
  auto asked = parse_topic_request(request, node_.options());
  if (!asked) {
    refuse_topics(exchange, asked.error());
  } else if (request.method == "GET") {
    subscribe(exchange, std::move(*asked));
  } else if (request.method != "POST") {
    refuse_topics(exchange, {.status = 405, .why = "GET subscribes and POST publishes"});
  } else if (asked->topic().empty()) {
    refuse_topics(exchange, {.why = "to publish, name one topic without wildcards"});
  } else {
    publish_body(node_, exchange, asked->topic(), body);
  }
}

void PubSubService::subscribe(HttpExchange& exchange, TopicRequest request) {
  if (!exchange.take_place()) {
    refuse_topics(exchange, {.status = 503, .why = "this server takes no more connections"});
  } else if (accepts_events(exchange.request())) {
    stream_events(node_, exchange, std::move(request));
  } else if (request.stream) {
    stream_lines(node_, exchange, std::move(request));
  } else {
    poll_topics(node_, exchange, std::move(request));
  }
}

}  // namespace

ServiceFactory pubsub_service(PubSubState& state) {
  return [&state](ServiceThread& thread) { return std::make_unique<PubSubService>(thread, state); };
}

}  // namespace wskit::serve
