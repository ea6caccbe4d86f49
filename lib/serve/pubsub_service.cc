// SPDX-License-Identifier: MIT
#include "serve/pubsub_service.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "serve/azure_session.h"
#include "serve/centrifugo_session.h"
#include "serve/fault_requests.h"
#include "serve/long_poll.h"
#include "serve/pubsub_lists.h"
#include "serve/pubsub_report.h"
#include "serve/raw_session.h"
#include "serve/request_target.h"
#include "serve/service_thread.h"
#include "serve/topic_http.h"
#include "serve/topic_request.h"
#include "serve/topic_stream.h"
#include "serve/web_page.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kForeignOrigin =
    "pages of this origin may not use the topics; --allow-origin lets them\n";

constexpr std::array<std::string_view, 7> kReports{"/",        "/healthz", "/readyz",     "/info",
                                                   "/metrics", "/topics",  "/connections"};

Refusal refuse_for(Limit limit) {
  const LimitRefusal refusal = refusal_of(limit);
  return {.status = refusal.status, .why = std::string(refusal.why)};
}

class PubSubService final : public Service {
 public:
  PubSubService(ServiceThread& thread, PubSubState& state)
      : thread_(thread), node_(thread, state) {}

  std::expected<Admission, wire::UpgradeAnswer> on_upgrade(const wire::HttpRequest& request,
                                                           const Peer& peer) override;
  void on_request(HttpExchange& exchange, const wire::HttpRequest& request,
                  std::string_view body) override;
  bool takes_bodies() const override { return true; }
  void on_turn_end() override { node_.on_turn_end(); }
  void on_turn_written() override { node_.on_turn_written(); }

 private:
  [[nodiscard]] std::expected<std::unique_ptr<SessionHandler>, Refusal> handler_for(
      const wire::HttpRequest& request, const Peer& peer, std::string_view subprotocol);
  [[nodiscard]] std::expected<std::unique_ptr<SessionHandler>, Refusal> centrifugo_handler(
      const wire::HttpRequest& request, const Peer& peer, std::string_view subprotocol);
  [[nodiscard]] Refusal count(AuthRefusal refusal);
  [[nodiscard]] Refusal count(Refusal refusal);
  [[nodiscard]] std::expected<pubsub::SubscriptionPlace, Refusal> take_places(
      HttpExchange& exchange);
  [[nodiscard]] std::expected<Identity, Refusal> identify(const wire::HttpRequest& request,
                                                          const Peer& peer);
  [[nodiscard]] bool may_subscribe(const Identity& identity, const TopicRequest& request) const;
  [[nodiscard]] Instant expiry_of(const Identity& identity) const;
  void on_topic_request(HttpExchange& exchange, std::string_view body);
  void get_or_post(HttpExchange& exchange, const Identity& identity, std::string_view body);
  void publish(HttpExchange& exchange, const Identity& identity, const TopicRequest& request,
               std::string_view body);
  void on_fault_request(HttpExchange& exchange, std::string_view body);
  void report(HttpExchange& exchange, std::string_view path);
  void list(HttpExchange& exchange, const Identity& identity, std::string_view path);
  void say_ready(HttpExchange& exchange);
  void subscribe(HttpExchange& exchange, const Identity& identity, TopicRequest request);

  ServiceThread& thread_;
  PubSubNode node_;
};

// Where further protocols over WebSocket come in, by their paths or subprotocols.
std::expected<std::unique_ptr<SessionHandler>, Refusal> PubSubService::handler_for(
    const wire::HttpRequest& request, const Peer& peer, std::string_view subprotocol) {
  if (names_centrifugo(request.target)) {
    return centrifugo_handler(request, peer, subprotocol);
  }
  const bool azure = names_azure_hub(request.target);
  if (!azure && !names_topics(request.target)) {
    return std::unexpected(Refusal{.status = 404, .why = "topics are at /t/TOPIC"});
  }
  auto identity = identify(request, peer);
  if (!identity) {
    return std::unexpected(std::move(identity.error()));
  }
  if (azure) {
    const Instant expiry = expiry_of(*identity);
    return make_azure_session(node_, request, subprotocol, {std::move(*identity), expiry});
  }
  auto asked = parse_topic_request(request, node_.options());
  if (!asked) {
    return std::unexpected(count(std::move(asked.error())));
  }
  if (!may_subscribe(*identity, *asked)) {
    return std::unexpected(count(node_.state().authenticator().forbid_subscribe()));
  }
  auto place = node_.take_place();
  if (!place) {
    return std::unexpected(refuse_for(Limit::subscriptions));
  }
  asked->place = std::move(*place);
  const bool may_publish = identity->rights.may_publish(asked->topic());
  return make_raw_session(node_, std::move(*asked),
                          {.name = std::move(identity->user),
                           .may_publish = may_publish,
                           .expiry = expiry_of(*identity)});
}

// Who says nothing in the upgrade request has a token to send later.
std::expected<std::unique_ptr<SessionHandler>, Refusal> PubSubService::centrifugo_handler(
    const wire::HttpRequest& request, const Peer& peer, std::string_view subprotocol) {
  auto known =
      node_.state().authenticator().identify(request, peer.certificate_user, read_wall_clock());
  if (!known && known.error().cause != AuthCause::missing) {
    return std::unexpected(count(std::move(known.error())));
  }
  std::optional<Identity> guest;
  if (known) {
    guest = std::move(*known);
  }
  return make_centrifugo_session(node_, request, subprotocol, std::move(guest));
}

Refusal PubSubService::count(AuthRefusal refusal) {
  node_.counts().on_auth_refused(refusal.cause);
  return {.status = refusal.status,
          .why = std::move(refusal.reason),
          .headers = std::move(refusal.headers)};
}

Refusal PubSubService::count(Refusal refusal) {
  if (refusal.limit) {
    thread_.counts().on_limited(*refusal.limit);
  }
  return refusal;
}

std::expected<Identity, Refusal> PubSubService::identify(const wire::HttpRequest& request,
                                                         const Peer& peer) {
  if (const auto target = parse_target(request.target); !target) {
    return std::unexpected(Refusal{.why = target.error().message});
  }
  auto identity =
      node_.state().authenticator().identify(request, peer.certificate_user, read_wall_clock());
  if (!identity) {
    return std::unexpected(count(std::move(identity.error())));
  }
  return std::move(*identity);
}

bool PubSubService::may_subscribe(const Identity& identity, const TopicRequest& request) const {
  return std::ranges::all_of(request.filters, [&](const std::string& filter) {
    return identity.rights.may_subscribe(filter);
  });
}

Instant PubSubService::expiry_of(const Identity& identity) const {
  return serve::expiry_of(identity, thread_.now());
}

std::expected<Admission, wire::UpgradeAnswer> PubSubService::on_upgrade(
    const wire::HttpRequest& request, const Peer& peer) {
  UpgradeRules rules = upgrade_rules(thread_.options());
  if (names_azure_hub(request.target)) {
    rules.subprotocols = azure_subprotocols();
  } else if (names_centrifugo(request.target)) {
    rules.subprotocols = centrifugo_subprotocols();
  }
  auto agreement = check_upgrade(request, rules);
  if (!agreement) {
    return std::unexpected(std::move(agreement.error()));
  }
  auto handler = handler_for(request, peer, agreement->subprotocol);
  if (!handler) {
    const Refusal& refusal = handler.error();
    return std::unexpected(wire::refuse_upgrade(refusal.status, refusal.why, refusal.headers));
  }
  return Admission{std::move(*agreement), std::move(*handler)};
}

void PubSubService::on_request(HttpExchange& exchange, const wire::HttpRequest& request,
                               std::string_view body) {
  const std::string_view path = path_of(request.target);
  if (names_topics(request.target)) {
    on_topic_request(exchange, body);
  } else if (names_azure_hub(request.target) || names_centrifugo(request.target)) {
    exchange.respond({.status = 426,
                      .headers = {{"Upgrade", "websocket"}},
                      .body = "this path speaks WebSocket only\n"});
  } else if (names_faults(request.target)) {
    on_fault_request(exchange, body);
  } else if (std::ranges::find(kReports, path) == kReports.end()) {
    exchange.respond({.status = 404, .body = "topics are at /t/TOPIC\n"});
  } else if (request.method != "GET" && request.method != "HEAD") {
    exchange.respond({.status = 405, .headers = {{"Allow", "GET, HEAD"}}});
  } else {
    report(exchange, path);
  }
}

void PubSubService::on_fault_request(HttpExchange& exchange, std::string_view body) {
  if (!admit_fault_request(exchange)) {
    return;
  }
  const auto identity = identify(exchange.request(), exchange.peer());
  if (!identity) {
    refuse_topics(exchange, identity.error());
  } else if (!identity->rights.are_all()) {
    refuse_topics(exchange, count(node_.state().authenticator().forbid_faults()));
  } else {
    answer_fault_request(exchange, body);
  }
}

void PubSubService::report(HttpExchange& exchange, std::string_view path) {
  if (path == "/") {
    show_page(exchange);
  } else if (path == "/healthz") {
    exchange.respond({.body = "ok\n"});
  } else if (path == "/readyz") {
    say_ready(exchange);
  } else if (auto known = identify(exchange.request(), exchange.peer()); !known) {
    refuse_topics(exchange, known.error());
  } else if (path == "/info") {
    const std::string info = pubsub_info(node_.state());
    exchange.respond({.content_type = "application/json", .body = info});
  } else if (path != "/metrics") {
    list(exchange, *known, path);
  } else {
    const std::string metrics = pubsub_metrics(node_.state()) + fault_metrics(thread_.faults());
    exchange.respond({.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics});
  }
}

void PubSubService::list(HttpExchange& exchange, const Identity& identity, std::string_view path) {
  if (!identity.rights.are_all()) {
    refuse_topics(exchange, count(node_.state().authenticator().forbid_subscribe()));
  } else if (path == "/topics") {
    list_topics(node_, exchange, identity);
  } else {
    list_connections(node_, exchange, identity);
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
  const auto identity = identify(request, exchange.peer());
  if (!identity) {
    refuse_topics(exchange, identity.error());
    return;
  }
  get_or_post(exchange, *identity, body);
}

void PubSubService::get_or_post(HttpExchange& exchange, const Identity& identity,
                                std::string_view body) {
  auto asked = parse_topic_request(exchange.request(), node_.options());
  if (!asked) {
    refuse_topics(exchange, count(std::move(asked.error())));
  } else if (exchange.request().method == "GET") {
    subscribe(exchange, identity, std::move(*asked));
  } else if (exchange.request().method == "POST") {
    publish(exchange, identity, *asked, body);
  } else {
    refuse_topics(exchange, {.status = 405, .why = "GET subscribes and POST publishes"});
  }
}

void PubSubService::publish(HttpExchange& exchange, const Identity& identity,
                            const TopicRequest& request, std::string_view body) {
  if (request.topic().empty()) {
    refuse_topics(exchange, {.why = "to publish, name one topic without wildcards"});
  } else if (!identity.rights.may_publish(request.topic())) {
    refuse_topics(exchange, count(node_.state().authenticator().forbid_publish()));
  } else {
    publish_body(node_, exchange, {.topic = request.topic(), .body = body, .user = identity.user});
  }
}

// One of a connection, and one of a subscription.
std::expected<pubsub::SubscriptionPlace, Refusal> PubSubService::take_places(
    HttpExchange& exchange) {
  if (const auto placed = exchange.take_place(); !placed) {
    return std::unexpected(refuse_for(placed.error()));
  }
  auto place = node_.take_place();
  if (!place) {
    return std::unexpected(refuse_for(Limit::subscriptions));
  }
  return std::move(*place);
}

void PubSubService::subscribe(HttpExchange& exchange, const Identity& identity,
                              TopicRequest request) {
  if (!may_subscribe(identity, request)) {
    refuse_topics(exchange, count(node_.state().authenticator().forbid_subscribe()));
    return;
  }
  exchange.expire_at(expiry_of(identity));
  auto place = take_places(exchange);
  if (!place) {
    refuse_topics(exchange, place.error());
    return;
  }
  request.place = std::move(*place);
  if (accepts_events(exchange.request())) {
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
