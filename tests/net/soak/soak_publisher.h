// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/net/soak/soak_log.h"
#include "tests/net/soak/soak_socket.h"
#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

/// Publishes numbered messages to one topic over a raw WebSocket, and hears them itself, by which
/// it keeps a window.
class SoakPublisher {
 public:
  SoakPublisher(std::uint16_t port, std::size_t topic, SoakReport& report);
  SoakPublisher(const SoakPublisher&) = delete;
  SoakPublisher& operator=(const SoakPublisher&) = delete;

  /// Sends what the window has room for, up to number `last` of the topic.
  void send_until(std::uint64_t last);
  void on_readable();
  [[nodiscard]] int fd() const { return socket_.fd(); }
  /// The numbers of what the server has published.
  [[nodiscard]] std::uint64_t published() const { return heard_; }
  /// Where it stands, for a report.
  [[nodiscard]] std::string text() const;

 private:
  std::size_t topic_;
  SoakReport& report_;
  WireHandler handler_;
  WireReader reader_;
  SoakSocket socket_;
  SoakLog log_;
  std::string buffer_;
  std::string unsent_;
  std::uint64_t sent_ = 0;
  std::uint64_t heard_ = 0;
};

/// The text of a message of a topic; of many lengths.
[[nodiscard]] std::string soak_message(std::size_t topic, std::uint64_t number);

}  // namespace wskit::test
