// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/net/soak/soak_socket.h"
#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

/// A WebSocket of the soak that speaks a subprotocol: texts out, and in.
class SoakWire {
 public:
  struct Target {
    std::uint16_t port = 0;
    std::string path;
    std::string subprotocol;
    bool small_buffer = false;  // the kernel's, to read with
  };

  /// Each text that comes is told to `handler` as a message.
  explicit SoakWire(const WireHandler& handler) : handler_(handler) {}

  void open(const Target& target);
  /// Now, or with a flush() later.
  void send(std::string_view text);
  void flush();
  /// Reads what is there; false when the connection has ended, and why is known.
  [[nodiscard]] bool receive();
  /// Ends it: with a Close frame, a FIN or a RST.
  enum class Ending : std::uint8_t { close_frame, fin, rst };
  void leave(Ending ending);
  void close() { socket_.close(); }
  /// Leaves the connection open, with nobody at its end.
  [[nodiscard]] SoakSocket abandon() { return std::move(socket_); }

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] bool connected() const { return socket_.fd() >= 0; }
  /// Why it ended.
  [[nodiscard]] WireReader::End end() const { return reader_->end(); }
  [[nodiscard]] unsigned close_code() const { return reader_->close_code(); }

 private:
  const WireHandler& handler_;
  SoakSocket socket_;
  std::unique_ptr<WireReader> reader_;
  std::string buffer_;
  std::string unsent_;
};

}  // namespace wskit::test
