// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "script/player.h"
#include "script/script_parser.h"
#include "tests/support/catch.h"

namespace wskit::script {

using namespace std::chrono_literals;

/// Plays a script against what the test says, on a clock of its own.
class Play final : Stage {
 public:
  explicit Play(const std::string& text, std::map<std::string, std::string> variables = {},
                double timeout_scale = 1) {
    auto parsed = parse_script("t.wst", text,
                               {.variables = std::move(variables),
                                .environment = [](const std::string&) { return std::nullopt; },
                                .read_file = [](const std::string&) -> Expected<std::string> {
                                  return fail(ErrorCode::unreadable_file, "there are no files");
                                },
                                .has_url = true});
    INFO((parsed ? "" : parsed.error().describe()));
    REQUIRE(parsed);
    script_ = std::make_unique<Script>(*std::move(parsed));
    options_.url = "ws://server/";
    options_.timeout_scale = timeout_scale;
    options_.wall_clock = &wall_clock_;
    Stage& stage = *this;
    player_ = std::make_unique<Player>(*script_, script_->tests.front(), options_, stage);
    player_->start(now_);
  }

  Play& open(ClientIndex client = 0) {
    player_->on_open(client, {.status = 101}, now_);
    return *this;
  }
  Play& come(const std::string& text, ClientIndex client = 0) {
    player_->on_received(client, {.type = MessageType::text, .payload = text}, now_);
    return *this;
  }
  Play& come(MessageType type, const std::string& payload,
             wire::CloseCode code = wire::CloseCode::no_status) {
    player_->on_received(0, {.type = type, .payload = payload, .code = code}, now_);
    return *this;
  }
  /// The time passes, and whatever is due in it happens.
  Play& pass(Nanoseconds time) {
    const Instant end = now_ + time;
    while (!player_->done() && player_->next_tick() <= end) {
      now_ = std::max(now_, player_->next_tick());
      player_->tick(now_);
    }
    now_ = end;
    return *this;
  }
  [[nodiscard]] bool passed() const { return player_->done() && !player_->failure(); }
  [[nodiscard]] bool running() const { return !player_->done(); }
  /// "LINE: MESSAGE"; empty without a failure.
  [[nodiscard]] std::string failure() const {
    const auto& failure = player_->failure();
    return failure ? std::to_string(failure->place.line) + ": " + failure->message : "";
  }
  [[nodiscard]] Player& player() { return *player_; }
  [[nodiscard]] const Script& script() const { return *script_; }

  /// What was done, in order: "open 0 URL", "0> text", ...
  std::vector<std::string> log;
  std::vector<OpenRequest> opened;

 private:
  void open(ClientIndex client, const OpenRequest& request) override {
    opened.push_back(request);
    log.push_back("open " + std::to_string(client));
  }
  Expected<Room> send(ClientIndex client, const MessageView& message) override {
    std::string line = std::to_string(client) + "> ";
    if (message.type != MessageType::text) {
      line += std::string(name(message.type)) + " ";
    }
    if (message.type == MessageType::close) {
      line += std::to_string(static_cast<unsigned>(message.code)) + " ";
    }
    log.push_back(line + std::string(message.payload));
    return Room::more;
  }
  Expected<void> send_raw(ClientIndex client, std::string_view bytes) override {
    log.push_back(std::to_string(client) + "> raw " + std::string(bytes));
    return {};
  }
  void drop(ClientIndex client) override { log.push_back("drop " + std::to_string(client)); }
  void request(const PlayedHttpRequest& request) override {
    log.push_back(request.method + " " + request.url + " " + request.body);
  }
  void step_played(std::uint16_t name, Nanoseconds duration) override {
    log.push_back(script_->step_names[name] + " took " + std::to_string(duration / 1ms));
  }

  std::function<std::int64_t()> wall_clock_ = [] { return 1700000000000; };
  PlayerOptions options_;
  std::unique_ptr<Script> script_;
  std::unique_ptr<Player> player_;
  Instant now_{1h};
};

}  // namespace wskit::script
