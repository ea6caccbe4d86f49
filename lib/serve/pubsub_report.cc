// SPDX-License-Identifier: MIT
#include "serve/pubsub_report.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/json.h"
#include "core/units.h"
#include "serve/azure_session.h"
#include "serve/centrifugo_session.h"
#include "serve/counts.h"

namespace wskit::serve {
namespace {

using Threads = std::vector<PubSubState::Thread>;

/// Appends metrics to a text; what several threads count is added up.
class MetricsText {
 public:
  explicit MetricsText(const Threads& threads) : threads_(threads) {}

  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_ += fmt::format("# HELP wskit_{0} {2}\n# TYPE wskit_{0} {1}\n", name, type, help);
  }
  void value(std::string_view labels, std::uint64_t value) {
    out_ += fmt::format("wskit_{}{} {}\n", name_, labels, value);
  }
  /// A metric of one value.
  void add(std::string_view name, std::string_view type, std::string_view help,
           std::uint64_t amount) {
    begin(name, type, help);
    value("", amount);
  }
  void add(std::string_view name, std::string_view type, std::string_view help,
           Counter PubSubCounts::* counter) {
    add(name, type, help,
        sum([counter](const PubSubCounts& counts) { return (counts.*counter).read(); }));
  }
  template <class Read>
  [[nodiscard]] std::uint64_t sum(Read&& read) const {
    std::uint64_t total = 0;
    for (const auto& thread : threads_) {
      total += read(*thread.counts);
    }
    return total;
  }
  [[nodiscard]] std::string& out() { return out_; }
  [[nodiscard]] const Threads& threads() const { return threads_; }

 private:
  const Threads& threads_;
  std::string name_;
  std::string out_;
};

void add_by_transport(MetricsText& text,
                      const std::array<Counter, kTransports> PubSubCounts::* by) {
  for (std::size_t i = 0; i < kTransports; ++i) {
    text.value(fmt::format("{{transport=\"{}\"}}", name(static_cast<Transport>(i))),
               text.sum([&](const PubSubCounts& counts) { return (counts.*by)[i].read(); }));
  }
}

void add_connections(MetricsText& text) {
  text.begin("subscribers", "gauge", "Subscribers that are connected.");
  add_by_transport(text, &PubSubCounts::open);
  text.begin("subscribers_total", "counter", "Subscribers since the start.");
  add_by_transport(text, &PubSubCounts::opened);
  text.add("subscriptions", "gauge", "Subscriptions of the hubs.", &PubSubCounts::subscriptions);
  ServerStats stats;
  for (const auto& thread : text.threads()) {
    stats += thread.connections->read();
  }
  text.add("sockets_total", "counter", "Accepted sockets.", stats.accepted);
  text.add("websockets", "gauge", "Open WebSocket connections.", stats.open);
  text.begin("upgrades_total", "counter", "Upgrade requests by their outcome.");
  text.value("{outcome=\"established\"}", stats.established);
  text.value("{outcome=\"refused\"}", stats.refused);
}

void add_auth(MetricsText& text) {
  text.begin("auth_refusals_total", "counter", "Requests and messages of those who may not.");
  for (std::size_t i = 0; i < kAuthCauseCount; ++i) {
    text.value(
        fmt::format("{{cause=\"{}\"}}", name(static_cast<AuthCause>(i))),
        text.sum([i](const PubSubCounts& counts) { return counts.auth_refusals[i].read(); }));
  }
}

void add_limits(MetricsText& text) {
  text.begin("limit_refusals_total", "counter",
             "What clients were refused, and times that accepting had to wait, by the limit.");
  for (std::size_t i = 0; i < kLimitCount; ++i) {
    const auto limit = static_cast<Limit>(i);
    std::uint64_t total = 0;
    for (const auto& thread : text.threads()) {
      total += thread.connections->limited(limit);
    }
    text.value(fmt::format("{{limit=\"{}\"}}", name(limit)), total);
  }
}

void add_messages(MetricsText& text) {
  using C = PubSubCounts;
  const auto read = [&](Counter C::* counter) {
    return text.sum([counter](const C& counts) { return (counts.*counter).read(); });
  };
  text.begin("published_total", "counter", "Messages from clients.");
  text.value("{transport=\"websocket\"}", read(&C::published_websocket));
  text.value("{transport=\"post\"}", read(&C::published_post));
  text.add("published_bytes_total", "counter", "Bytes of their payloads.", &C::published_bytes);
  text.add("publish_failures_total", "counter", "Messages that the engine did not take.",
           &C::publish_failures);
  text.add("engine_messages_total", "counter", "Messages from the engine to the nodes.",
           &C::received);
  text.add("deliveries_total", "counter", "Deliveries of a message to a subscription.",
           &C::deliveries);
  text.begin("gaps_total", "counter",
             "Gaps that receivers were told of: lost is no longer retained, slow was dropped.");
  text.value("{reason=\"lost\"}", read(&C::gaps));
  text.value("{reason=\"slow\"}", read(&C::slow_gaps));
  text.add("recoveries_total", "counter", "Subscriptions that got all they had missed.",
           &C::caught_up);
  text.add("queue_bytes", "gauge", "Bytes that wait for connections.", &C::queued_bytes);
  text.add("slow_closes_total", "counter", "Connections ended because they read too slowly.",
           &C::overflows);
  text.begin("dropped_total", "counter", "Messages dropped because their receiver was too slow.");
  for (const auto policy :
       {pubsub::SlowPolicy::drop_new, pubsub::SlowPolicy::drop_old, pubsub::SlowPolicy::latest}) {
    text.value(fmt::format("{{policy=\"{}\"}}", pubsub::name(policy)),
               text.sum([policy](const C& counts) {
                 return counts.dropped_by[static_cast<std::size_t>(policy)].read();
               }));
  }
}

using Closes = const CloseCounts& (ThreadCounts::*)() const;

void add_closes_by(MetricsText& text, std::string_view by, Closes closes) {
  for (std::size_t i = 0; i <= CloseCounts::kNamed; ++i) {
    std::uint64_t total = 0;
    for (const auto& thread : text.threads()) {
      total += (thread.connections->*closes)().read(i);
    }
    const std::string code =
        i < CloseCounts::kNamed ? std::to_string(CloseCounts::kFirst + i) : "other";
    if (total > 0) {
      text.value(fmt::format("{{by=\"{}\",code=\"{}\"}}", by, code), total);
    }
  }
}

void add_closes(MetricsText& text) {
  text.begin("closes_total", "counter", "Close handshakes, by who began them.");
  add_closes_by(text, "server", &ThreadCounts::closes_sent);
  add_closes_by(text, "client", &ThreadCounts::closes_received);
}

void add_latency(MetricsText& text) {
  text.begin("publish_to_write_seconds", "histogram",
             "From the engine's having a message to its having been written.");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= DurationCounts::kBounds.size(); ++i) {
    below += text.sum([i](const PubSubCounts& counts) { return counts.publish_to_write.read(i); });
    const std::string bound = i < DurationCounts::kBounds.size()
                                  ? fmt::format("{}", to_seconds(DurationCounts::kBounds[i]))
                                  : "+Inf";
    text.out() +=
        fmt::format("wskit_publish_to_write_seconds_bucket{{le=\"{}\"}} {}\n", bound, below);
  }
  const std::uint64_t nanoseconds = text.sum([](const PubSubCounts& counts) {
    return static_cast<std::uint64_t>(counts.publish_to_write.sum().count());
  });
  text.out() += fmt::format("wskit_publish_to_write_seconds_sum {}\n",
                            static_cast<double>(nanoseconds) / kNanosecondsPerSecond);
  text.out() += fmt::format("wskit_publish_to_write_seconds_count {}\n", below);
}

// As a list, because the first that matches counts.
Json slow_topics(const PubSubOptions& options) {
  Json rules = Json::array();
  for (const pubsub::SlowRule& rule : options.slow) {
    Json told{{"filter", rule.filter}, {"policy", pubsub::name(rule.policy)}};
    if (rule.max_bytes > 0) {
      told["max_bytes"] = rule.max_bytes;
    }
    rules.push_back(std::move(told));
  }
  return rules;
}

}  // namespace

std::string pubsub_metrics(const PubSubState& state) {
  const Threads threads = state.threads();
  MetricsText text(threads);
  add_connections(text);
  add_auth(text);
  add_limits(text);
  add_messages(text);
  add_closes(text);
  add_latency(text);
  const auto retained = state.retained();
  text.add("history_messages", "gauge", "Messages that the engine retains.", retained.messages);
  text.add("history_bytes", "gauge", "Bytes that these take.", retained.bytes);
  text.add("topics", "gauge", "Topics that the engine knows.", retained.topics);
  text.add("nodes_ready", "gauge", "Service threads that the engine's messages arrive at.",
           &PubSubCounts::ready);
  return std::move(text.out());
}

std::string pubsub_info(const PubSubState& state) {
  const PubSubOptions& options = state.options();
  const broker::RetentionLimits& retention = options.retention;
  std::vector<std::string> subprotocols = azure_subprotocols();
  subprotocols.insert(subprotocols.end(), centrifugo_subprotocols().begin(),
                      centrifugo_subprotocols().end());
  const Json info = {{"server", "wskit serve pubsub"},
                     {"version", options.version},
                     {"engine", state.broker().name()},
                     {"guarantee", state.broker().guarantee()},
                     {"nodes", state.threads().size()},
                     {"transports", {"websocket", "sse", "stream", "poll", "post"}},
                     {"subprotocols", subprotocols},
                     {"history",
                      {{"messages_per_topic", retention.messages_per_topic},
                       {"bytes_per_topic", retention.bytes_per_topic},
                       {"bytes", retention.bytes},
                       {"age_s", to_seconds(retention.age)}}},
                     {"slow",
                      {{"policy", pubsub::name(options.queue.policy)},
                       {"max_bytes", options.queue.max_bytes},
                       {"topics", slow_topics(options)}}},
                     {"max_topics", options.max_topics},
                     {"max_subscriptions", options.max_subscriptions}};
  return dump_json(info, 2) + "\n";
}

}  // namespace wskit::serve
