// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "session/exchange.h"
#include "tests/net/load/sim_echo_server.h"
#include "tests/net/session/sim_client.h"
#include "tests/support/catch.h"

namespace wskit::test {

[[nodiscard]] inline std::string close_payload(unsigned code, const std::string& reason = {}) {
  return std::string{static_cast<char>(code >> 8U), static_cast<char>(code)} + reason;
}

inline void pong(std::uint64_t /*number*/, const std::string& payload,
                 const SimEchoOptions::Send& send) {
  send(wire::Opcode::pong, payload);
}

/// An input that gives what the test puts into it.
class TestInput final : public session::Input {
 public:
  void set_handler(session::InputHandler& handler) override { handler_ = &handler; }
  [[nodiscard]] Expected<Next> next() override {
    if (waiting_.empty()) {
      return Next{.state = over_ ? State::end : State::later, .message = {}};
    }
    given_ = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return Next{.state = State::message, .message = given_.view()};
  }
  void give(std::string payload) {
    waiting_.push_back({.type = script::MessageType::text, .payload = std::move(payload)});
    handler_->on_input();
  }
  void end() {
    over_ = true;
    handler_->on_input();
  }

 private:
  session::InputHandler* handler_ = nullptr;
  std::vector<script::Message> waiting_;
  script::Message given_;
  bool over_ = false;
};

[[nodiscard]] inline std::unique_ptr<session::Input> messages(
    const std::vector<std::string>& payloads) {
  std::vector<script::Message> list;
  for (const std::string& payload : payloads) {
    list.push_back({.type = script::MessageType::text, .payload = payload});
  }
  return std::make_unique<session::ListInput>(std::move(list));
}

/// An exchange with a server on the same simulated loop, and what its watcher was told.
class SimExchange final : session::ExchangeWatcher {
 public:
  SimExchange(SimLoop& loop, const SimEchoServer& server, session::ExchangeOptions options,
              std::unique_ptr<session::Input> input)
      : loop_(loop),
        options_(std::move(options)),
        client_(loop, server.url()),
        exchange_(client_.client(), loop, options_, *this),
        start_(loop.now()) {
    if (input != nullptr) {
      exchange_.set_input(std::move(input));
    }
    exchange_.start();
  }

  [[nodiscard]] session::Exchange& exchange() { return exchange_; }
  /// Code and text of the failure, or nothing for a success.
  [[nodiscard]] std::optional<ErrorCode> code() const {
    return outcome->error ? std::optional(outcome->error->code) : std::nullopt;
  }
  [[nodiscard]] const std::string& message() const { return outcome->error->message; }
  [[nodiscard]] bool saw(const std::string& frame) const {
    return std::ranges::find(frames, frame) != frames.end();
  }

  /// "send text hi"
  std::vector<std::string> frames;
  int lost = 0;
  std::optional<session::Outcome> outcome;
  Nanoseconds done_at{-1};

 private:
  void on_open(const ws::Opened& /*opened*/) override {}
  void on_lost(const session::ConnectionEnd& /*end*/, Nanoseconds /*wait*/) override { ++lost; }
  void on_loss(script::Loss /*loss*/) override {}
  void on_frame(script::Direction direction, const script::MessageView& message) override {
    frames.push_back(fmt::format("{} {} {}", direction == script::Direction::send ? "send" : "recv",
                                 script::name(message.type), message.payload));
  }
  void on_done(const session::Outcome& result) override {
    CHECK_FALSE(outcome);
    outcome = result;
    done_at = loop_.now() - start_;
  }

  SimLoop& loop_;
  session::ExchangeOptions options_;
  SimClient client_;
  session::Exchange exchange_;
  Instant start_;
};

[[nodiscard]] inline session::Goal replies(std::uint64_t count,
                                           Nanoseconds timeout = Nanoseconds(0)) {
  return {.replies = count, .reply_timeout = timeout};
}

[[nodiscard]] inline session::Goal matching(const std::string& match,
                                            Nanoseconds timeout = Nanoseconds(0)) {
  return {.replies = 1, .match = script::Matcher::parse(match).value(), .reply_timeout = timeout};
}

}  // namespace wskit::test
