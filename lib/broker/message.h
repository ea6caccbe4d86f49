// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "broker/cursor.h"
#include "core/clock.h"

namespace wskit::broker {

/// Who published a message; both empty when it was nobody with a connection.
struct Publisher {
  std::string connection;  // its id, unique among all nodes
  std::string user;
};

/// A message as the engine has accepted it; nothing of it changes any more.
struct Message {
  std::string topic;
  std::string payload;  // UTF-8 when it is text
  bool text = true;
  bool json = false;  // published as one JSON value: text too
  std::uint64_t epoch = 0;
  Position position;
  std::string id;            // text of the cursor that has seen the engine up to this message
  std::uint64_t offset = 0;  // within its topic: 1, 2, 3... without holes in the memory engine
  Publisher publisher;
  Instant published;  // when the engine accepted it
};

/// Shared by the engine's history, the nodes' inboxes and what waits for receivers, on any thread.
using MessagePtr = std::shared_ptr<const Message>;

}  // namespace wskit::broker
