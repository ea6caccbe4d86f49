// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/error.h"

namespace wskit::pubsub {

// What clients of json.webpubsub.azure.v1 and json.reliable.webpubsub.azure.v1 send, one JSON
// object in a message (Azure Web PubSub, "Supported JSON WebSocket subprotocol").

struct AzureJoin {
  std::string group;
};

struct AzureLeave {
  std::string group;
};

/// A message to a group, as an engine takes it: `json` is one JSON value as the client wrote it.
struct AzureSend {
  std::string group;
  std::string payload;
  bool text = true;
  bool json = false;
  bool no_echo = false;
};

/// For a handler behind the service, which there is none of here.
struct AzureEvent {};
/// The same, where an answer with this id is waited for.
struct AzureInvoke {
  std::string id;
};
struct AzureCancelInvoke {};

struct AzurePing {};

struct AzureSequenceAck {
  std::uint64_t sequence = 0;
};

/// It is clear what the client wants, but it cannot be had.
struct AzureRefused {
  std::string why;
};

struct AzureRequest {
  std::variant<AzureJoin, AzureLeave, AzureSend, AzureEvent, AzureInvoke, AzureCancelInvoke,
               AzurePing, AzureSequenceAck, AzureRefused>
      what;
  std::optional<std::uint64_t> ack_id;
};

/// Fails with ErrorCode::usage for what is no request at all. `data` of dataType "protobuf" and
/// groups that are no topics are refused.
[[nodiscard]] Expected<AzureRequest> parse_azure_request(std::string_view text);

}  // namespace wskit::pubsub
