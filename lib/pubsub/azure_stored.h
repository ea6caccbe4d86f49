// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/cursor.h"
#include "core/error.h"
#include "pubsub/ack_ids.h"
#include "pubsub/unacked_log.h"

namespace wskit::pubsub {

/// All that a connection of json.reliable.webpubsub.azure.v1 leaves behind in the engine's store of
/// sessions, for whatever node its client comes back to.
struct AzureStored {
  struct Group {
    std::string name;
    broker::Cursor seen;
  };

  std::string user;
  std::vector<Group> groups;
  AckIds served;
  UnackedLog log;  // nothing of it is sent

  [[nodiscard]] std::string text() const;
  /// The inverse. Fails with ErrorCode::usage for what text() never writes.
  [[nodiscard]] static Expected<AzureStored> parse(std::string_view text);
};

/// What the store knows it by: only who has the token finds it.
[[nodiscard]] std::string azure_session_key(std::string_view connection, std::string_view token);

}  // namespace wskit::pubsub
