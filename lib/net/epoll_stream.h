// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "net/descriptor.h"
#include "net/epoll_loop.h"
#include "net/send_queue.h"
#include "net/socket_error.h"
#include "net/stream.h"

namespace wskit::net {

/// A socket on an EpollLoop, to be given one with connect() or adopt(); a failure of either comes
/// to the handler in a later turn.
class EpollStream final : public Stream, private EpollTarget {
 public:
  EpollStream(EpollLoop& loop, std::string peer);
  ~EpollStream() override;

  void connect(const SocketAddress& peer, const SocketOptions& options);
  /// Takes a connected socket.
  void adopt(Descriptor socket);

  void set_handler(StreamHandler& handler) override { handler_ = &handler; }
  [[nodiscard]] std::size_t unsent() const override { return queue_.size(); }
  void finish() override;
  void reset_on_close() override;
  void pause() override { paused_ = true; }
  void resume() override;

 private:
  enum class State : std::uint8_t { connecting, established, failed };

  void make_room(std::size_t bytes) override;
  void on_commit() override { flush_later(); }
  void on_events(std::uint32_t events) override;
  void on_other_events(std::uint32_t events);
  void on_revisit() override;
  void on_flush() override;

  void start(const SocketAddress& peer);
  /// False when the socket cannot be watched; the failure is then on its way.
  bool watch(std::uint32_t events);
  void fail_later(SystemFailure failure);
  /// False when the stream does not stand yet, has failed or is gone.
  [[nodiscard]] bool finish_connect(std::uint32_t events);
  void receive();
  void received_nothing(int error);
  void on_hang_up();
  /// False when the stream is gone.
  [[nodiscard]] bool offer(const EpollSet::Watch& watch);
  [[nodiscard]] bool send(const EpollSet::Watch& watch);
  void send_failed(int error);
  void wait_for_room();
  void flush_later();
  void fail(SystemFailure failure);

  EpollLoop& loop_;
  StreamHandler* handler_ = nullptr;
  EpollSet::Key key_;
  Descriptor socket_;
  State state_ = State::connecting;
  bool flush_pending_ : 1 = false;
  /// A send found no room; on_events() will tell when there is.
  bool blocked_ : 1 = false;
  bool watches_room_ : 1 = false;
  bool finishing_ : 1 = false;
  bool finished_ : 1 = false;
  bool paused_ : 1 = false;
  /// There may be something to receive.
  bool readable_ : 1 = false;
  /// The peer has closed or failed, or sent urgent data: a short read may then not be the last,
  /// and no further event follows.
  bool drain_ : 1 = false;
  bool hung_up_ : 1 = false;
  bool eof_ : 1 = false;
  SendQueue queue_;
  /// What failed while connecting, or sending; told when what was received before is delivered.
  SystemFailure failure_;
  std::string peer_;
};

}  // namespace wskit::net
