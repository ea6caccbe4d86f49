// SPDX-License-Identifier: MIT
#include "session/script_run.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "session/connection_end.h"
#include "session/message_handler.h"
#include "session/script_sender.h"
#include "wire/excerpt.h"

namespace wskit::session {
namespace {

script::Opening opening_of(const wire::HttpResponse& response) {
  return {.status = response.status,
          .headers = response.headers,
          .subprotocol = response.headers.joined("Sec-WebSocket-Protocol"),
          .extensions = response.headers.joined("Sec-WebSocket-Extensions"),
          .body = {}};
}

}  // namespace

/// A client of the test and its connection.
class ScriptRun::Seat final : MessageHandler {
 public:
  Seat(ScriptRun& run, script::ClientIndex index) : run_(run), index_(index) {}

  Expected<void> open(const script::OpenRequest& request) {
    auto client = run_.setup_.network.client(request);
    if (!client) {
      return std::unexpected(std::move(client.error()));
    }
    client_ = std::move(*client);
    connection_ = client_->client().connect(*this);
    return {};
  }
  void fail_later(const Error& error) {
    auto fail = [this, error](Instant now) {
      run_.player_.on_end(index_, {.what = error.message, .is_failure = true}, now);
      run_.go_on();
    };
    pending_ = std::move(fail);
    failing_.arm(run_.setup_.loop.now());
  }
  void drop() {
    connection_.reset();
    client_.reset();
    failing_.cancel();
  }
  [[nodiscard]] ws::Connection* connection() { return connection_.get(); }

 private:
  void on_open(const ws::Opened& opened) override {
    if (run_.setup_.watcher != nullptr) {
      run_.setup_.watcher->on_open(index_, opened);
    }
    run_.player_.on_open(index_, opening_of(opened.response), opened.upgraded);
    run_.go_on();
  }
  void on_received(const script::MessageView& message, Instant at) override {
    run_.saw(index_, script::Direction::recv, message, at);
    run_.player_.on_received(index_, message, at);
    run_.go_on();
  }
  void on_drain() override {
    run_.player_.on_drain(index_, run_.setup_.loop.now());
    run_.go_on();
  }
  void on_close(const ws::Closed& closed) override {
    const Instant now = run_.setup_.loop.now();
    const ConnectionEnd end{.close_code = closed.code,
                            .close_reason = std::string(closed.reason),
                            .by_peer = closed.by_peer};
    run_.saw(index_, script::Direction::recv,
             {.type = script::MessageType::close, .payload = closed.reason, .code = closed.code},
             now);
    connection_.reset();
    run_.player_.on_end(index_,
                        {.close_code = end.close_code,
                         .close_reason = end.close_reason,
                         .what = describe(end),
                         .is_failure = failure_of(end).has_value(),
                         .refusal = {}},
                        now);
    run_.go_on();
  }
  void on_error(const ws::Failure& failure) override {
    script::Ending ending{.what = failure.error.message, .is_failure = true};
    if (failure.response != nullptr) {
      ending.refusal = opening_of(*failure.response);
      ending.refusal->body = failure.body;
    }
    if (const std::string said = wire::excerpt(failure.body); !said.empty()) {
      ending.what += fmt::format(" and said: {}", said);
    }
    connection_.reset();
    run_.player_.on_end(index_, std::move(ending), run_.setup_.loop.now());
    run_.go_on();
  }
  void fail_now(Instant now) { pending_(now); }

  ScriptRun& run_;
  script::ClientIndex index_;
  std::unique_ptr<ScriptClient> client_;
  std::unique_ptr<ws::Connection> connection_;
  std::function<void(Instant)> pending_;
  net::MemberTimer<Seat> failing_{run_.setup_.loop.timers(), *this, &Seat::fail_now};
};

ScriptRun::ScriptRun(Setup setup)
    : setup_(std::move(setup)),
      player_(setup_.script, setup_.test, setup_.options, *this),
      tick_timer_(setup_.loop.timers(), *this, &ScriptRun::tick),
      time_timer_(setup_.loop.timers(), *this, &ScriptRun::time_over),
      patience_timer_(setup_.loop.timers(), *this, &ScriptRun::finish) {
  for (std::size_t i = 0; i < setup_.test.clients.size(); ++i) {
    seats_.push_back(std::make_unique<Seat>(*this, static_cast<script::ClientIndex>(i)));
  }
}

ScriptRun::~ScriptRun() = default;

void ScriptRun::start() {
  began_ = setup_.loop.now();
  if (setup_.max_time > Nanoseconds(0)) {
    time_timer_.arm(began_ + setup_.max_time);
  }
  player_.start(began_);
  go_on();
}

void ScriptRun::interrupt() {
  player_.break_off(
      {.code = ErrorCode::closed_local, .place = player_.place(), .message = "interrupted"});
  go_on();
}

script::Failure ScriptRun::overrun() const {
  return {.code = ErrorCode::local_limit,
          .place = player_.place(),
          .message = fmt::format("the test took longer than {}; --max-time says how long "
                                 "it may take",
                                 format_duration(setup_.max_time))};
}

void ScriptRun::time_over(Instant /*now*/) {
  player_.break_off(overrun());
  go_on();
}

void ScriptRun::saw(script::ClientIndex client, script::Direction direction,
                    const script::MessageView& message, Instant at) const {
  if (setup_.watcher != nullptr) {
    setup_.watcher->on_frame(client, direction, message, at);
  }
}

void ScriptRun::go_on() {
  if (closing_) {
    check_closed();
    return;
  }
  if (player_.done()) {
    closing_ = true;
    duration_ = setup_.loop.now() - began_;
    const bool overran = setup_.max_time > Nanoseconds(0) && duration_ > setup_.max_time;
    if (overran && !player_.failure()) {
      // Its last step took so long that the timer had no chance.
      overrun_ = overrun();
    }
    tick_timer_.cancel();
    time_timer_.cancel();
    close_all();
    return;
  }
  if (player_.next_tick() == Instant::max()) {
    tick_timer_.cancel();
  } else {
    tick_timer_.arm(player_.next_tick());
  }
}

void ScriptRun::tick(Instant now) {
  player_.tick(now);
  go_on();
}

void ScriptRun::close_all() {
  request_.reset();
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    ws::Connection* const connection = seats_[i]->connection();
    if (connection != nullptr && connection->is_open()) {
      saw(static_cast<script::ClientIndex>(i), script::Direction::send,
          {.type = script::MessageType::close, .code = wire::CloseCode::normal}, setup_.loop.now());
      (void)connection->close();
    } else if (connection != nullptr && player_.failure()) {
      seats_[i]->drop();
    }
  }
  patience_timer_.arm(setup_.loop.now() + kClosePatience);
  check_closed();
}

void ScriptRun::check_closed() {
  for (const auto& seat : seats_) {
    if (seat->connection() != nullptr) {
      return;
    }
  }
  // In a turn of its own: this may be a connection's callback.
  patience_timer_.arm(setup_.loop.now());
}

void ScriptRun::finish(Instant /*now*/) {
  for (const auto& seat : seats_) {
    seat->drop();
  }
  setup_.on_done();
}

void ScriptRun::open(script::ClientIndex client, const script::OpenRequest& request) {
  if (const auto opened = seats_[client]->open(request); !opened) {
    seats_[client]->fail_later(opened.error());
  }
}

Expected<script::Room> ScriptRun::send(script::ClientIndex client,
                                       const script::MessageView& message) {
  ws::Connection* const connection = seats_[client]->connection();
  if (connection == nullptr || !connection->is_open()) {
    return fail(ErrorCode::closed_remote, "the connection is closing");
  }
  saw(client, script::Direction::send, message, setup_.loop.now());
  return send_scripted(connection, message);
}

Expected<void> ScriptRun::send_raw(script::ClientIndex client, std::string_view bytes) {
  return send_scripted_raw(seats_[client]->connection(), bytes);
}

void ScriptRun::drop(script::ClientIndex client) {
  seats_[client]->drop();
}

void ScriptRun::request(const script::PlayedHttpRequest& request) {
  const auto answered = [this](const Expected<script::PlayedHttpAnswer>& answer) {
    player_.on_answer(answer, setup_.loop.now());
    go_on();
  };
  auto made = setup_.network.request(request, answered);
  if (!made) {
    player_.break_off(
        {.code = made.error().code, .place = player_.place(), .message = made.error().message});
    return;
  }
  request_ = std::move(*made);
}

}  // namespace wskit::session
