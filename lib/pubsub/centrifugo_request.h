// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/broker.h"
#include "core/error.h"
#include "pubsub/centrifugo_codes.h"

namespace wskit::pubsub {

// What clients of the Centrifugo protocol send in its JSON form (version 2): commands, each one
// JSON object, with \n between them where a message has several. A channel is a topic.

struct CentrifugoConnect {
  std::string token;  // may be empty
};

struct CentrifugoSubscribe {
  std::string channel;
  std::string token;  // may be empty
  /// What the client has seen: it wants what came after that.
  std::optional<broker::TopicState> recover;
  bool join_leave = false;
};

struct CentrifugoLeave {
  std::string channel;
};

struct CentrifugoPublish {
  std::string channel;
  std::string data;  // one JSON value as the client wrote it
};

struct CentrifugoPresence {
  std::string channel;
  bool only_numbers = false;  // presence_stats
};

struct CentrifugoHistory {
  std::string channel;
  std::int64_t limit = 0;  // of publications; below 0: none, 0: where the channel stands is wanted
  std::optional<broker::TopicState> since;
  bool reverse = false;
};

struct CentrifugoRefresh {
  std::string token;
};

struct CentrifugoSubRefresh {
  std::string channel;
  std::string token;
};

/// For a handler behind the service, which there is none of here; not to be answered.
struct CentrifugoSend {};

/// The answer to a ping of the server.
struct CentrifugoPong {};

/// A ping of the client's own.
struct CentrifugoPing {};

/// It is clear what the client wants, but it cannot be had.
struct CentrifugoRefused {
  CentrifugoError error = CentrifugoError::bad_request;
};

struct CentrifugoCommand {
  std::variant<CentrifugoPong, CentrifugoConnect, CentrifugoSubscribe, CentrifugoLeave,
               CentrifugoPublish, CentrifugoPresence, CentrifugoHistory, CentrifugoPing,
               CentrifugoSend, CentrifugoRefresh, CentrifugoSubRefresh, CentrifugoRefused>
      what;
  std::uint32_t id = 0;  // of the reply; 0 for CentrifugoPong, and maybe for CentrifugoSend
};

/// Fails with ErrorCode::usage for what is no command at all. Channels that are no topics are
/// refused.
[[nodiscard]] Expected<CentrifugoCommand> parse_centrifugo_command(std::string_view text);

}  // namespace wskit::pubsub
