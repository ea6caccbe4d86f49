// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "net/buffer_pool.h"
#include "net/send_queue.h"
#include "net/socket_error.h"
#include "net/stream.h"
#include "tests/support/sim_loop.h"

namespace wskit::test {

/// One end of a connection on a SimLoop.
class SimStream final : public net::Stream {
 public:
  enum class Role { connector, acceptor };

  SimStream(SimLoop& loop, Role role, std::string peer_name);
  ~SimStream() override;

  [[nodiscard]] SimLoop::Id id() const { return id_; }
  [[nodiscard]] bool has_handler() const { return handler_ != nullptr; }
  void set_peer(SimLoop::Id peer) { peer_ = peer; }

  void set_handler(net::StreamHandler& handler) override { handler_ = &handler; }
  [[nodiscard]] std::size_t unsent() const override { return queue_.size(); }
  void finish() override;
  void reset_on_close() override { reset_on_close_ = true; }
  void pause() override { paused_ = true; }
  void resume() override;

  // What the network does to this end.
  void connected();
  void receive(std::span<const std::byte> bytes);
  void receive_fin();
  void receive_reset();
  /// The peer has taken `bytes` of what was sent.
  void give_room(std::size_t bytes);
  void flush();
  void fail(net::SystemFailure failure);

 private:
  enum class State { connecting, established, failed };

  void make_room(std::size_t bytes) override;
  void on_commit() override { flush_later(); }
  /// Does `act` at the peer when what is sent now arrives there, `otherwise` if it has left.
  void send_to_peer(std::function<void(SimStream&)> act, std::function<void()> otherwise = {});
  void send_bytes(std::span<const std::byte> bytes);
  [[nodiscard]] Nanoseconds latency(Role from) const;
  void flush_later();
  void deliver();
  /// False when the stream is gone.
  [[nodiscard]] bool deliver_piece();
  [[nodiscard]] bool send();
  [[nodiscard]] bool breaks();

  SimLoop& loop_;
  Role role_;
  std::string peer_name_;
  SimLoop::Id id_;
  SimLoop::Id peer_ = 0;
  net::StreamHandler* handler_ = nullptr;
  State state_ = State::connecting;
  net::BufferPool pool_;
  net::SendQueue queue_{pool_};
  std::vector<std::byte> unread_;
  /// Sent and not yet taken by the peer.
  std::size_t under_way_ = 0;
  Instant last_arrival_;
  bool flush_pending_ = false;
  bool finishing_ = false;
  bool finished_ = false;
  bool paused_ = false;
  bool fin_received_ = false;
  bool reset_received_ = false;
  bool eof_told_ = false;
  bool reset_on_close_ = false;
};

/// A listener on a SimLoop.
class SimListener final : public net::Listener {
 public:
  SimListener(SimLoop& loop, const net::SocketAddress& address, net::ListenHandler& handler)
      : loop_(loop), address_(address), handler_(handler) {}
  ~SimListener() override { loop_.remove(*this); }

  [[nodiscard]] const net::SocketAddress& address() const override { return address_; }
  [[nodiscard]] net::ListenHandler& handler() const { return handler_; }

 private:
  SimLoop& loop_;
  net::SocketAddress address_;
  net::ListenHandler& handler_;
};

}  // namespace wskit::test
