// SPDX-License-Identifier: MIT
#include "ws/server.h"

#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "net/timer.h"

namespace wskit::ws {

/// Reads the request and answers it; gone as soon as the connection is open.
class ServerOpening final : public Opening, net::StreamHandler, net::TimerHandler {
 public:
  ServerOpening(Server& server, Connection& connection, std::unique_ptr<net::Stream> stream,
                const net::SocketAddress& peer)
      : server_(server),
        connection_(connection),
        stream_(std::move(stream)),
        peer_(peer),
        request_(server.options_.request),
        deadline_(server.context_.loop.timers(), *this) {
    stream_->set_handler(*this);
    arm_deadline();
  }

 private:
  void on_data(std::span<std::byte> bytes, Instant received) override {
    if (refusal_) {
      return;
    }
    const auto used = request_.feed(as_text(bytes));
    if (!used) {
      return refuse(wire::refuse_upgrade(used.error()), used.error());
    }
    if (request_.complete()) {
      answer(bytes.subspan(*used), received);
    }
  }

  void on_eof() override {
    fail({.code = ErrorCode::upgrade_closed, .message = "the client left before its request"});
  }

  void on_error(const Error& error) override {
    fail({.code = ErrorCode::upgrade_closed,
          .message = fmt::format("the connection broke during the upgrade: {}", error.message)});
  }

  void on_timer(Instant /*now*/) override {
    fail({.code = ErrorCode::upgrade_timeout,
          .message = fmt::format("no complete upgrade request within {}",
                                 format_duration(server_.options_.open_timeout))});
  }

  void answer(std::span<std::byte> rest, Instant received) {
    const ServerOptions& options = server_.options_;
    wire::UpgradeAnswer answer = options.answer
                                     ? options.answer(request_.message())
                                     : wire::answer_upgrade(request_.message(), options.upgrade);
    if (answer.status != 101) {
      return refuse(answer, {.code = ErrorCode::upgrade_http_status,
                             .message = fmt::format("refused the upgrade with {}: {}",
                                                    answer.status, answer.reason)});
    }
    stream_->write(as_bytes(answer.bytes));
    const Opened opened{.request = &request_.message(),
                        .subprotocol = std::move(answer.subprotocol),
                        .deflate = answer.deflate,
                        .upgraded = received,
                        .peer = peer_};
    // This object ends in begin(): nothing of it may be touched afterwards.
    connection_.begin(std::move(stream_), opened, rest);
  }

  /// Closing at once, with bytes unread, would reset the connection and destroy the answer.
  void refuse(const wire::UpgradeAnswer& answer, const Error& error) {
    refusal_ = error;
    stream_->write(as_bytes(answer.bytes));
    stream_->finish();
    arm_deadline();
  }

  void fail(const Error& error) {
    const Error copy = refusal_.value_or(error);
    connection_.fail_opening({.error = copy});
  }

  void arm_deadline() {
    deadline_.arm(server_.context_.loop.now() + server_.options_.open_timeout);
  }

  Server& server_;
  Connection& connection_;
  std::unique_ptr<net::Stream> stream_;
  net::SocketAddress peer_;
  wire::HttpRequestParser request_;
  net::Timer deadline_;
  std::optional<Error> refusal_;
};

Server::Server(net::Loop& loop, ServerOptions options)
    : options_(std::move(options)), context_(loop, options_.connection) {}

std::unique_ptr<Connection> Server::accept(std::unique_ptr<net::Stream> stream,
                                           const net::SocketAddress& peer, FrameHandler& handler) {
  auto connection = std::make_unique<Connection>(context_, wire::Role::server, handler);
  connection->set_opening(
      std::make_unique<ServerOpening>(*this, *connection, std::move(stream), peer));
  return connection;
}

}  // namespace wskit::ws
