// SPDX-License-Identifier: MIT
#include "serve/pubsub_lists.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "core/parse.h"
#include "core/units.h"
#include "serve/request_target.h"
#include "serve/service_thread.h"
#include "serve/survey.h"
#include "serve/topic_http.h"

namespace wskit::serve {
namespace {

/// By what connections of several nodes are sorted: nobody else is told.
constexpr const char* kOpened = "opened";

/// To the millisecond.
double rounded_seconds(Nanoseconds duration) {
  return to_seconds(std::chrono::floor<std::chrono::milliseconds>(duration));
}

void respond_json(HttpExchange& exchange, const Json& answer) {
  const std::string body = dump_json(answer) + "\n";
  exchange.respond({.content_type = "application/json",
                    .headers = {{"Cache-Control", "no-store"},
                                {"X-Content-Type-Options", "nosniff"},
                                {"Cross-Origin-Resource-Policy", "same-origin"}},
                    .body = body});
}

Json describe(const PubSubNode& node, const OpenConnection& connection, Instant now) {
  const ConnectionLoad load = connection.load();
  return {{"id", connection.id()},
          {"node", node.number()},
          {"transport", name(connection.transport())},
          {"address", connection.address()},
          {"age_s", rounded_seconds(now - connection.since())},
          {"subscriptions", load.subscriptions},
          {"queued_bytes", load.queued_bytes},
          {"messages_in", load.messages_in},
          {"messages_out", load.messages_out},
          {kOpened, connection.since().time_since_epoch().count()}};
}

Json newest_of(PubSubNode& node, std::size_t limit) {
  const Instant now = node.thread().now();
  Json found = Json::array();
  for (const OpenConnection* const connection :
       std::views::reverse(node.open_connections()) | std::views::take(limit)) {
    found.push_back(describe(node, *connection, now));
  }
  return found;
}

std::uint64_t open_on_all(const PubSubState& state) {
  std::uint64_t sum = 0;
  for (const auto& thread : state.threads()) {
    for (const Counter& open : thread.counts->open) {
      sum += open.read();
    }
  }
  return sum;
}

struct Shown {
  std::size_t connections;  // at most
  bool addresses;
};

Json merge_connections(std::vector<Json> said, Shown shown) {
  std::vector<Json> all;
  for (Json& of_node : said) {
    std::ranges::move(of_node, std::back_inserter(all));
  }
  std::ranges::sort(all, std::greater(),
                    [](const Json& connection) { return connection[kOpened].get<std::int64_t>(); });
  all.resize(std::min(all.size(), shown.connections));
  for (Json& connection : all) {
    connection.erase(kOpened);
    if (!shown.addresses) {
      connection.erase("address");
    }
  }
  return all;
}

using Topics = std::vector<broker::TopicSummary>;

Json describe_topics(const Topics& topics, const std::vector<Json>& said) {
  Json list = Json::array();
  for (std::size_t i = 0; i < topics.size(); ++i) {
    std::uint64_t subscribers = 0;
    for (const Json& of_node : said) {
      subscribers += of_node[i].get<std::uint64_t>();
    }
    list.push_back({{"topic", topics[i].name},
                    {"messages", topics[i].messages},
                    {"retained", topics[i].retained},
                    {"retained_bytes", topics[i].retained_bytes},
                    {"subscribers", subscribers},
                    {"idle_s", rounded_seconds(topics[i].idle)}});
  }
  return list;
}

}  // namespace

std::expected<std::size_t, Refusal> parse_list_limit(std::string_view target) {
  const auto parsed = parse_target(target);
  if (!parsed) {
    return std::unexpected(Refusal{.why = parsed.error().message});
  }
  const auto text = parsed->get("limit");
  if (!text) {
    return kListed;
  }
  const auto limit = parse_integer(*text, 1, kMaxListed);
  if (!limit) {
    return std::unexpected(Refusal{.why = "limit: " + limit.error().message});
  }
  return static_cast<std::size_t>(*limit);
}

void list_topics(PubSubNode& node, HttpExchange& exchange, const Identity& identity) {
  const auto limit = parse_list_limit(exchange.request().target);
  if (!limit) {
    refuse_topics(exchange, limit.error());
    return;
  }
  // Shared by the questions to the nodes; nobody changes it any more.
  const auto topics = std::make_shared<Topics>(node.state().recent_topics(*limit));
  // "#" has all topics but those that begin with '$'.
  std::erase_if(*topics, [&](const broker::TopicSummary& topic) {
    return !identity.rights.may_subscribe(topic.name);
  });
  ask_nodes(node, exchange,
            {.question =
                 [topics](PubSubNode& asked) {
                   Json counts = Json::array();
                   for (const broker::TopicSummary& topic : *topics) {
                     counts.push_back(asked.hub().filters_of(topic.name));
                   }
                   return counts;
                 },
             .conclude =
                 [topics, &state = node.state()](
                     HttpExchange& asking, const std::vector<Json>& said, std::size_t silent) {
                   respond_json(asking, {{"total", state.retained().topics},
                                         {"silent_nodes", silent},
                                         {"topics", describe_topics(*topics, said)}});
                 }});
}

void list_connections(PubSubNode& node, HttpExchange& exchange, const Identity& identity) {
  const auto limit = parse_list_limit(exchange.request().target);
  if (!limit) {
    refuse_topics(exchange, limit.error());
    return;
  }
  const bool anybody = identity.user.empty() && node.options().auth.allow_anonymous;
  const Shown shown{.connections = *limit, .addresses = !anybody};
  ask_nodes(node, exchange,
            {.question = [shown](PubSubNode& asked) { return newest_of(asked, shown.connections); },
             .conclude =
                 [shown, &state = node.state()](HttpExchange& asking, std::vector<Json> said,
                                                std::size_t silent) {
                   respond_json(asking,
                                {{"total", open_on_all(state)},
                                 {"silent_nodes", silent},
                                 {"connections", merge_connections(std::move(said), shown)}});
                 }});
}

}  // namespace wskit::serve
