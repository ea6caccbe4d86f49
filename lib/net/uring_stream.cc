// SPDX-License-Identifier: MIT
#include "net/uring_stream.h"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include "core/check.h"
#include "net/socket.h"

namespace wskit::net {

UringSocket::UringSocket(UringLoop& loop, std::string peer)
    : loop_(loop), key_(loop.targets().add(*this)), queue_(loop.pool()), peer_(std::move(peer)) {}

UringSocket::~UringSocket() {
  check(idle(), "a socket stays until its last completion");
  loop_.targets().remove(key_);
}

void UringSocket::connect(const SocketAddress& peer, const SocketOptions& options) {
  auto socket = open_socket(peer, options, loop_.system_calls());
  if (!socket) {
    fail_later(socket.error());
    return;
  }
  socket_ = *std::move(socket);
  start(peer);
}

void UringSocket::start(const SocketAddress& peer) {
  ++loop_.system_calls();
  if (::connect(socket_.get(), peer.data(), peer.size()) == 0) {
    loop_.targets().revisit(key_);
  } else if (errno == EINPROGRESS) {
    polling_ = true;
    loop_.ring().poll(key_, socket_.get(), POLLOUT);
  } else if (errno == EAGAIN && peer.family() == AF_UNIX) {
    // A unix socket's backlog is full, and nothing would tell when it no longer is.
    failure_ = {"connect", EAGAIN};
    loop_.targets().revisit_soon(key_, loop_.now());
  } else {
    fail_later({"connect", errno});
  }
}

void UringSocket::adopt(Descriptor socket) {
  socket_ = std::move(socket);
  state_ = State::established;
  receive(false);
}

void UringSocket::fail_later(SystemFailure failure) {
  failure_ = failure;
  loop_.targets().revisit(key_);
}

void UringSocket::leave(std::unique_ptr<UringSocket> socket) {
  UringSocket& left = *socket;
  left.left_ = true;
  left.handler_ = nullptr;
  left.queue_.clear();
  left.kept_back_.reset();
  left.loop_.keep(left.key_, std::move(socket));
  left.give_up();
}

void UringSocket::make_room(std::size_t bytes) {
  check(!finishing_, "nothing is written to a stream after finish()");
  queue_.make_room(bytes);
}

void UringSocket::finish() {
  finishing_ = true;
  queue_.window().end = queue_.window().at;
  flush_later();
}

void UringSocket::reset_on_close() {
  if (socket_.is_open()) {
    ++loop_.system_calls();
    set_reset_on_close(socket_.get());
  }
}

void UringSocket::resume() {
  if (paused_) {
    paused_ = false;
    loop_.targets().revisit(key_);
  }
}

void UringSocket::flush_later() {
  if (!flush_pending_) {
    flush_pending_ = true;
    loop_.targets().flush_later(key_);
  }
}

void UringSocket::on_completion(const UringCompletion& completion) {
  switch (completion.op) {
    case UringOp::receive:
      on_received(completion);
      break;
    case UringOp::send:
      on_sent(completion.result);
      break;
    case UringOp::poll:
      on_polled(completion.result);
      break;
    case UringOp::cancel:
      break;
  }
  if ((left_ || state_ == State::failed) && idle()) {
    give_up();
  }
}

void UringSocket::on_polled(int result) {
  polling_ = false;
  if (left_ || state_ == State::failed) {
    return;
  }
  if (state_ == State::established) {
    check_hang_up();
    return;
  }
  int error = result < 0 ? -result : 0;
  if (error == 0 && (static_cast<unsigned>(result) & (POLLERR | POLLHUP)) != 0) {
    ++loop_.system_calls();
    error = take_error(socket_.get());
  }
  if (error != 0) {
    fail({"connect", error});
  } else {
    connected();
  }
}

void UringSocket::connected() {
  state_ = State::established;
  receive(false);
  handler_->on_connect(loop_.now());
  if (!left_ && (!queue_.empty() || finishing_)) {
    flush_later();
  }
}

void UringSocket::on_revisit() {
  if (left_ || state_ == State::failed) {
    return;
  }
  if (state_ == State::established) {
    cancelling_ = false;
    deliver();
  } else if (failure_.number == 0) {
    connected();
  } else if (failure_.number == EAGAIN) {
    failure_ = {};
    start(SocketAddress::unix_path(peer_).value());
  } else {
    fail(failure_);
  }
}

void UringSocket::receive(bool ready) {
  receiving_ = true;
  loop_.ring().receive(key_, socket_.get(), ready);
}

void UringSocket::on_received(const UringCompletion& completion) {
  receiving_ = completion.more();
  if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
    if (completion.result > 0 && !left_ && state_ == State::established) {
      take(loop_.ring().buffers().used(completion.flags,
                                       static_cast<std::size_t>(completion.result)));
    }
    loop_.ring().buffers().give_back(completion.flags);
  } else if (completion.result == 0) {
    receive_ended_ = true;
  } else if (completion.result != -ENOBUFS && completion.result != -ECANCELED) {
    receive_ended_ = true;
    if (failure_.number == 0) {
      failure_ = {"receive from", -completion.result};
    }
  }
  if (!receiving_ && !left_ && state_ == State::established) {
    deliver();
  }
}

void UringSocket::take(std::span<std::byte> bytes) {
  loop_.note_received();
  check(handler_ != nullptr, "an accepted stream has a handler when on_accept() returns");
  if (!paused_ && kept_back_ == nullptr) {
    handler_->on_data(bytes, loop_.now());
    return;
  }
  // Came before the kernel was told, or before deliver() came to what is kept back. The kernel is
  // told only now, so that a pause in which nothing comes costs nothing.
  if (kept_back_ == nullptr) {
    kept_back_ = std::make_unique<std::vector<std::byte>>();
  }
  kept_back_->insert(kept_back_->end(), bytes.begin(), bytes.end());
  if (paused_ && receiving_ && !cancelling_) {
    cancelling_ = true;
    loop_.ring().cancel(key_, UringOp::receive);
  }
}

void UringSocket::deliver() {
  if (paused_) {
    return;
  }
  if (kept_back_ != nullptr) {
    const auto bytes = std::move(kept_back_);
    handler_->on_data(*bytes, loop_.now());
    if (left_ || paused_) {
      return;
    }
  }
  if (!receive_ended_) {
    if (!receiving_) {
      receive(true);
    }
  } else if (failure_.number != 0) {
    fail(failure_);
  } else if (!eof_told_) {
    eof_told_ = true;
    handler_->on_eof();
    if (!left_) {
      watch_hang_up();
    }
  }
}

void UringSocket::watch_hang_up() {
  polling_ = true;
  // POLLERR and POLLHUP are always reported.
  loop_.ring().poll(key_, socket_.get(), 0);
}

void UringSocket::check_hang_up() {
  ++loop_.system_calls();
  if (const int error = take_error(socket_.get()); error != 0) {
    fail({"connection with", error});
  }
}

void UringSocket::on_flush() {
  if (left_ || state_ != State::established || sending_now_ || failure_.number != 0) {
    flush_pending_ = false;
    if (state_ == State::failed) {
      queue_.clear();
      queue_.window().announced = false;
    }
    return;
  }
  if (queue_.window().announced) {
    handler_->on_offer(loop_.now());
    if (left_) {
      return;
    }
    queue_.window().announced = false;
  }
  // Only now: what on_offer() wrote leaves with the rest.
  flush_pending_ = false;
  if (!queue_.empty()) {
    sending_ = queue_.take();
    return send();
  }
  queue_.clear();
  if (finishing_ && !finished_) {
    finished_ = true;
    ++loop_.system_calls();
    ::shutdown(socket_.get(), SHUT_WR);
  }
}

void UringSocket::send() {
  sending_now_ = true;
  loop_.ring().send(key_, socket_.get(), sending_.bytes());
}

void UringSocket::on_sent(int result) {
  sending_now_ = false;
  const bool ours = !left_ && state_ == State::established;
  if (ours && (result == -EAGAIN || result == -EINTR)) {
    send();
    return;
  }
  if (result > 0) {
    sending_.begin += static_cast<std::size_t>(result);
  }
  if (ours && result > 0 && sending_.size() > 0) {
    send();
  } else {
    loop_.pool().give(std::move(sending_.buffer));
    sending_ = {};
  }
  if (!ours) {
    return;
  }
  if (result < 0) {
    send_failed(-result);
    return;
  }
  handler_->on_sent(static_cast<std::size_t>(result));
  if (!left_ && (!queue_.empty() || finishing_)) {
    flush_later();
  }
}

void UringSocket::send_failed(int error) {
  failure_ = {"send to", error};
  // After a reset the receive ends by itself, and what the peer said before comes first.
  if (error != ECONNRESET && error != EPIPE) {
    receive_ended_ = true;
  }
  if (receive_ended_) {
    deliver();
  }
}

void UringSocket::fail(SystemFailure failure) {
  const bool connecting = state_ == State::connecting;
  state_ = State::failed;
  queue_.clear();
  give_up();
  const Error error = connecting ? connect_error(peer_, failure) : connection_error(peer_, failure);
  handler_->on_error(error);
}

void UringSocket::give_up() {
  if (!idle()) {
    if (receiving_ && !cancelling_) {
      loop_.ring().cancel(key_, UringOp::receive);
    }
    if (sending_now_) {
      loop_.ring().cancel(key_, UringOp::send);
    }
    if (polling_) {
      loop_.ring().cancel(key_, UringOp::poll);
    }
    return;
  }
  if (socket_.is_open()) {
    ++loop_.system_calls();
    socket_.reset();
  }
  if (left_ && !released_) {
    released_ = true;
    loop_.release(key_);
  }
}

}  // namespace wskit::net
