// SPDX-License-Identifier: MIT
#include "session/script_server.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/bytes.h"
#include "net/member_timer.h"
#include "session/connection_end.h"
#include "session/message_handler.h"
#include "session/script_sender.h"
#include "wire/handshake.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::session {
namespace {

/// "/chat" of "ws://{{host}}/chat?x=1", of "/chat" and of the target of a request.
std::string_view path_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    const std::size_t slash = url.find('/', scheme + 3);
    url = slash == std::string_view::npos ? "/" : url.substr(slash);
  }
  return url.substr(0, url.find('?'));
}

std::vector<wire::Header> headers_of(const script::Script& script, const script::Test& test) {
  std::vector<wire::Header> headers;
  for (const auto* level : {&script.head, &test.directives}) {
    for (const auto& header : level->headers) {
      headers.push_back({.name = header.name, .value = header.value.render_with("")});
    }
  }
  return headers;
}

/// The two halves of a script's head and test, the test's first.
template <class Member>
auto either(const script::Script& script, const script::Test& test, Member member) {
  const auto& own = test.directives.*member;
  return own ? own : script.head.*member;
}

/// A 101 that is as wrong as the script wants it.
wire::UpgradeAnswer deviate(wire::UpgradeAnswer answer, const std::string& accept) {
  constexpr std::string_view kName = "Sec-WebSocket-Accept: ";
  const std::size_t at = answer.bytes.find(kName);
  if (at != std::string::npos) {
    const std::size_t begin = at + kName.size();
    answer.bytes.replace(begin, answer.bytes.find("\r\n", begin) - begin, accept);
  }
  return answer;
}

}  // namespace

/// A client and its session.
class ScriptServer::Guest final : MessageHandler, script::Stage {
 public:
  Guest(ScriptServer& server, std::uint64_t number)
      : server_(server), number_(number), options_(server.setup_.options) {
    options_.connection = number;
    options_.seed += number;
  }
  void accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) {
    connection_ = server_.server_.accept(std::move(stream), peer, *this);
  }
  void end_session() {
    if (player_) {
      told_ = true;  // An interrupt is no failure of the client's.
      player_->break_off({.code = ErrorCode::closed_local, .place = {}, .message = "interrupted"});
    }
    close(wire::CloseCode::going_away, {});
  }

 private:
  void on_open(const ws::Opened& opened) override {
    test_ = server_.test_for(*opened.request);
    const script::Directives& head = server_.setup_.script.head;
    if (head.no_pong || test_->directives.no_pong) {
      connection_->leave_pings_unanswered();
    }
    script::Stage& stage = *this;
    player_.emplace(server_.setup_.script, *test_, options_, stage);
    script::Opening opening{.status = 101,
                            .headers = opened.request->headers,
                            .subprotocol = opened.subprotocol,
                            .extensions = {},
                            .body = {}};
    player_->on_open(0, std::move(opening), opened.upgraded);
    player_->start(opened.upgraded);
    go_on();
  }
  void on_received(const script::MessageView& message, Instant at) override {
    player_->on_received(0, message, at);
    go_on();
  }
  void on_drain() override {
    player_->on_drain(0, server_.setup_.loop.now());
    go_on();
  }
  void on_close(const ws::Closed& closed) override {
    const ConnectionEnd end{.close_code = closed.code,
                            .close_reason = std::string(closed.reason),
                            .by_peer = closed.by_peer};
    over({.close_code = end.close_code,
          .close_reason = end.close_reason,
          .what = fmt::format("the client closed with {}", describe_close(end)),
          .is_failure = failure_of(end).has_value(),
          .refusal = {}});
  }
  void on_error(const ws::Failure& failure) override {
    if (!player_) {
      server_.setup_.watcher.on_refused(number_, failure.error);
      connection_.reset();
      return server_.forget(number_);
    }
    over({.what = failure.error.message, .is_failure = true, .refusal = {}});
  }
  void over(script::Ending ending) {
    connection_.reset();
    const bool was_over = player_->done();
    const bool in_order = !ending.is_failure && !server_.setup_.to_the_end;
    player_->on_end(0, std::move(ending), server_.setup_.loop.now());
    if (!was_over && in_order && !(player_->done() && !player_->failure())) {
      told_ = true;
      server_.setup_.watcher.on_left(number_, *test_, player_->place());
    } else if (!player_->done()) {
      player_->break_off({.code = ErrorCode::closed_remote,
                          .place = player_->place(),
                          .message = "the client left before the end of the script"});
    }
    tick_timer_.cancel();
    tell();
    server_.forget(number_);
  }
  void go_on() {
    if (player_->done()) {
      tick_timer_.cancel();
      tell();
      finish();
    } else if (player_->next_tick() == Instant::max()) {
      tick_timer_.cancel();
    } else {
      tick_timer_.arm(player_->next_tick());
    }
  }
  void finish() {
    const auto& failure = player_->failure();
    if (!failure) {
      return close(wire::CloseCode::normal, {});
    }
    const std::string why = fmt::format("line {}: {}", failure->place.line, failure->message);
    close(wire::CloseCode::policy_violation, fits(why));
  }
  static std::string_view fits(std::string_view reason) {
    reason = reason.substr(0, wire::kMaxCloseReason);
    while (!reason.empty() && (static_cast<unsigned char>(reason.back()) & 0x80U) != 0) {
      reason.remove_suffix(1);  // A character may have been cut.
    }
    return reason;
  }
  void close(wire::CloseCode code, std::string_view reason) {
    if (connection_ != nullptr && connection_->is_open()) {
      (void)connection_->close(code, reason);
    }
  }
  void tell() {
    if (player_->done() && !std::exchange(told_, true)) {
      server_.setup_.watcher.on_session(number_, *test_, player_->failure());
    }
  }
  void tick(Instant now) {
    player_->tick(now);
    go_on();
  }

  void open(script::ClientIndex /*client*/, const script::OpenRequest& /*request*/) override {
    check(false, "a server's script does not connect");
  }
  Expected<script::Room> send(script::ClientIndex /*client*/,
                              const script::MessageView& message) override {
    return send_scripted(connection_.get(), message);
  }
  Expected<void> send_raw(script::ClientIndex /*client*/, std::string_view bytes) override {
    return send_scripted_raw(connection_.get(), bytes);
  }
  void drop(script::ClientIndex /*client*/) override {
    check(false, "a server's script does not reconnect");
  }
  void request(const script::PlayedHttpRequest& /*request*/) override {
    check(false, "a server's script makes no requests");
  }
  void step_played(std::uint16_t /*name*/, Nanoseconds /*duration*/) override {}

  ScriptServer& server_;
  std::uint64_t number_;
  script::PlayerOptions options_;
  const script::Test* test_ = nullptr;
  std::optional<script::Player> player_;
  std::unique_ptr<ws::Connection> connection_;
  net::MemberTimer<Guest> tick_timer_{server_.setup_.loop.timers(), *this, &Guest::tick};
  bool told_ = false;
};

ScriptServer::ScriptServer(Setup setup)
    : setup_(std::move(setup)),
      server_(setup_.loop,
              {.connection = {},
               .upgrade = {},
               .answer = [this](const wire::HttpRequest& request) { return answer(request); },
               .request = {}}) {}

ScriptServer::~ScriptServer() = default;

const script::Test* ScriptServer::test_for(const wire::HttpRequest& request) const {
  const std::string_view path = path_of(request.target);
  for (const script::Test& test : setup_.script.tests) {
    const auto& url = test.directives.url ? test.directives.url : setup_.script.head.url;
    if (!url || path_of(url->render_with("")) == path) {
      return &test;
    }
  }
  return nullptr;
}

wire::UpgradeAnswer ScriptServer::answer(const wire::HttpRequest& request) const {
  const script::Test* const test = test_for(request);
  if (test == nullptr) {
    return wire::refuse_upgrade(404, "no test of the script has this path");
  }
  const script::Script& script = setup_.script;
  const std::vector<wire::Header> headers = headers_of(script, *test);
  if (const auto status = either(script, *test, &script::Directives::answer_status)) {
    return wire::refuse_upgrade(*status, wire::reason_phrase(*status), headers);
  }
  wire::UpgradePolicy policy{.subprotocols = {}, .deflate = {}, .headers = headers};
  const auto& own = test->directives.subprotocols;
  const auto& subprotocols = own.empty() ? script.head.subprotocols : own;
  const bool offered = std::ranges::any_of(subprotocols, [&](const std::string& subprotocol) {
    return request.headers.has_token("Sec-WebSocket-Protocol", subprotocol);
  });
  if (offered) {
    policy.subprotocols = subprotocols;
  } else if (!subprotocols.empty()) {
    // The script says so, whatever the client offered.
    policy.headers.push_back({.name = "Sec-WebSocket-Protocol", .value = subprotocols.front()});
  }
  wire::UpgradeAnswer answer = wire::answer_upgrade(request, policy);
  const auto accept = either(script, *test, &script::Directives::accept);
  return accept && answer.status == 101 ? deviate(std::move(answer), *accept) : answer;
}

Expected<void> ScriptServer::listen(const net::SocketAddress& address) {
  auto listener = setup_.loop.listen(address, *this);
  if (!listener) {
    return std::unexpected(std::move(listener.error()));
  }
  listener_ = std::move(*listener);
  return {};
}

void ScriptServer::on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) {
  if (setup_.tls != nullptr) {
    stream = setup_.tls->accept(std::move(stream));
  }
  const std::uint64_t number = ++accepted_;
  auto& guest = guests_.emplace(number, std::make_unique<Guest>(*this, number)).first->second;
  guest->accept(std::move(stream), peer);
}

void ScriptServer::forget(std::uint64_t number) {
  // In a later turn: this is a callback of the guest's.
  setup_.loop.post([this, number] {
    guests_.erase(number);
    if (draining_ && guests_.empty()) {
      setup_.watcher.on_drained();
    }
  });
}

void ScriptServer::drain() {
  draining_ = true;
  listener_.reset();
  for (const auto& [number, guest] : guests_) {
    guest->end_session();
  }
  if (guests_.empty()) {
    setup_.watcher.on_drained();
  }
}

}  // namespace wskit::session
