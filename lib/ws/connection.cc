// SPDX-License-Identifier: MIT
#include "ws/connection.h"

#include <string>
#include <utility>

#include "core/check.h"
#include "net/turn_hook.h"
#include "ws/connection_watch.h"
#include "ws/small_messages.h"

namespace wskit::ws {
namespace {

wire::FrameParserOptions parser_options(const ConnectionOptions& options, wire::Role role,
                                        bool compressed) {
  return {.role = role,
          .allow_rsv1 = compressed,
          .max_frame_bytes = options.max_frame_bytes,
          .max_message_bytes = options.max_message_bytes};
}

}  // namespace

/// What was received and not told because of pause().
struct Connection::Paused final : net::TurnHook {
  explicit Paused(Connection& its_connection) : connection(its_connection) {}

  void on_turn_end() override {
    if (!active) {
      connection.read_kept();
    }
  }

  void keep(std::span<const std::byte> bytes, Instant at) {
    kept.insert(kept.end(), bytes.begin(), bytes.end());
    received = at;
  }

  Connection& connection;
  /// False from resume() to the end of its turn, when the rest is read.
  bool active = true;
  std::vector<std::byte> kept;
  Instant received{};
  /// How the stream ended meanwhile.
  std::unique_ptr<Error> over;
};

/// Why the connection is going to end.
struct Connection::Ending {
  /// What rule the peer broke, in state failing.
  Error failure;
  /// What the peer's Close frame said, in state closed.
  wire::CloseCode code = wire::CloseCode::no_status;
  std::string reason;
  bool by_peer = false;
};

Connection::Connection(Context& context, wire::Role role, FrameHandler& handler)
    : context_(context),
      handler_(handler),
      parser_(parser_options(context.options, role, false)),
      deadline_(context.loop.timers(), *this),
      role_(role) {}

Connection::~Connection() {
  for (Watch* watch = watch_; watch != nullptr; watch = watch->outer_) {
    watch->connection_ = nullptr;
  }
}

void Connection::begin(std::unique_ptr<net::Stream> stream, const Opened& opened,
                       std::span<std::byte> rest) {
  const std::unique_ptr<Opening> opening = std::move(opening_);
  stream_ = std::move(stream);
  stream_->set_handler(*this);
  upgrade_unsent_ = stream_->unsent();
  if (paused_ != nullptr) {
    stream_->pause();
  }
  if (opened.deflate) {
    parser_ = wire::FrameParser(parser_options(context_.options, role_, true));
    deflate_ = std::make_unique<ConnectionDeflate>(*opened.deflate, role_, context_.options,
                                                   context_.deflate);
  }
  state_ = State::open;
  const Watch watch(*this);
  handler_.on_open(opened);
  if (watch.alive() && !rest.empty()) {
    on_data(rest, opened.upgraded);
  }
}

void Connection::fail_opening(const Failure& failure) {
  const std::unique_ptr<Opening> opening = std::move(opening_);
  state_ = State::ended;
  handler_.on_error(failure);
}

void Connection::reset_on_close() {
  if (stream_ != nullptr) {
    stream_->reset_on_close();
  }
}

void Connection::pause() {
  if (state_ != State::opening && !reads_frames()) {
    return;
  }
  if (paused_ == nullptr) {
    paused_ = std::make_unique<Paused>(*this);
    if (stream_ != nullptr) {
      stream_->pause();
    }
  }
  paused_->active = true;
}

void Connection::resume() {
  if (paused_ != nullptr && paused_->active) {
    paused_->active = false;
    context_.loop.at_turn_end(*paused_);
  }
}

void Connection::read_kept() {
  const std::unique_ptr<Paused> self = std::move(paused_);
  const Watch watch(*this);
  if (deflate_ != nullptr) {
    read_inflated(self->received);
  }
  if (watch.alive() && paused_ != nullptr) {
    paused_->keep(self->kept, self->received);
  } else if (watch.alive()) {
    read(self->kept, self->received);
  }
  if (!watch.alive() || state_ == State::ended) {
    return;
  }
  if (paused_ != nullptr) {
    paused_->over = std::move(self->over);
  } else if (self->over != nullptr) {
    stream_over(*self->over);
  } else if (stream_ != nullptr) {
    stream_->resume();
  }
}

void Connection::on_data(std::span<std::byte> bytes, Instant received) {
  context_.traffic.received += bytes.size();
  if (paused_ != nullptr) [[unlikely]] {
    paused_->keep(bytes, received);
    return;
  }
  read(bytes, received);
}

void Connection::read(std::span<std::byte> bytes, Instant received) {
  const Watch watch(*this);
  SmallMessages small(watch, bytes);
  while (small.may_go_on()) {
    handler_.on_small_messages(small, received);
    if (!small.may_go_on()) {
      break;
    }
    if (parser_.is_done(bytes) || !read_event(bytes, received)) {
      return handler_.on_read_end(received);
    }
  }
  if (watch.alive() && paused_ != nullptr) {
    paused_->keep(bytes, received);
  }
}

bool Connection::read_event(std::span<std::byte>& bytes, Instant received) {
  using Kind = wire::FrameEvent::Kind;
  const wire::FrameEvent event = parser_.next(bytes);
  switch (event.kind) {
    case Kind::need_more:
      return false;
    case Kind::data:
      if (event.compressed) [[unlikely]] {
        inflate(event, received);
      } else {
        handler_.on_data(event, received);
      }
      return true;
    case Kind::control:
      handle_control(event, received);
      return true;
    case Kind::violation:
      violation(parser_.error(), parser_.close_code());
      return true;
  }
  return false;
}

void Connection::inflate(const wire::FrameEvent& event, Instant received) {
  deflate_->inflater.feed(event);
  read_inflated(received);
}

void Connection::read_inflated(Instant received) {
  using Kind = wire::FrameEvent::Kind;
  const Watch watch(*this);
  while (reads_frames()) {
    MessageInflater& inflater = deflate_->inflater;
    const wire::FrameEvent event = inflater.next(deflate_->inflate_room());
    if (event.kind == Kind::need_more) {
      return;
    }
    if (event.kind == Kind::violation) {
      return violation(inflater.error(), inflater.close_code());
    }
    handler_.on_data(event, received);
    if (!watch.alive()) {
      return;
    }
    if (paused_ != nullptr) {
      return inflater.keep_rest();
    }
  }
}

void Connection::handle_control(const wire::FrameEvent& event, Instant received) {
  switch (event.opcode) {
    case wire::Opcode::ping:
      answer_ping(event.payload);
      handler_.on_ping(event.payload, received);
      return;
    case wire::Opcode::pong:
      handler_.on_pong(event.payload, received);
      return;
    default:
      handle_close(event.payload);
  }
}

void Connection::handle_close(std::span<const std::byte> payload) {
  const auto status = wire::parse_close_payload(payload);
  check(status.has_value(), "the frame parser hands out valid Close frames only");
  ending_ = std::make_unique<Ending>();
  ending_->code = status->code;
  ending_->reason = status->reason;
  ending_->by_peer = state_ == State::open;
  if (ending_->by_peer) {
    put_close(status->code == wire::CloseCode::no_status ? wire::ClosePayload{}
                                                         : *wire::ClosePayload::make(status->code));
  }
  if (role_ == wire::Role::server) {
    // RFC 6455 7.1.1: the server closes the TCP connection, the client waits for it.
    stream_->finish();
  }
  stop_reading(State::closed);
}

void Connection::violation(Error error, wire::CloseCode code) {
  ending_ = std::make_unique<Ending>();
  ending_->failure = std::move(error);
  if (state_ == State::open) {
    put_close(*wire::ClosePayload::make(code, wire::cut_close_reason(ending_->failure.message)));
  }
  // The Close frame has to reach the peer: closing now, with bytes unread, would reset the
  // connection and destroy it. What the peer still sends is read and thrown away (RFC 6455 7.1.7).
  stream_->finish();
  stop_reading(State::failing);
}

void Connection::stop_reading(State state) {
  state_ = state;
  held_pong_.reset();
  arm_deadline();
}

void Connection::on_eof() {
  stream_over({.code = ErrorCode::eof,
               .message = "the peer ended the TCP connection without a Close frame (1006)"});
}

void Connection::on_error(const Error& error) {
  stream_over(error);
}

void Connection::on_timer(Instant /*now*/) {
  paused_.reset();
  stream_over({.code = ErrorCode::close_timeout,
               .message = "the peer did not answer the Close frame in time"});
}

void Connection::stream_over(const Error& error) {
  if (paused_ != nullptr) {
    paused_->over = std::make_unique<Error>(error);
    return;
  }
  switch (state_) {
    case State::closed:
      return end_closed();
    case State::failing:
      return end(ending_->failure);
    default:
      return end(error);
  }
}

void Connection::end(const Error& error) {
  // With a copy: the handler may destroy this, and stream_.reset() what `error` lies in.
  const Failure failure{.error = error};
  state_ = State::ended;
  deadline_.cancel();
  stream_.reset();
  handler_.on_error(failure);
}

void Connection::end_closed() {
  const std::unique_ptr<Ending> ending = std::move(ending_);
  state_ = State::ended;
  deadline_.cancel();
  stream_.reset();
  handler_.on_close({.code = ending->code, .reason = ending->reason, .by_peer = ending->by_peer});
}

}  // namespace wskit::ws
