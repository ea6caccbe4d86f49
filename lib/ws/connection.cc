// SPDX-License-Identifier: MIT
#include "ws/connection.h"

#include <utility>

#include <fmt/format.h>

#include "core/check.h"
#include "net/turn_hook.h"
#include "wire/frame.h"

namespace wskit::ws {
namespace {

/// Pongs are held back above this many unsent bytes: a peer that pings and does not read must not
/// fill our memory.
constexpr std::size_t kPongRoom = std::size_t{64} << 10;

wire::Opcode opcode_of(MessageType type) {
  return type == MessageType::text ? wire::Opcode::text : wire::Opcode::binary;
}

wire::FrameParserOptions parser_options(const ConnectionOptions& options, wire::Role role) {
  return {.role = role,
          .max_frame_bytes = options.max_frame_bytes,
          .max_message_bytes = options.max_message_bytes};
}

}  // namespace

/// Tells a function of a connection whether a callback has destroyed it.
class Connection::Watch {
 public:
  explicit Watch(Connection& connection) : connection_(&connection), outer_(connection.watch_) {
    connection.watch_ = this;
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    if (connection_ != nullptr) {
      connection_->watch_ = outer_;
    }
  }
  [[nodiscard]] bool alive() const { return connection_ != nullptr; }

 private:
  friend class Connection;
  Connection* connection_;
  Watch* outer_;
};

/// What was received and not read because of pause(); read at the end of the turn of resume().
struct Connection::Paused final : net::TurnHook {
  explicit Paused(Connection& its_connection) : connection(its_connection) {}

  void on_turn_end() override {
    const std::unique_ptr<Paused> self = std::move(connection.paused_);
    const Watch watch(connection);
    connection.read(kept, received);
    if (watch.alive() && ended) {
      connection.on_eof();
    }
  }

  Connection& connection;
  bool resumed = false;
  /// The stream ended meanwhile.
  bool ended = false;
  std::vector<std::byte> kept;
  Instant received{};
};

Connection::Connection(Context& context, wire::Role role, FrameHandler& handler)
    : context_(context),
      handler_(handler),
      parser_(parser_options(context.options, role)),
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
  state_ = State::open;
  Watch watch(*this);
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

SendResult Connection::send(MessageType type, std::span<const std::byte> payload) {
  return send_frame({.opcode = opcode_of(type)}, payload);
}

SendResult Connection::ping(std::span<const std::byte> payload) {
  check(payload.size() <= wire::kMaxControlPayload, "a ping has at most 125 bytes");
  return send_frame({.opcode = wire::Opcode::ping}, payload);
}

SendResult Connection::send_frame(wire::FrameHeader header, std::span<const std::byte> payload) {
  if (state_ != State::open || payload.size() > context_.options.max_unsent_bytes - unsent_)
      [[unlikely]] {
    return SendResult::dropped;
  }
  if (role_ == wire::Role::client) {
    header.masked = true;
    header.mask_key = context_.masks.next();
  }
  const std::span<std::byte> room = stream_->prepare(wire::max_frame_size(payload.size()));
  const std::size_t size = wire::encode_frame(room, header, payload);
  stream_->commit(size);
  unsent_ += size;
  if (unsent_ > context_.options.high_watermark) [[unlikely]] {
    backpressure_ = true;
    return SendResult::backpressure;
  }
  return SendResult::queued;
}

Expected<void> Connection::close(wire::CloseCode code, std::string_view reason) {
  const auto payload = code == wire::CloseCode::no_status
                           ? Expected<wire::ClosePayload>(wire::ClosePayload{})
                           : wire::ClosePayload::make(code, reason);
  if (!payload) {
    return std::unexpected(payload.error());
  }
  if (state_ == State::open) {
    send_close(*payload);
    state_ = State::close_sent;
    arm_deadline();
  }
  return {};
}

void Connection::reset_on_close() {
  if (stream_ != nullptr) {
    stream_->reset_on_close();
  }
}

void Connection::pause() {
  if (paused_ == nullptr) {
    paused_ = std::make_unique<Paused>(*this);
    if (stream_ != nullptr) {
      stream_->pause();
    }
  }
  paused_->resumed = false;
}

void Connection::resume() {
  if (paused_ == nullptr || paused_->resumed) {
    return;
  }
  paused_->resumed = true;
  if (stream_ != nullptr) {
    stream_->resume();
  }
  context_.loop.at_turn_end(*paused_);
}

void Connection::on_data(std::span<std::byte> bytes, Instant received) {
  context_.traffic.received += bytes.size();
  if (paused_ != nullptr) [[unlikely]] {
    keep_for_later(bytes, received);
    return;
  }
  read(bytes, received);
}

void Connection::keep_for_later(std::span<const std::byte> bytes, Instant received) {
  paused_->kept.insert(paused_->kept.end(), bytes.begin(), bytes.end());
  paused_->received = received;
}

void Connection::read(std::span<std::byte> bytes, Instant received) {
  using Kind = wire::FrameEvent::Kind;
  Watch watch(*this);
  while (reads_frames()) {
    const wire::FrameEvent event = parser_.next(bytes);
    if (event.kind == Kind::need_more) {
      return;
    }
    if (event.kind == Kind::data) [[likely]] {
      handler_.on_data(event, received);
    } else if (event.kind == Kind::control) {
      handle_control(event, received);
    } else {
      violation(parser_.error(), parser_.close_code());
    }
    if (!watch.alive()) {
      return;
    }
    if (paused_ != nullptr && !bytes.empty()) [[unlikely]] {
      keep_for_later(bytes, received);
      return;
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

void Connection::answer_ping(std::span<const std::byte> payload) {
  if (unsent_ < kPongRoom) {
    send_frame({.opcode = wire::Opcode::pong}, payload);
    return;
  }
  held_pong_ = std::make_unique<std::vector<std::byte>>(payload.begin(), payload.end());
}

void Connection::handle_close(std::span<const std::byte> payload) {
  const auto status = wire::parse_close_payload(payload);
  check(status.has_value(), "the frame parser hands out valid Close frames only");
  close_code_ = status->code;
  if (!status->reason.empty()) {
    close_reason_ = std::make_unique<std::string>(status->reason);
  }
  if (state_ == State::open) {
    close_by_peer_ = true;
    const auto echo = close_code_ == wire::CloseCode::no_status
                          ? Expected<wire::ClosePayload>(wire::ClosePayload{})
                          : wire::ClosePayload::make(close_code_);
    send_close(*echo);
  }
  state_ = State::closed;
  if (role_ == wire::Role::server) {
    // RFC 6455 7.1.1: the server closes the TCP connection, the client waits for it.
    stream_->finish();
  }
  arm_deadline();
}

void Connection::violation(Error error, wire::CloseCode code) {
  failure_ = std::make_unique<Error>(std::move(error));
  if (state_ == State::open) {
    send_close(*wire::ClosePayload::make(code, wire::cut_close_reason(failure_->message)));
  }
  // The Close frame has to reach the peer: closing now, with bytes unread, would reset the
  // connection and destroy it. What the peer still sends is read and thrown away (RFC 6455 7.1.7).
  state_ = State::failing;
  stream_->finish();
  arm_deadline();
}

void Connection::send_close(const wire::ClosePayload& payload) {
  send_frame({.opcode = wire::Opcode::close}, payload.bytes());
}

void Connection::arm_deadline() {
  deadline_.arm(context_.loop.now() + context_.options.close_timeout);
}

void Connection::on_sent(std::size_t bytes) {
  context_.traffic.sent += bytes;
  unsent_ -= bytes;
  if (held_pong_ != nullptr && unsent_ < kPongRoom) [[unlikely]] {
    const auto pong = std::move(held_pong_);
    send_frame({.opcode = wire::Opcode::pong}, *pong);
  }
  Watch watch(*this);
  handler_.on_flushed(bytes);
  if (watch.alive() && backpressure_ && unsent_ <= context_.options.high_watermark / 2) {
    backpressure_ = false;
    handler_.on_drain();
  }
}

void Connection::on_eof() {
  if (paused_ != nullptr && !paused_->kept.empty()) {
    paused_->ended = true;
    return;
  }
  switch (state_) {
    case State::closed:
      return end_closed();
    case State::failing:
      return end(*failure_);
    default:
      return end({.code = ErrorCode::eof,
                  .message = "the peer ended the TCP connection without a Close frame (1006)"});
  }
}

void Connection::on_error(const Error& error) {
  switch (state_) {
    case State::closed:
      return end_closed();
    case State::failing:
      return end(*failure_);
    default:
      return end(error);
  }
}

void Connection::on_timer(Instant /*now*/) {
  switch (state_) {
    case State::closed:
      return end_closed();
    case State::failing:
      return end(*failure_);
    default:
      return end({.code = ErrorCode::close_timeout,
                  .message = "the peer did not answer the Close frame in time"});
  }
}

void Connection::end(const Error& error) {
  state_ = State::ended;
  deadline_.cancel();
  stream_.reset();
  const Error copy = error;
  handler_.on_error({.error = copy});
}

void Connection::end_closed() {
  state_ = State::ended;
  deadline_.cancel();
  stream_.reset();
  const auto reason = std::move(close_reason_);
  handler_.on_close({.code = close_code_,
                     .reason = reason == nullptr ? std::string_view{} : std::string_view(*reason),
                     .by_peer = close_by_peer_});
}

}  // namespace wskit::ws
