// SPDX-License-Identifier: MIT
#include "net/tls_stream.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/check.h"

namespace wskit::net {
namespace {

// Whole records of 16 KiB, few enough that on_sent() tells of progress.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxMarks = 64;

}  // namespace

/// Tells whether the stream is still there after its handler was called.
class TlsStream::Watch {
 public:
  explicit Watch(TlsStream& stream) : stream_(&stream), outer_(stream.watch_) {
    stream.watch_ = this;
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    if (stream_ != nullptr) {
      stream_->watch_ = outer_;
    }
  }

  [[nodiscard]] bool alive() const { return stream_ != nullptr; }
  void stream_is_gone() {
    stream_ = nullptr;
    if (outer_ != nullptr) {
      outer_->stream_is_gone();
    }
  }

 private:
  TlsStream* stream_;
  Watch* outer_;
};

// The context is shared with the dialer or acceptor and its other streams.
TlsStream::TlsStream(Loop& loop, std::shared_ptr<TlsContext> context, TlsServer* server,
                     std::unique_ptr<Stream> inner)
    : loop_(loop),
      context_(std::move(context)),
      inner_(std::move(inner)),
      engine_(*context_, server, *inner_),
      plain_(context_->pool()) {
  use_window(plain_.window());
  inner_->set_handler(*this);
  if (engine_.handshake() == TlsEngine::Step::failed) {
    state_ = State::failing;
    error_ = std::make_unique<Error>(engine_.error());
    loop_.at_turn_end(*this);
  }
}

TlsStream::~TlsStream() {
  if (watch_ != nullptr) {
    watch_->stream_is_gone();
  }
}

void TlsStream::make_room(std::size_t bytes) {
  check(!finishing_, "nothing is written to a stream after finish()");
  plain_.make_room(bytes);
}

void TlsStream::finish() {
  finishing_ = true;
  plain_.window().end = plain_.window().at;
  loop_.at_turn_end(*this);
}

void TlsStream::pause() {
  paused_ = true;
  if (state_ != State::handshake) {
    inner_->pause();
  }
}

void TlsStream::resume() {
  if (!std::exchange(paused_, false)) {
    return;
  }
  if (interrupted_) {
    loop_.at_turn_end(*this);
  } else if (state_ != State::handshake) {
    inner_->resume();
  }
}

void TlsStream::on_data(std::span<std::byte> bytes, Instant received) {
  if (state_ != State::handshake && state_ != State::open) {
    return;
  }
  received_ = received;
  engine_.receive(bytes);
  const Watch watch(*this);
  deliver();
  if (watch.alive() && !interrupted_) {
    engine_.receive({});
  }
}

void TlsStream::deliver() {
  const Watch watch(*this);
  if (state_ == State::handshake) {
    shake_hands();
  }
  auto step = TlsEngine::Step::done;
  while (watch.alive() && state_ == State::open && step == TlsEngine::Step::done) {
    if (paused_) {
      return keep_unread();
    }
    step = deliver_piece();
  }
}

void TlsStream::shake_hands() {
  switch (engine_.handshake()) {
    case TlsEngine::Step::starved:
      return;
    case TlsEngine::Step::done:
      state_ = State::open;
      if (paused_) {
        inner_->pause();
      }
      if (!plain_.empty() || finishing_) {
        loop_.at_turn_end(*this);
      }
      return handler_->on_connect(loop_.now());
    default:
      break;
  }
  if (inner_->unsent() == 0) {
    return fail(engine_.error());
  }
  // The peer shall learn by an alert what we hold against it.
  state_ = State::failing;
  error_ = std::make_unique<Error>(engine_.error());
  inner_->finish();
}

TlsEngine::Step TlsStream::deliver_piece() {
  const std::span<std::byte> room = context_->read_buffer();
  std::size_t used = 0;
  const auto step = engine_.read(room, used);
  if (used > 0) {
    const Watch watch(*this);
    handler_->on_data(room.first(used), received_);
    if (!watch.alive()) {
      return step;
    }
  }
  if (step == TlsEngine::Step::closed) {
    state_ = State::closed_by_peer;
    handler_->on_eof();
  } else if (step == TlsEngine::Step::failed) {
    fail(engine_.error());
  }
  return step;
}

void TlsStream::keep_unread() {
  interrupted_ = true;
  const auto unread = engine_.unread();
  // Not assign(): on a second pause the unread bytes are those kept before.
  kept_ = std::vector<std::byte>(unread.begin(), unread.end());
  engine_.receive(kept_);
}

void TlsStream::deliver_kept() {
  interrupted_ = false;
  const Watch watch(*this);
  deliver();
  if (!watch.alive() || interrupted_) {
    return;
  }
  kept_ = {};
  engine_.receive({});
  if (!paused_) {
    inner_->resume();
  }
  if (inner_eof_) {
    end_of_stream();
  }
}

void TlsStream::on_offer(Instant at) {
  if (encrypted_ == 0 || state_ == State::failed) {
    return;
  }
  const Watch watch(*this);
  handler_->on_offer(at);
  if (watch.alive()) {
    // What the handler just wrote leaves with the rest.
    encrypt();
  }
}

void TlsStream::on_sent(std::size_t bytes) {
  sent_below_ += bytes;
  if (state_ == State::failing) {
    if (inner_->unsent() == 0) {
      fail(*error_);
    }
    return;
  }
  if (state_ == State::failed) {
    return;
  }
  std::size_t plaintext = 0;
  auto mark = marks_.begin();
  for (; mark != marks_.end() && mark->end <= sent_below_; ++mark) {
    plaintext += mark->plaintext;
  }
  marks_.erase(marks_.begin(), mark);
  if (plaintext > 0) {
    encrypted_ -= plaintext;
    handler_->on_sent(plaintext);
  }
}

void TlsStream::on_eof() {
  if (interrupted_) {
    inner_eof_ = true;
  } else {
    end_of_stream();
  }
}

void TlsStream::end_of_stream() {
  switch (state_) {
    case State::handshake:
      return fail(
          {ErrorCode::tls_closed,
           fmt::format("{} closed the connection during the TLS handshake", engine_.peer())});
    case State::open:
      return fail(
          {ErrorCode::eof,
           fmt::format("{} closed the connection without a TLS close_notify", engine_.peer())});
    case State::failing:
      return fail(*error_);
    case State::closed_by_peer:
    case State::failed:
      return;
  }
}

void TlsStream::on_error(const Error& error) {
  if (state_ == State::failing) {
    return fail(*error_);
  }
  if (state_ == State::failed) {
    return;
  }
  const bool lost = error.code == ErrorCode::reset || error.code == ErrorCode::eof;
  if (state_ == State::handshake && lost) {
    return fail({ErrorCode::tls_closed,
                 fmt::format("connection lost during the TLS handshake: {}", error.message)});
  }
  fail(error);
}

void TlsStream::on_turn_end() {
  if (state_ == State::failing) {
    return inner_->unsent() == 0 ? fail(*error_) : void();
  }
  encrypt();
  if (interrupted_ && !paused_ && state_ != State::failed) {
    deliver_kept();
  }
}

void TlsStream::encrypt() {
  if (state_ != State::open && state_ != State::closed_by_peer) {
    return;
  }
  while (!plain_.empty()) {
    const auto piece = plain_.bytes().first(std::min(plain_.size(), kPieceBytes));
    if (engine_.write(piece) != TlsEngine::Step::done) {
      state_ = State::failing;
      error_ = std::make_unique<Error>(engine_.error());
      return loop_.at_turn_end(*this);
    }
    mark(piece.size());
    plain_.consume(piece.size());
  }
  plain_.clear();
  plain_.window().announced = false;
  if (finishing_ && !std::exchange(close_sent_, true)) {
    engine_.send_close_notify();
    inner_->finish();
  }
}

void TlsStream::mark(std::size_t plaintext) {
  encrypted_ += plaintext;
  if (marks_.size() < kMaxMarks) {
    marks_.push_back({engine_.written(), plaintext});
  } else {
    marks_.back().end = engine_.written();
    marks_.back().plaintext += plaintext;
  }
}

void TlsStream::fail(const Error& error) {
  state_ = State::failed;
  plain_.clear();
  // A copy: the handler may destroy this stream, and the error with it.
  handler_->on_error(Error(error));
}

}  // namespace wskit::net
