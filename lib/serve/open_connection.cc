// SPDX-License-Identifier: MIT
#include "serve/open_connection.h"

#include <utility>

#include "serve/pubsub_node.h"
#include "serve/service_thread.h"

namespace wskit::serve {

OpenConnection::OpenConnection(Parts parts)
    : parts_(std::move(parts)), since_(parts_.node.thread().now()) {
  if (parts_.id.empty()) {
    parts_.id = parts_.node.next_connection_id();
  }
  PubSubCounts& counts = parts_.node.counts();
  counts.open[static_cast<std::size_t>(parts_.transport)].add(1);
  counts.opened[static_cast<std::size_t>(parts_.transport)].add(1);
  auto& open = parts_.node.open_connections();
  place_ = open.insert(open.end(), this);
}

OpenConnection::~OpenConnection() {
  parts_.node.counts().open[static_cast<std::size_t>(parts_.transport)].subtract(1);
  parts_.node.open_connections().erase(place_);
}

std::string OpenConnection::address() const {
  return parts_.node.thread().peers().address_of(parts_.outlet.connection()).text();
}

}  // namespace wskit::serve
