// SPDX-License-Identifier: MIT
#include "serve/event_log.h"

#include <array>
#include <utility>
#include <vector>

#include "core/units.h"
#include "serve/peers.h"
#include "serve/session.h"
#include "wire/uri.h"

namespace wskit::serve {
namespace {

std::string shown_peer(const Peers& peers, lws* connection) {
  const std::string text = peers.address_of(connection).text();
  return text.empty() ? "gone" : text;
}

}  // namespace

void EventLog::opened(const Session& session, const Opening& opening, Instant now) {
  if (!on_) {
    return;
  }
  const std::uint64_t number = ++numbers_;
  Connection& connection = connections_[&session];
  connection.number = number;
  connection.opened = now;
  const std::string peer = shown_peer(peers_, session.connection());
  const std::string target = wire::without_secrets(opening.target);
  std::vector<LogField> fields{{"id", number}, {"peer", peer}, {"target", target}};
  if (const auto* const joined = peers_.joined(session.connection()); joined != nullptr) {
    fields.push_back({"connection", joined->number});
  }
  if (!opening.subprotocol.empty()) {
    fields.push_back({"subprotocol", opening.subprotocol});
  }
  sink_({.level = LogLevel::info, .event = "open", .line = {}, .fields = fields});
}

void EventLog::closing(const Session& session, wire::CloseCode code, std::string_view reason,
                       bool by_peer) {
  const auto found = on_ ? connections_.find(&session) : connections_.end();
  if (found != connections_.end() && !std::exchange(found->second.has_close, true)) {
    found->second.code = code;
    found->second.reason = reason;
    found->second.by = !by_peer                                       ? "server"
                       : peers_.closed_by_fault(session.connection()) ? "fault"
                                                                      : "peer";
  }
}

void EventLog::closed(const Session& session, Instant now) {
  const auto node = on_ ? connections_.extract(&session) : decltype(connections_)::node_type();
  if (!node) {
    return;
  }
  const Connection& connection = node.mapped();
  std::vector<LogField> fields{{"id", connection.number},
                               {"seconds", to_seconds(now - connection.opened)}};
  if (connection.has_close) {
    fields.push_back({"code", static_cast<std::uint64_t>(connection.code)});
    fields.push_back({"by", connection.by});
    fields.push_back({"reason", std::string_view(connection.reason)});
  }
  sink_({.level = LogLevel::info, .event = "close", .line = {}, .fields = fields});
}

void EventLog::refused(lws* connection, std::string_view target, int status, std::string_view why) {
  if (!on_) {
    return;
  }
  const std::string peer = shown_peer(peers_, connection);
  const std::string shown = wire::without_secrets(target);
  const std::array fields{LogField{"peer", peer}, LogField{"target", shown},
                          LogField{"status", static_cast<std::uint64_t>(status)},
                          LogField{"why", why}};
  sink_({.level = LogLevel::info, .event = "refuse", .line = {}, .fields = fields});
}

void EventLog::answered(const Answered& answered) {
  if (!on_) {
    return;
  }
  const std::string peer = shown_peer(peers_, answered.connection);
  const std::string target = wire::without_secrets(answered.request.target);
  const std::array fields{
      LogField{"peer", peer}, LogField{"method", std::string_view(answered.request.method)},
      LogField{"target", target}, LogField{"status", static_cast<std::uint64_t>(answered.status)},
      LogField{"seconds", to_seconds(answered.took)}};
  sink_({.level = LogLevel::info, .event = "request", .line = {}, .fields = fields});
}

void EventLog::ended(const Ended& ended) {
  if (!on_) {
    return;
  }
  const std::string target = wire::without_secrets(ended.request.target);
  const bool left = ended.reason.empty();
  const std::array fields{LogField{"peer", ended.peer},
                          LogField{"method", std::string_view(ended.request.method)},
                          LogField{"target", target},
                          LogField{"seconds", to_seconds(ended.took)},
                          LogField{"bytes", ended.bytes},
                          LogField{"messages", ended.messages},
                          LogField{"by", std::string_view(left ? "peer" : "server")},
                          LogField{"reason", left ? std::string_view("it left") : ended.reason}};
  sink_({.level = LogLevel::info, .event = "end", .line = {}, .fields = fields});
}

}  // namespace wskit::serve
