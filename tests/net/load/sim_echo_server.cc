// SPDX-License-Identifier: MIT
#include "tests/net/load/sim_echo_server.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "net/timer.h"
#include "wire/frame.h"
#include "wire/handshake.h"

namespace wskit::test {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string accept_upgrade(std::string_view request) {
  constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
  const std::size_t begin = request.find(kKey) + kKey.size();
  const std::string_view key = request.substr(begin, request.find("\r\n", begin) - begin);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         wire::accept_for(key) + "\r\n\r\n";
}

}  // namespace

class SimEchoServer::Peer final : net::StreamHandler, net::TimerHandler {
  struct Answer {
    Instant due;
    wire::Opcode opcode;
    std::string payload;
  };

 public:
  Peer(SimEchoServer& server, std::unique_ptr<net::Stream> stream, std::string refusal)
      : server_(server),
        stream_(std::move(stream)),
        timer_(server.loop_.timers(), *this),
        parser_({.role = wire::Role::server}),
        number_(server.peers_.size()),
        refusal_(std::move(refusal)) {
    stream_->set_handler(*this);
  }

  void send_at(Instant due, std::string payload) {
    const auto place = std::ranges::upper_bound(answers_, due, {}, &Answer::due);
    answers_.insert(place,
                    {.due = due, .opcode = wire::Opcode::text, .payload = std::move(payload)});
    timer_.arm(answers_.front().due);
  }

  void reset() {
    if (stream_ != nullptr) {
      stream_->reset_on_close();
      end();
    }
  }

  void send(wire::Opcode opcode, const std::string& payload) {
    if (stream_ == nullptr) {
      return;
    }
    const auto room = stream_->prepare(wire::max_frame_size(payload.size()));
    stream_->commit(
        wire::encode_frame(room, {.opcode = opcode}, std::as_bytes(std::span(payload))));
  }

 private:
  void on_data(std::span<std::byte> bytes, Instant received) override {
    if (!upgraded_) {
      head_ += text_of(bytes);
      if (head_.ends_with("\r\n\r\n")) {
        upgrade();
      }
      return;
    }
    while (stream_ != nullptr) {
      const wire::FrameEvent event = parser_.next(bytes);
      if (event.kind == wire::FrameEvent::Kind::need_more) {
        return;
      }
      handle(event, received);
    }
  }

  void upgrade() {
    upgraded_ = true;
    const std::string answer = refusal_.empty() ? accept_upgrade(head_) : refusal_;
    stream_->write(std::as_bytes(std::span(answer)));
    if (server_.options_.deaf) {
      stream_->pause();
    }
  }

  [[nodiscard]] SimEchoOptions::Send sender() {
    return [this](wire::Opcode opcode, const std::string& payload) { send(opcode, payload); };
  }

  void handle(const wire::FrameEvent& event, Instant received) {
    if (event.kind == wire::FrameEvent::Kind::control) {
      if (event.opcode == wire::Opcode::ping && server_.options_.on_ping) {
        server_.options_.on_ping(server_.pings_++, std::string(text_of(event.payload)), sender());
      }
      if (event.opcode == wire::Opcode::close) {
        send(wire::Opcode::close, std::string(text_of(event.payload)));
        stream_->finish();
        answers_.clear();  // nothing follows a Close frame (RFC 6455 5.5.1)
      }
      return;
    }
    check(event.kind == wire::FrameEvent::Kind::data, "the client keeps to the protocol");
    message_ += text_of(event.payload);
    if (event.message_end) {
      act(event.opcode, std::exchange(message_, {}), received);
    }
  }

  void act(wire::Opcode opcode, std::string payload, Instant received) {
    if (server_.options_.remembers) {
      server_.received_.push_back(payload);
    }
    const std::uint64_t number = server_.messages_++;
    if (server_.options_.on_message) {
      return server_.options_.on_message(number, payload, sender());
    }
    if (server_.options_.on_message_of) {
      return server_.options_.on_message_of(number_, payload);
    }
    const EchoFault fault =
        server_.options_.fault ? server_.options_.fault(number) : EchoFault::none;
    Answer answer{.due = due(received), .opcode = opcode, .payload = std::move(payload)};
    switch (fault) {
      case EchoFault::drop:
        return;
      case EchoFault::corrupt:
        answer.payload.back() = answer.payload.back() == '#' ? '+' : '#';
        break;
      case EchoFault::duplicate:
        answers_.push_back(answer);
        break;
      case EchoFault::hold_for_next:
        held_ = std::move(answer);
        return;
      case EchoFault::close:
        return reset();
      case EchoFault::reset:
        return reset();
      case EchoFault::none:
        break;
    }
    answers_.push_back(std::move(answer));
    if (held_) {
      held_->due = answers_.back().due;
      answers_.push_back(std::move(*held_));
      held_.reset();
    }
    timer_.arm(answers_.front().due);
  }

  [[nodiscard]] Instant due(Instant received) const {
    const SimEchoOptions& options = server_.options_;
    if (received >= options.stall_from && received < options.stall_from + options.stall_for) {
      received = options.stall_from + options.stall_for;
    }
    return received + options.delay;
  }

  void on_timer(Instant now) override {
    while (!answers_.empty() && answers_.front().due <= now) {
      send(answers_.front().opcode, answers_.front().payload);
      answers_.pop_front();
    }
    if (!answers_.empty()) {
      timer_.arm(answers_.front().due);
    }
  }

  void on_eof() override { end(); }
  void on_error(const Error& /*error*/) override { end(); }

  void end() {
    timer_.cancel();
    stream_.reset();
  }

  SimEchoServer& server_;
  std::unique_ptr<net::Stream> stream_;
  net::Timer timer_;
  wire::FrameParser parser_;
  std::size_t number_;
  std::string refusal_;
  bool upgraded_ = false;
  std::string head_;
  std::string message_;
  std::deque<Answer> answers_;
  std::optional<Answer> held_;
};

SimEchoServer::SimEchoServer(SimLoop& loop, SimEchoOptions options)
    : loop_(loop), options_(std::move(options)) {
  auto listener = loop.listen(*net::SocketAddress::ip("127.0.0.1", 0), *this);
  check(listener.has_value(), "a simulated loop listens");
  listener_ = std::move(*listener);
}

SimEchoServer::~SimEchoServer() = default;

std::string SimEchoServer::url() const {
  return "ws://" + listener_->address().to_string() + "/";
}

void SimEchoServer::send(wire::Opcode opcode, const std::string& payload) {
  peers_.back()->send(opcode, payload);
}

void SimEchoServer::send_at(Instant due, std::size_t connection, std::string payload) {
  peers_[connection]->send_at(due, std::move(payload));
}

void SimEchoServer::reset(std::size_t connection) {
  peers_[connection]->reset();
}

void SimEchoServer::drop() {
  for (const auto& peer : peers_) {
    peer->reset();
  }
}

void SimEchoServer::kill() {
  listener_.reset();
  drop();
}

void SimEchoServer::close_half() {
  for (std::size_t i = 0; i < peers_.size(); i += 2) {
    peers_[i]->reset();
  }
}

void SimEchoServer::on_accept(std::unique_ptr<net::Stream> stream,
                              const net::SocketAddress& /*peer*/) {
  std::string refusal = options_.answer ? options_.answer(peers_.size()) : std::string();
  if (options_.refuse && options_.refuse(peers_.size())) {
    refusal = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  }
  peers_.push_back(std::make_unique<Peer>(*this, std::move(stream), std::move(refusal)));
}

void SimEchoServer::on_accept_error(const Error& error) {
  check(false, error.message);
}

}  // namespace wskit::test
