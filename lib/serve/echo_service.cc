// SPDX-License-Identifier: MIT
#include "serve/echo_service.h"

#include <optional>
#include <string>
#include <utility>

#include "serve/delay_queue.h"
#include "serve/fault_requests.h"
#include "serve/http_exchange.h"
#include "serve/instant_timer.h"
#include "serve/request_target.h"
#include "serve/server_faults.h"
#include "serve/service_thread.h"
#include "serve/session.h"

namespace wskit::serve {
namespace {

// Of one connection under --delay. Reading pauses above it, and goes on below half of it.
constexpr std::size_t kMaxHeldBytes = std::size_t{16} * 1024 * 1024;

class EchoHandler;

/// The echoes of one thread that are held back until their delay is over.
class HeldEchoes {
 public:
  HeldEchoes(ServiceThread& thread, const DelayOptions& delay)
      : thread_(thread), delay_(delay), timer_(thread.loop(), [this] { release(); }) {}

  void hold(EchoHandler& owner, std::uint64_t connection, std::uint64_t message,
            std::string frame) {
    const auto before = queue_.next_due();
    queue_.push(owner, thread_.now() + delay_of(delay_, connection, message), std::move(frame));
    if (queue_.next_due() != before) {
      timer_.set(*queue_.next_due());
    }
  }
  [[nodiscard]] std::string take(EchoHandler& owner) { return queue_.take(owner); }
  [[nodiscard]] std::size_t bytes(const EchoHandler& owner) const {
    return queue_.held_bytes(owner);
  }

 private:
  void release();

  ServiceThread& thread_;
  DelayOptions delay_;
  DelayQueue<EchoHandler> queue_;
  InstantTimer timer_;
};

class EchoHandler final : public SessionHandler {
 public:
  /// `held` is null where there is no delay.
  explicit EchoHandler(HeldEchoes* held) : held_(held) {}
  EchoHandler(const EchoHandler&) = delete;
  EchoHandler& operator=(const EchoHandler&) = delete;
  ~EchoHandler() override { on_failing(); }

  void on_open(Session& session) override { session_ = &session; }
  void on_message(const IncomingMessage& message) override;
  void on_ending(std::string& out) override {
    if (held_ != nullptr) {
      out += held_->take(*this);
    }
  }
  void on_failing() override {
    if (held_ != nullptr) {
      (void)held_->take(*this);
    }
  }
  /// A frame that was held back is due.
  void release(const std::string& frame) {
    session_->send_frames(frame);
    if (held_->bytes(*this) < kMaxHeldBytes / 2) {
      session_->go_on_reading();
    }
  }

 private:
  HeldEchoes* held_;
  Session* session_ = nullptr;
  std::uint64_t messages_ = 0;  // held back so far
};

void HeldEchoes::release() {
  queue_.release_due(thread_.now(),
                     [](EchoHandler& owner, const std::string& frame) { owner.release(frame); });
  if (const auto due = queue_.next_due()) {
    timer_.set(*due);
  }
}

void EchoHandler::on_message(const IncomingMessage& message) {
  if (held_ == nullptr && !message.fragmented) {
    session_->send(message.payload, message.binary, message.compressed);
    return;
  }
  std::string frame;
  session_->append_message(frame, message);
  if (held_ == nullptr) {
    session_->send_after_pongs(frame);
    return;
  }
  held_->hold(*this, session_->number(), messages_++, std::move(frame));
  if (held_->bytes(*this) > kMaxHeldBytes) {
    session_->hold_reading();
  }
}

class EchoService final : public Service {
 public:
  EchoService(ServiceThread& thread, const DelayOptions& delay) : thread_(thread) {
    if (delay.fixed.count() > 0) {
      held_.emplace(thread, delay);
    }
  }

  std::expected<Admission, wire::UpgradeAnswer> on_upgrade(const wire::HttpRequest& request,
                                                           const Peer& /*peer*/) override {
    auto agreement = check_upgrade(request, upgrade_rules(thread_.options()));
    if (!agreement) {
      return std::unexpected(std::move(agreement.error()));
    }
    return Admission{std::move(*agreement),
                     std::make_unique<EchoHandler>(held_ ? &*held_ : nullptr)};
  }

  // Rules for /faults.
  bool takes_bodies() const override {
    return thread_.faults() != nullptr && thread_.faults()->may_ask();
  }
  void on_request(HttpExchange& exchange, const wire::HttpRequest& request,
                  std::string_view body) override {
    if (names_faults(request.target)) {
      if (admit_fault_request(exchange)) {
        answer_fault_request(exchange, body);
      }
    } else if (request.method != "GET" && request.method != "HEAD") {
      exchange.respond(
          {.status = 405, .headers = {{"Allow", "GET, HEAD"}}, .body = "only GET and HEAD\n"});
    } else if (path_of(request.target) == "/healthz") {
      exchange.respond({.body = "ok\n"});
    } else {
      exchange.respond({.status = 426,
                        .headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}},
                        .body = "this is a WebSocket echo server\n"});
    }
  }

 private:
  ServiceThread& thread_;
  std::optional<HeldEchoes> held_;
};

}  // namespace

Expected<void> check_delay(const DelayOptions& delay) {
  if (delay.jitter > delay.fixed) {
    return fail(ErrorCode::usage,
                "echo server: the jitter is at most the delay, around which it lies");
  }
  return {};
}

ServiceFactory echo_service(const DelayOptions& delay) {
  return [delay](ServiceThread& thread) { return std::make_unique<EchoService>(thread, delay); };
}

}  // namespace wskit::serve
