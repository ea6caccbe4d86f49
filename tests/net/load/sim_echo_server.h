// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.h"
#include "tests/support/sim_loop.h"
#include "wire/frame_parser.h"

namespace wskit::test {

/// What the server does with one message.
enum class EchoFault : std::uint8_t { none, drop, corrupt, duplicate, hold_for_next, close, reset };

struct SimEchoOptions {
  /// From the arrival of a message to its answer.
  Nanoseconds delay{0};
  /// What happens to message `n` of the whole server, counted from 0; none if empty.
  std::function<EchoFault(std::uint64_t n)> fault;
  /// Answers the upgrade with 503 instead, for the connections it is true of, counted from 0.
  std::function<bool(std::uint64_t connection)> refuse;
  /// The whole answer to the upgrade of that connection instead; none if empty or it gives nothing.
  std::function<std::string(std::uint64_t connection)> answer;
  /// The server stands still from `stall_from` for `stall_for`, counted from the start of the loop:
  /// what arrives meanwhile is answered after it.
  Instant stall_from = Instant::max();
  Nanoseconds stall_for{0};
  /// What happens with ping `n` of the whole server, counted from 0: frames may be sent. Nothing if
  /// empty.
  using Send = std::function<void(wire::Opcode, const std::string& payload)>;
  std::function<void(std::uint64_t n, const std::string& payload, const Send& send)> on_ping;
  /// The same for message `n`, in place of its echo.
  std::function<void(std::uint64_t n, const std::string& payload, const Send& send)> on_message;
  /// The same with the number of the connection that it came on, counted from 0.
  std::function<void(std::size_t connection, const std::string& payload)> on_message_of;
  /// Whether received() has the payloads.
  bool remembers = true;
  /// Reads nothing after the upgrade.
  bool deaf = false;
};

/// An echo server on a SimLoop that does its work exactly when told to, faults included.
class SimEchoServer final : net::ListenHandler {
 public:
  SimEchoServer(SimLoop& loop, SimEchoOptions options = {});
  ~SimEchoServer();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  /// Payloads in the order of their arrival.
  [[nodiscard]] const std::vector<std::string>& received() const { return received_; }
  /// So far, the refused ones too.
  [[nodiscard]] std::size_t connections() const { return peers_.size(); }
  /// Sends a frame on the latest connection.
  void send(wire::Opcode opcode, const std::string& payload);
  /// Sends a text message on that connection when the time has come, in the order of the times.
  void send_at(Instant due, std::size_t connection, std::string payload);
  /// Resets that connection.
  void reset(std::size_t connection);
  /// Resets every connection; new ones are welcome.
  void drop();
  /// Resets every connection and refuses new ones.
  void kill();
  /// Resets every second connection.
  void close_half();

 private:
  class Peer;

  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) override;
  void on_accept_error(const Error& error) override;

  SimLoop& loop_;
  SimEchoOptions options_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::uint64_t messages_ = 0;
  std::uint64_t pings_ = 0;
  std::vector<std::string> received_;
};

}  // namespace wskit::test
