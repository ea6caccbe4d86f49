// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "net/descriptor.h"
#include "net/send_queue.h"
#include "net/socket_error.h"
#include "net/stream.h"
#include "net/uring_loop.h"

namespace wskit::net {

/// The socket behind a UringStream. It owns the descriptor and the bytes being sent, and outlives
/// the stream until the kernel has answered every request.
class UringSocket final : public UringTarget {
 public:
  UringSocket(UringLoop& loop, std::string peer);
  ~UringSocket() override;

  void connect(const SocketAddress& peer, const SocketOptions& options);
  /// Takes a connected socket.
  void adopt(Descriptor socket);
  /// The stream is destroyed: no callback follows. The loop keeps the socket as long as needed.
  static void leave(std::unique_ptr<UringSocket> socket);

  // What Stream does.
  void set_handler(StreamHandler& handler) { handler_ = &handler; }
  [[nodiscard]] SendWindow& window() { return queue_.window(); }
  void make_room(std::size_t bytes);
  void on_commit() { flush_later(); }
  [[nodiscard]] std::size_t unsent() const { return queue_.size() + sending_.size(); }
  void finish();
  void reset_on_close();
  void pause() { paused_ = true; }
  void resume();

 private:
  enum class State : std::uint8_t { connecting, established, failed };

  void on_completion(const UringCompletion& completion) override;
  void on_revisit() override;
  void on_flush() override;

  void start(const SocketAddress& peer);
  void fail_later(SystemFailure failure);
  void on_polled(int result);
  void connected();
  void on_received(const UringCompletion& completion);
  void take(std::span<std::byte> bytes);
  /// Hands over what was kept back, then the end or the failure; else keeps receiving.
  void deliver();
  void receive(bool ready);
  void on_sent(int result);
  void send();
  void send_failed(int error);
  void watch_hang_up();
  void check_hang_up();
  void flush_later();
  void fail(SystemFailure failure);
  /// Ends all requests; closes the descriptor when there are none.
  void give_up();
  [[nodiscard]] bool idle() const { return !receiving_ && !sending_now_ && !polling_; }

  UringLoop& loop_;
  StreamHandler* handler_ = nullptr;
  UringLoop::Key key_;
  Descriptor socket_;
  State state_ = State::connecting;
  // Requests that the kernel has not answered.
  bool receiving_ : 1 = false;
  bool sending_now_ : 1 = false;
  bool polling_ : 1 = false;
  /// The owner has left.
  bool left_ : 1 = false;
  bool released_ : 1 = false;
  bool flush_pending_ : 1 = false;
  bool finishing_ : 1 = false;
  bool finished_ : 1 = false;
  bool paused_ : 1 = false;
  /// The receive was cancelled because of a pause.
  bool cancelling_ : 1 = false;
  /// Nothing more will be received.
  bool receive_ended_ : 1 = false;
  bool eof_told_ : 1 = false;
  SendQueue queue_;
  /// What the kernel is sending.
  SendPiece sending_;
  /// Received while paused.
  std::unique_ptr<std::vector<std::byte>> kept_back_;
  /// What failed; told when what was received before is delivered.
  SystemFailure failure_;
  std::string peer_;
};

/// The owner's end of a UringSocket.
class UringStream final : public Stream {
 public:
  explicit UringStream(std::unique_ptr<UringSocket> socket) : socket_(std::move(socket)) {
    use_window(socket_->window());
  }
  ~UringStream() override { UringSocket::leave(std::move(socket_)); }

  void set_handler(StreamHandler& handler) override { socket_->set_handler(handler); }
  [[nodiscard]] std::size_t unsent() const override { return socket_->unsent(); }
  void finish() override { socket_->finish(); }
  void reset_on_close() override { socket_->reset_on_close(); }
  void pause() override { socket_->pause(); }
  void resume() override { socket_->resume(); }

 private:
  void make_room(std::size_t bytes) override { socket_->make_room(bytes); }
  void on_commit() override { socket_->on_commit(); }

  std::unique_ptr<UringSocket> socket_;
};

}  // namespace wskit::net
