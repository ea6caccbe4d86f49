// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/member_timer.h"
#include "script/player.h"
#include "script/recording.h"
#include "script/script.h"
#include "ws/client.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::session {

/// A WebSocket client and what it stands on; lives as long as its connection.
class ScriptClient {
 public:
  virtual ~ScriptClient() = default;
  [[nodiscard]] virtual ws::Client& client() = 0;
};

/// Makes what a script's connections need; the network options are its owner's.
class ScriptNetwork {
 public:
  [[nodiscard]] virtual Expected<std::unique_ptr<ScriptClient>> client(
      const script::OpenRequest& request) = 0;

  class Request {
   public:
    virtual ~Request() = default;
  };
  using OnAnswer = std::function<void(const Expected<script::PlayedHttpAnswer>&)>;
  /// Destroying what is returned cancels; `on_answer` is never called from within.
  [[nodiscard]] virtual Expected<std::unique_ptr<Request>> request(
      const script::PlayedHttpRequest& request, OnAnswer on_answer) = 0;

 protected:
  ~ScriptNetwork() = default;
};

/// Everything that goes over the connections of a test, for whoever records it.
class ScriptWatcher {
 public:
  virtual ~ScriptWatcher() = default;
  virtual void on_open(script::ClientIndex client, const ws::Opened& opened) = 0;
  virtual void on_frame(script::ClientIndex client, script::Direction direction,
                        const script::MessageView& message, Instant at) = 0;
};

/// One test of a script on real connections, from its first line until they are closed.
class ScriptRun final : script::Stage {
 public:
  struct Setup {
    const script::Script& script;
    const script::Test& test;
    script::PlayerOptions options;
    net::Loop& loop;
    ScriptNetwork& network;
    ScriptWatcher* watcher = nullptr;
    /// For all of the test; 0 for no limit.
    Nanoseconds max_time{0};
    /// The last call; the run may be destroyed in a later turn of the loop.
    std::function<void()> on_done;
  };

  explicit ScriptRun(Setup setup);
  ScriptRun(const ScriptRun&) = delete;
  ScriptRun& operator=(const ScriptRun&) = delete;
  ~ScriptRun();

  void start();
  void interrupt();

  /// Once done.
  [[nodiscard]] const std::optional<script::Failure>& failure() const {
    return overrun_ ? overrun_ : player_.failure();
  }
  /// From start() to the last line.
  [[nodiscard]] Nanoseconds duration() const { return duration_; }

 private:
  class Seat;

  void open(script::ClientIndex client, const script::OpenRequest& request) override;
  Expected<script::Room> send(script::ClientIndex client,
                              const script::MessageView& message) override;
  Expected<void> send_raw(script::ClientIndex client, std::string_view bytes) override;
  void drop(script::ClientIndex client) override;
  void request(const script::PlayedHttpRequest& request) override;
  void step_played(std::uint16_t /*name*/, Nanoseconds /*duration*/) override {}

  void saw(script::ClientIndex client, script::Direction direction,
           const script::MessageView& message, Instant at) const;
  /// After each event.
  void go_on();
  void tick(Instant now);
  void time_over(Instant now);
  [[nodiscard]] script::Failure overrun() const;
  void close_all();
  void check_closed();
  void finish(Instant now);

  Setup setup_;
  script::Player player_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::unique_ptr<ScriptNetwork::Request> request_;
  net::MemberTimer<ScriptRun> tick_timer_;
  net::MemberTimer<ScriptRun> time_timer_;
  net::MemberTimer<ScriptRun> patience_timer_;
  Instant began_{};
  Nanoseconds duration_{0};
  /// All was as expected, but too late.
  std::optional<script::Failure> overrun_;
  bool closing_ = false;
};

}  // namespace wskit::session
