// SPDX-License-Identifier: MIT
#include "cli/serve_pubsub_options.h"

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "core/bytes.h"
#include "core/parse.h"
#include "pubsub/out_queue.h"
#include "pubsub/slow_rules.h"

namespace wskit::cli {
namespace {

constexpr std::uint64_t kMaxHistory = 1'000'000'000;
constexpr std::uint64_t kMaxSubscriptions = 1'000'000'000;
constexpr std::uint64_t kMaxTopics = 65'536;

std::string mebibytes(std::size_t bytes) {
  return fmt::format("{}MiB", bytes >> 20U);
}

void add_history(CLI::App& app, broker::RetentionLimits& retention) {
  const std::string group = "History";
  add_parsed(app, "--history", retention.messages_per_topic,
             [](std::string_view text) { return parse_count(text, 0, kMaxHistory); })
      ->description("Retain so many messages of each topic for those who come back")
      ->type_name("N")
      ->default_str(std::to_string(retention.messages_per_topic))
      ->group(group);
  add_duration(app, "--history-age", retention.age, "Retain messages for this long")
      ->default_str("5m")
      ->group(group);
  add_parsed(app, "--history-bytes", retention.bytes_per_topic, parse_size)
      ->description("Retain so much of each topic")
      ->type_name("SIZE")
      ->default_str(mebibytes(retention.bytes_per_topic))
      ->group(group);
  add_parsed(app, "--history-total", retention.bytes, parse_size)
      ->description("Retain so much of all topics together")
      ->type_name("SIZE")
      ->default_str(mebibytes(retention.bytes))
      ->group(group);
}

void add_sessions(CLI::App& app, serve::PubSubOptions& options) {
  const std::string group = "Sessions";
  add_duration(app, "--session-time", options.session_ttl,
               "Let a client of a reliable subprotocol come back within this time")
      ->default_str("1m")
      ->group(group);
  add_parsed(app, "--max-unacked", options.max_unacked_bytes, parse_size)
      ->description("Let it leave so much unacknowledged")
      ->type_name("SIZE")
      ->default_str(mebibytes(options.max_unacked_bytes))
      ->group(group);
}

void read_slow(const std::string& text, serve::PubSubOptions& options) {
  constexpr const char* kOption = "--slow";
  if (text.find('=') == std::string::npos) {
    const auto policy = pubsub::parse_slow_policy(text);
    if (!policy) {
      throw CLI::ValidationError(kOption, policy.error().message);
    }
    options.queue.policy = *policy;
    return;
  }
  auto rule = pubsub::parse_slow_rule(text);
  if (!rule) {
    throw CLI::ValidationError(kOption, rule.error().message);
  }
  if (options.slow.size() == pubsub::kMaxSlowRules) {
    throw CLI::ValidationError(kOption, "there are too many filters");
  }
  options.slow.push_back(std::move(*rule));
}

// What was said twice for the same topics counts once, and nobody sees which.
void check_slow(const std::vector<std::string>& texts) {
  std::set<std::string> filters;
  for (const std::string& text : texts) {
    const std::size_t equals = text.rfind('=');
    const std::string filter = equals == std::string::npos ? std::string() : text.substr(0, equals);
    if (!filters.insert(filter).second) {
      throw CLI::ValidationError(
          "--slow", filter.empty() ? "is given twice without a FILTER"
                                   : fmt::format("is given twice for '{}'", escape(filter)));
    }
  }
}

void add_slow(CLI::App& app, serve::PubSubOptions& options) {
  const std::string group = "Slow receivers";
  app.add_option_function<std::vector<std::string>>(
         "--slow",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) {
             read_slow(text, options);
           }
           check_slow(texts);
         },
         "What happens to a connection for which more than --max-queue waits: close it, or drop "
         "and announce the newest messages, the oldest, or all but the latest of each topic; raw "
         "frames are always closed. With a FILTER for its topics only (repeatable, the first that "
         "matches counts), with a SIZE also if more than that waits of them")
      ->type_name("[FILTER=]close|drop-new|drop-old|latest[,SIZE]")
      ->allow_extra_args(false)
      ->default_str(std::string(pubsub::name(options.queue.policy)))
      ->group(group);
  add_parsed(app, "--max-queue", options.queue.max_bytes, parse_size)
      ->description("Let so much wait for one connection")
      ->type_name("SIZE")
      ->default_str(mebibytes(options.queue.max_bytes))
      ->group(group);
}

}  // namespace

void add_serve_pubsub_options(CLI::App& app, ServePubSubOptions& options) {
  serve::ServerOptions& server = options.serve.server;
  server.max_message = std::size_t{1} << 20U;
  server.max_inflate_ratio = 100;
  server.drain_code = wire::CloseCode::service_restart;
  server.drain_spread = true;
  server.faults.pubsub = true;
  add_serve_where(app, options.serve);
  add_serve_faults(app, options.serve);
  add_fault_seed(app, options.serve.faults);
  add_serve_upgrade(app, server);
  add_auth_options(app, options.auth);
  add_history(app, options.pubsub.retention);
  add_slow(app, options.pubsub);
  add_sessions(app, options.pubsub);
  add_serve_limits(app, server,
                   "On SIGTERM close with 1012, one after the other within this time; a second "
                   "signal cuts");
  add_parsed(app, "--max-topics", options.pubsub.max_topics,
             [](std::string_view text) { return parse_integer(text, 1, kMaxTopics); })
      ->description("Let a connection name so many topics")
      ->type_name("N")
      ->default_str(std::to_string(options.pubsub.max_topics))
      ->group("Limits");
  add_parsed(app, "--max-subscriptions", options.pubsub.max_subscriptions,
             [](std::string_view text) { return parse_count(text, 0, kMaxSubscriptions); })
      ->description("Refuse subscriptions beyond so many of all connections; 0 for no limit")
      ->type_name("N")
      ->default_str(std::to_string(options.pubsub.max_subscriptions))
      ->group("Limits");
}

}  // namespace wskit::cli
