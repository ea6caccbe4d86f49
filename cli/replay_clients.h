// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/client_stack.h"
#include "cli/connect_options.h"
#include "core/error.h"
#include "script/recorded_line.h"
#include "ws/client.h"

namespace wskit::cli {

/// The clients of a replay: one for each subprotocol of its recording.
class ReplayClients {
 public:
  /// Both outlive it.
  ReplayClients(ClientStack& stack, const ConnectPlan& plan) : stack_(stack), plan_(plan) {}

  /// The plan's own subprotocols are those of all connections; where it has none, this one is
  /// offered, unless it is empty. Fails with ErrorCode::usage for what is no token.
  [[nodiscard]] Expected<ws::Client*> find(const std::string& subprotocol);

 private:
  ClientStack& stack_;
  const ConnectPlan& plan_;
  std::map<std::string, std::unique_ptr<ws::Client>> clients_;
};

/// Says which headers a recording had and does not hold, and how to give them.
void warn_of_redacted(const std::optional<script::RecordedHead>& head, const ConnectPlan& plan);

}  // namespace wskit::cli
