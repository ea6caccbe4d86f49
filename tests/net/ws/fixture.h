// SPDX-License-Identifier: MIT
// Connections under test against ends that the test plays byte by byte, and against each other.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/dialer.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/raw_client.h"
#include "wire/handshake.h"
#include "ws/client.h"
#include "ws/connection.h"
#include "ws/server.h"

namespace wskit::test {

/// Owns a connection and writes down what it is told, one line an event: "open", "text hello",
/// "binary ...", "ping x", "pong x", "drain", "close 1000 reason", "error eof". on_offer,
/// on_flushed and on_read_end are only counted.
class Owner final : public ws::Handler {
 public:
  std::unique_ptr<ws::Connection> connection;
  std::vector<std::string> events;
  std::size_t flushed = 0;
  int offers = 0;
  /// Calls of on_read_end.
  int read_ends = 0;
  Error error;
  /// Of on_close: the peer's Close frame came first.
  bool by_peer = false;
  /// Of a refused upgrade.
  int status = 0;
  std::string body;
  std::optional<ws::Opened> opened;
  std::string request_target;
  /// Send back every message.
  bool echo = false;
  /// Take this many small messages in on_small_messages(), and write them down as "small ...".
  int takes_small = 0;
  /// Called with each event after it was written down; may destroy the connection, as the next two.
  std::function<void(std::string_view event)> then;
  std::function<void()> then_offer;
  std::function<void()> then_flushed;

  void send(std::string_view text, ws::MessageType type = ws::MessageType::text);
  [[nodiscard]] bool ended() const;
  /// How many events begin with that.
  [[nodiscard]] std::size_t count(std::string_view beginning) const;

 private:
  void on_open(const ws::Opened& how) override;
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) override;
  void on_small_messages(ws::SmallMessages& messages, Instant received) override;
  void on_read_end(Instant /*received*/) override { ++read_ends; }
  void on_ping(std::span<const std::byte> payload, Instant received) override;
  void on_pong(std::span<const std::byte> payload, Instant received) override;
  void on_offer(Instant at) override;
  void on_flushed(std::size_t bytes) override;
  void on_drain() override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;

  void note(std::string event);
};

using Events = std::vector<std::string>;

/// An unmasked frame's bytes, the length in its minimal form.
[[nodiscard]] std::string frame(unsigned first_byte, std::string_view payload = {});
[[nodiscard]] std::string close_payload(unsigned code, std::string_view reason = {});

/// The frames in `bytes`, the last perhaps cut off; read without the code under test.
[[nodiscard]] std::vector<RawFrame> decode_frames(std::string_view bytes);

/// The answer that opens a WebSocket for the request in `head`; `headers` are further lines, each
/// with its CR LF.
[[nodiscard]] std::string accepting_answer(std::string_view head, std::string_view headers = {});

/// What a client asks of `address`.
[[nodiscard]] wire::UpgradeRequest request_to(const net::SocketAddress& address,
                                              wire::UpgradeOptions options = {});

struct ClientSetup {
  ws::ClientOptions options{};
  wire::UpgradeOptions upgrade{};
};

/// A client's connection to a server that the test plays.
struct ClientUnderTest {
  explicit ClientUnderTest(net::Loop& the_loop, const ClientSetup& setup = {});

  [[nodiscard]] End& peer() { return *server.ends.front(); }
  /// What the peer sends, as its role has it.
  [[nodiscard]] static std::string peer_frame(unsigned first_byte, std::string_view payload = {}) {
    return frame(first_byte, payload);
  }
  /// Offers permessage-deflate.
  [[nodiscard]] static ClientSetup compressing();
  /// Until the whole request is there.
  void await_request();
  /// The request, up to its empty line.
  [[nodiscard]] std::string request();
  /// Answers the request.
  void answer(std::string_view headers = {});
  /// Answers the request and waits for on_open.
  void open(std::string_view headers = {});
  /// The frames that came from the client.
  [[nodiscard]] std::vector<RawFrame> frames();
  void await_frames(std::size_t count);
  void await_end();

  net::Loop& loop;
  Server server;
  std::unique_ptr<net::Dialer> dialer;
  ws::Client client;
  Owner owner;
};

/// A server's connection from a client that the test plays.
struct ServerUnderTest final : net::ListenHandler {
  explicit ServerUnderTest(net::Loop& the_loop, const ws::ServerOptions& options = {});

  [[nodiscard]] End& peer() { return end; }
  [[nodiscard]] static std::string peer_frame(unsigned first_byte, std::string_view payload = {}) {
    return masked_frame(first_byte, payload);
  }
  /// Agrees to permessage-deflate.
  [[nodiscard]] static ws::ServerOptions compressing();
  /// Sends a request.
  void ask(std::string_view headers = {});
  /// Sends a request and waits for on_open and the answer.
  void open(std::string_view headers = {});
  /// The head of the answer, up to its empty line.
  [[nodiscard]] std::string answer() const;
  [[nodiscard]] std::vector<RawFrame> frames() const;
  void await_frames(std::size_t count);
  void await_end();

  net::Loop& loop;
  ws::Server server;
  Owner owner;
  std::unique_ptr<net::Listener> listener;
  End end;

 private:
  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& address) override;
  void on_accept_error(const Error& error) override;
};

struct ConnectionPairSetup {
  ws::ServerOptions server{};
  ClientSetup client{};
};

/// Both ends under test, joined.
struct ConnectionPair final : net::ListenHandler {
  explicit ConnectionPair(net::Loop& the_loop, const ConnectionPairSetup& setup = {});
  void open();

  net::Loop& loop;
  ws::Server ws_server;
  Owner server;
  std::unique_ptr<net::Listener> listener;
  std::unique_ptr<net::Dialer> dialer;
  ws::Client ws_client;
  Owner client;

 private:
  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& address) override;
  void on_accept_error(const Error& error) override;
};

}  // namespace wskit::test
