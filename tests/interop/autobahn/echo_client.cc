// SPDX-License-Identifier: MIT
// What Autobahn's fuzzing server asks of a client: runs its cases one after another, each on a
// connection that echoes every message, then has the reports written.
//   autobahn_echo_client URL AGENT
// Exits with 1 when the server could not be talked to; how a case went stands in the reports only.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/bytes.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "wire/handshake.h"
#include "wire/uri.h"
#include "ws/client.h"
#include "ws/handler.h"

namespace {

using namespace wskit;

/// One connection at a time, from connect() to its last callback.
class Conversation final : public ws::Handler {
 public:
  Conversation(net::Loop& loop, net::Dialer& dialer) : loop_(loop), dialer_(dialer) {}

  /// Returns when the connection has ended. Fails when it never was open. Echoes if `echo`, else
  /// keeps the latest message.
  Expected<void> hold(const std::string& url, bool echo) {
    auto uri = wire::parse_uri(url);
    if (!uri) {
      return std::unexpected(std::move(uri.error()));
    }
    // With these hints the server's answers of classes 12 and 13 may ask for anything.
    const wire::DeflateOffer offer{.client_no_context_takeover = true};
    auto request = wire::UpgradeRequest::make({.uri = *std::move(uri), .deflate = {offer}});
    if (!request) {
      return std::unexpected(std::move(request.error()));
    }
    echo_ = echo;
    opened_ = false;
    error_.reset();
    ws::Client client(dialer_, *std::move(request));
    connection_ = client.connect(*this);
    loop_.run();
    connection_.reset();
    if (!opened_) {
      return std::unexpected(*std::move(error_));
    }
    return {};
  }

  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  void on_open(const ws::Opened& /*opened*/) override { opened_ = true; }

  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received /*received*/) override {
    if (echo_) {
      connection_->send(type, payload);
    } else {
      message_ = as_text(payload);
    }
  }

  void on_close(const ws::Closed& /*closed*/) override { loop_.stop(); }

  void on_error(const ws::Failure& failure) override {
    error_ = failure.error;
    loop_.stop();
  }

  net::Loop& loop_;
  net::Dialer& dialer_;
  std::unique_ptr<ws::Connection> connection_;
  bool echo_ = false;
  bool opened_ = false;
  std::optional<Error> error_;
  std::string message_;
};

Expected<unsigned> count_cases(Conversation& conversation, const std::string& server) {
  if (auto held = conversation.hold(server + "/getCaseCount", false); !held) {
    return std::unexpected(std::move(held.error()));
  }
  const std::string& text = conversation.message();
  unsigned count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return fail(ErrorCode::internal, fmt::format("the number of cases is '{}'", escape(text)));
  }
  return count;
}

Expected<void> run_cases(std::string_view url, std::string_view agent) {
  const std::string server(url.substr(0, url.find_last_not_of('/') + 1));
  auto loop = net::make_loop(net::IoChoice::automatic);
  if (!loop) {
    return std::unexpected(std::move(loop.error()));
  }
  const auto resolver = net::Resolver::create();
  auto dialer = net::Dialer::create(**loop, *resolver, {});
  if (!dialer) {
    return std::unexpected(std::move(dialer.error()));
  }
  Conversation conversation(**loop, **dialer);
  const auto count = count_cases(conversation, server);
  if (!count) {
    return std::unexpected(count.error());
  }
  for (unsigned i = 1; i <= *count; ++i) {
    const auto held =
        conversation.hold(fmt::format("{}/runCase?case={}&agent={}", server, i, agent), true);
    if (!held) {
      return held;
    }
  }
  return conversation.hold(fmt::format("{}/updateReports?agent={}", server, agent), false);
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 3) {
    fmt::print(stderr, "usage: autobahn_echo_client URL AGENT\n");
    return 2;
  }
  const auto ran = run_cases(arguments[1], arguments[2]);
  if (!ran) {
    fmt::print(stderr, "autobahn_echo_client: {}\n", ran.error().message);
    return 1;
  }
  return 0;
}
