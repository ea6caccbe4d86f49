// SPDX-License-Identifier: MIT
#pragma once

#include "ws/connection.h"

namespace wskit::ws {

/// Tells a function of a connection whether a callback has destroyed it.
class Connection::Watch {
 public:
  explicit Watch(Connection& connection) : connection_(&connection), outer_(connection.watch_) {
    connection.watch_ = this;
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    if (connection_ != nullptr) {
      connection_->watch_ = outer_;
    }
  }
  [[nodiscard]] bool alive() const { return connection_ != nullptr; }

 private:
  friend class Connection;
  friend class SmallMessages;
  Connection* connection_;
  Watch* outer_;
};

}  // namespace wskit::ws
