// SPDX-License-Identifier: MIT
#include "net/epoll_stream.h"

#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/check.h"
#include "net/socket.h"
#include "net/socket_io.h"

namespace wskit::net {
namespace {

constexpr std::uint32_t kReceiveEvents = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;
// A fast peer shares the loop with the others: after so many buffers it is their turn.
constexpr int kBuffersPerTurn = 4;

}  // namespace

EpollStream::EpollStream(EpollLoop& loop, std::string peer)
    : loop_(loop), key_(loop.targets().add(*this)), queue_(loop.pool()), peer_(std::move(peer)) {
  use_window(queue_.window());
}

EpollStream::~EpollStream() {
  loop_.targets().remove(key_);
  ++loop_.system_calls();  // close()
}

void EpollStream::connect(const SocketAddress& peer, const SocketOptions& options) {
  auto socket = open_socket(peer, options, loop_.system_calls());
  if (!socket) {
    fail_later(socket.error());
    return;
  }
  socket_ = *std::move(socket);
  start(peer);
}

void EpollStream::start(const SocketAddress& peer) {
  ++loop_.system_calls();
  if (::connect(socket_.get(), peer.data(), peer.size()) != 0 && errno != EINPROGRESS) {
    const int error = errno;
    // A unix socket's backlog is full, and nothing would tell when it no longer is.
    if (error == EAGAIN && peer.family() == AF_UNIX) {
      failure_ = {"connect", error};
      loop_.targets().revisit_soon(key_, loop_.now());
    } else {
      fail_later({"connect", error});
    }
    return;
  }
  if (peer.family() != AF_UNIX) {
    watches_room_ = true;
    watch(kReceiveEvents | EPOLLOUT);
  } else if (watch(kReceiveEvents)) {
    // Connected already. Watching for room from the start would wake us whenever the peer reads.
    loop_.targets().revisit(key_);
  }
}

void EpollStream::adopt(Descriptor socket) {
  socket_ = std::move(socket);
  state_ = State::established;
  watch(kReceiveEvents);
}

bool EpollStream::watch(std::uint32_t events) {
  const int error = loop_.set().control(EPOLL_CTL_ADD, socket_.get(), events, key_);
  if (error != 0) {
    fail_later({"watch the socket of", error});
  }
  return error == 0;
}

void EpollStream::fail_later(SystemFailure failure) {
  failure_ = failure;
  loop_.targets().revisit(key_);
}

void EpollStream::make_room(std::size_t bytes) {
  check(!finishing_, "nothing is written to a stream after finish()");
  queue_.make_room(bytes);
}

void EpollStream::finish() {
  finishing_ = true;
  queue_.window().end = queue_.window().at;
  flush_later();
}

void EpollStream::reset_on_close() {
  if (socket_.is_open()) {
    ++loop_.system_calls();
    set_reset_on_close(socket_.get());
  }
}

void EpollStream::resume() {
  if (paused_ && readable_) {
    loop_.targets().revisit(key_);
  }
  paused_ = false;
}

void EpollStream::flush_later() {
  if (!flush_pending_) {
    flush_pending_ = true;
    loop_.targets().flush_later(key_);
  }
}

void EpollStream::on_events(std::uint32_t events) {
  check(handler_ != nullptr, "an accepted stream has a handler when on_accept() returns");
  const bool only_to_receive = (events & ~static_cast<std::uint32_t>(EPOLLOUT)) == EPOLLIN;
  if (only_to_receive && state_ == State::established && !blocked_ && !eof_) [[likely]] {
    readable_ = true;
    return receive();
  }
  on_other_events(events);
}

void EpollStream::on_other_events(std::uint32_t events) {
  if (state_ != State::established && !finish_connect(events)) {
    return;
  }
  if (blocked_ && (events & EPOLLOUT) != 0) {
    blocked_ = false;
    flush_later();
  }
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) {
    return;
  }
  readable_ = true;
  drain_ = drain_ || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) != 0;
  hung_up_ = hung_up_ || (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (!eof_) {
    receive();
  } else if (hung_up_) {
    on_hang_up();
  }
}

bool EpollStream::finish_connect(std::uint32_t events) {
  if (state_ == State::failed) {
    return false;
  }
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    ++loop_.system_calls();
    if (const int error = take_error(socket_.get()); error != 0) {
      fail({"connect", error});
      return false;
    }
  }
  if ((events & EPOLLOUT) == 0) {
    return false;
  }
  state_ = State::established;
  EpollLoop& loop = loop_;
  const auto key = key_;
  handler_->on_connect(loop.now());
  if (!loop.targets().alive(key)) {
    return false;
  }
  if (!queue_.empty() || finishing_) {
    flush_later();
  }
  return true;
}

void EpollStream::on_revisit() {
  if (state_ == State::established) {
    if (readable_ || failure_.number != 0) {
      receive();
    }
  } else if (state_ == State::connecting && failure_.number == 0) {
    (void)finish_connect(EPOLLOUT);
  } else if (state_ == State::connecting && failure_.number == EAGAIN) {
    failure_ = {};
    start(SocketAddress::unix_path(peer_).value());
  } else if (state_ == State::connecting) {
    fail(failure_);
  }
}

void EpollStream::receive() {
  const EpollSet::Watch watch(loop_.targets(), key_);
  EpollLoop& loop = loop_;
  for (int i = 0; i < kBuffersPerTurn; ++i) {
    if (paused_) {
      return;
    }
    ++loop.system_calls();
    const std::span<std::byte> buffer = loop.receive_buffer();
    const ssize_t received = receive_bytes(socket_.get(), buffer);
    if (received <= 0) {
      received_nothing(received == 0 ? 0 : errno);
      return;
    }
    const auto size = static_cast<std::size_t>(received);
    handler_->on_data(buffer.first(size), loop.now());
    if (!watch.alive()) {
      return;
    }
    if (size < buffer.size() && !drain_) [[likely]] {
      readable_ = false;
      return;
    }
  }
  loop.targets().revisit(key_);
}

void EpollStream::received_nothing(int error) {
  if (error == EINTR) {
    loop_.targets().revisit(key_);
    return;
  }
  readable_ = false;
  if (failure_.number != 0) {
    fail(failure_);
  } else if (error == 0) {
    eof_ = true;
    EpollLoop& loop = loop_;
    const auto key = key_;
    handler_->on_eof();
    if (loop.targets().alive(key) && hung_up_) {
      on_hang_up();
    }
  } else if (error != EAGAIN) {
    fail({"receive from", error});
  }
}

void EpollStream::on_hang_up() {
  ++loop_.system_calls();
  if (const int error = take_error(socket_.get()); error != 0) {
    fail({"connection with", error});
  }
}

void EpollStream::on_flush() {
  if (state_ != State::established || blocked_ || failure_.number != 0) [[unlikely]] {
    flush_pending_ = false;
    if (state_ == State::failed) {
      queue_.clear();
      queue_.window().announced = false;
    }
    return;
  }
  const EpollSet::Watch watch(loop_.targets(), key_);
  if (offer(watch) && send(watch) && finishing_ && queue_.empty() && !finished_) [[unlikely]] {
    finished_ = true;
    ++loop_.system_calls();
    ::shutdown(socket_.get(), SHUT_WR);
  }
}

inline bool EpollStream::offer(const EpollSet::Watch& watch) {
  if (queue_.window().announced) [[likely]] {
    handler_->on_offer(loop_.now());
    if (!watch.alive()) {
      return false;
    }
    queue_.window().announced = false;
  }
  // Only now: what on_offer() wrote leaves with the rest.
  flush_pending_ = false;
  return true;
}

inline bool EpollStream::send(const EpollSet::Watch& watch) {
  if (queue_.empty()) [[unlikely]] {
    queue_.clear();
    return true;
  }
  ++loop_.system_calls();
  const ssize_t sent = send_bytes(socket_.get(), queue_.bytes());
  if (sent < 0) [[unlikely]] {
    send_failed(errno);
    return false;
  }
  queue_.consume(static_cast<std::size_t>(sent));
  if (!queue_.empty()) [[unlikely]] {
    wait_for_room();
  }
  handler_->on_sent(static_cast<std::size_t>(sent));
  return watch.alive();
}

void EpollStream::send_failed(int error) {
  if (error == EAGAIN) {
    wait_for_room();
    return;
  }
  if (error == EINTR) {
    flush_later();
    return;
  }
  // What the peer said before it went comes first.
  failure_ = {"send to", error};
  readable_ = true;
  drain_ = true;
  if (eof_) {
    fail(failure_);
  } else {
    receive();
  }
}

void EpollStream::wait_for_room() {
  blocked_ = true;
  if (!watches_room_) {
    watches_room_ = true;
    const int error =
        loop_.set().control(EPOLL_CTL_MOD, socket_.get(), kReceiveEvents | EPOLLOUT, key_);
    check(error == 0, "a watched socket can be watched for room too");
  }
}

void EpollStream::fail(SystemFailure failure) {
  const bool connecting = state_ == State::connecting;
  state_ = State::failed;
  socket_.reset();
  queue_.clear();
  // The handler may destroy this stream, and the name with it.
  const Error error = connecting ? connect_error(peer_, failure) : connection_error(peer_, failure);
  handler_->on_error(error);
}

}  // namespace wskit::net
