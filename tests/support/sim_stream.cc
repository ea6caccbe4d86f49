// SPDX-License-Identifier: MIT
#include "tests/support/sim_stream.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/check.h"

namespace wskit::test {

SimStream::SimStream(SimLoop& loop, Role role, std::string peer_name)
    : loop_(loop), role_(role), peer_name_(std::move(peer_name)), id_(loop.add(*this)) {
  use_window(queue_.window());
  if (role == Role::acceptor) {
    state_ = State::established;
  }
}

SimStream::~SimStream() {
  loop_.remove(id_);
  if (state_ != State::established) {
    return;
  }
  // As TCP does: closing with bytes unread resets.
  if (reset_on_close_ || !unread_.empty()) {
    send_to_peer([](SimStream& peer) { peer.receive_reset(); });
  } else if (!finished_) {
    send_to_peer([](SimStream& peer) { peer.receive_fin(); });
  }
}

void SimStream::make_room(std::size_t bytes) {
  check(!finishing_, "nothing is written to a stream after finish()");
  queue_.make_room(bytes);
}

void SimStream::finish() {
  finishing_ = true;
  queue_.window().end = queue_.window().at;
  flush_later();
}

void SimStream::resume() {
  paused_ = false;
  loop_.schedule(id_, loop_.now(), [&loop = loop_, id = id_] {
    if (SimStream* const self = loop.find(id); self != nullptr) {
      self->deliver();
    }
  });
}

void SimStream::connected() {
  state_ = State::established;
  SimLoop& loop = loop_;
  const auto id = id_;
  handler_->on_connect(loop.now());
  if (loop.find(id) != nullptr && (!queue_.empty() || finishing_)) {
    flush_later();
  }
}

void SimStream::receive(std::span<const std::byte> bytes) {
  unread_.insert(unread_.end(), bytes.begin(), bytes.end());
  deliver();
}

void SimStream::receive_fin() {
  fin_received_ = true;
  deliver();
}

void SimStream::receive_reset() {
  reset_received_ = true;
  deliver();
}

void SimStream::deliver() {
  if (state_ != State::established) {
    return;
  }
  while (!paused_ && !unread_.empty()) {
    if (!deliver_piece()) {
      return;
    }
  }
  if (paused_) {
    return;
  }
  if (reset_received_) {
    fail({"receive from", ECONNRESET});
  } else if (fin_received_ && !std::exchange(eof_told_, true)) {
    handler_->on_eof();
  }
}

bool SimStream::deliver_piece() {
  const std::size_t size = loop_.cut(unread_.size(), loop_.network.short_read);
  std::vector<std::byte> piece(unread_.begin(), unread_.begin() + static_cast<long>(size));
  unread_.erase(unread_.begin(), unread_.begin() + static_cast<long>(size));
  send_to_peer([size](SimStream& peer) { peer.give_room(size); });
  SimLoop& loop = loop_;
  const auto id = id_;
  handler_->on_data(piece, loop.now());
  return loop.find(id) != nullptr;
}

void SimStream::give_room(std::size_t bytes) {
  under_way_ -= bytes;
  if (!queue_.empty()) {
    flush_later();
  }
}

void SimStream::flush_later() {
  if (!std::exchange(flush_pending_, true)) {
    loop_.flush_later(id_);
  }
}

void SimStream::flush() {
  if (state_ != State::established) {
    flush_pending_ = false;
    if (state_ == State::failed) {
      queue_.clear();
      queue_.window().announced = false;
    }
    return;
  }
  if (queue_.empty()) {
    // Nothing was committed: the next commit is new again.
    queue_.window().announced = false;
  } else if (under_way_ < loop_.network.socket_buffer) {
    if (!send()) {
      return;
    }
  }
  flush_pending_ = false;
  if (queue_.empty() && finishing_ && !std::exchange(finished_, true)) {
    send_to_peer([](SimStream& peer) { peer.receive_fin(); });
  } else if (!queue_.empty() && under_way_ < loop_.network.socket_buffer) {
    flush_later();
  }
}

bool SimStream::send() {
  SimLoop& loop = loop_;
  const auto id = id_;
  if (queue_.window().announced) {
    handler_->on_offer(loop.now());
    if (loop.find(id) == nullptr) {
      return false;
    }
    queue_.window().announced = false;
  }
  if (breaks()) {
    return false;
  }
  const std::size_t room = loop.network.socket_buffer - under_way_;
  const std::size_t size = loop.cut(std::min(queue_.size(), room), loop.network.short_write);
  send_bytes(queue_.bytes().first(size));
  queue_.consume(size);
  handler_->on_sent(size);
  return loop.find(id) != nullptr;
}

bool SimStream::breaks() {
  if (loop_.chance(loop_.network.no_buffers)) {
    fail({"send to", ENOBUFS});
    return true;
  }
  if (loop_.chance(loop_.network.reset)) {
    send_to_peer([](SimStream& peer) { peer.receive_reset(); });
    fail({"send to", ECONNRESET});
    return true;
  }
  return false;
}

void SimStream::send_bytes(std::span<const std::byte> bytes) {
  under_way_ += bytes.size();
  const auto receive = [copy = std::vector(bytes.begin(), bytes.end())](SimStream& peer) {
    peer.receive(copy);
  };
  // Bytes for an end that has closed are answered with a reset.
  const Role other = role_ == Role::connector ? Role::acceptor : Role::connector;
  send_to_peer(receive, [&loop = loop_, self = id_, way_back = latency(other)] {
    loop.schedule(self, loop.now() + way_back, [&loop, self] {
      if (SimStream* const sender = loop.find(self); sender != nullptr) {
        sender->receive_reset();
      }
    });
  });
}

void SimStream::send_to_peer(std::function<void(SimStream&)> act, std::function<void()> otherwise) {
  // Never before what was sent earlier, should the latency have become shorter.
  last_arrival_ = std::max(last_arrival_, loop_.now() + latency(role_));
  loop_.schedule(peer_, last_arrival_,
                 [&loop = loop_, to = peer_, act = std::move(act), other = std::move(otherwise)] {
                   if (SimStream* const peer = loop.find(to); peer != nullptr) {
                     act(*peer);
                   } else if (other) {
                     other();
                   }
                 });
}

Nanoseconds SimStream::latency(Role from) const {
  return from == Role::connector ? loop_.network.to_listener : loop_.network.to_connector;
}

void SimStream::fail(net::SystemFailure failure) {
  const bool connecting = state_ == State::connecting;
  if (state_ == State::failed) {
    return;
  }
  state_ = State::failed;
  queue_.clear();
  const Error error = connecting ? net::connect_error(peer_name_, failure)
                                 : net::connection_error(peer_name_, failure);
  handler_->on_error(error);
}

}  // namespace wskit::test
