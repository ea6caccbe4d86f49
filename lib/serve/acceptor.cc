// SPDX-License-Identifier: MIT
#include "serve/acceptor.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wskit::serve {
namespace {

// Between two looks whether descriptors have become free, as nginx's accept_mutex_delay.
constexpr double kRetrySeconds = 0.1;
// Between two lines about it.
constexpr double kSilenceSeconds = 10;
// Accepted in one go before what is already open gets its turn.
constexpr int kBurst = 64;

}  // namespace

Acceptor::Acceptor(ev::loop_ref loop, ListeningSocket socket, const LogSink& log, Handler handler)
    : socket_(std::move(socket)),
      log_(log),
      handler_(std::move(handler)),
      readable_(loop),
      retry_(loop) {
  readable_.set<Acceptor, &Acceptor::on_readable>(this);
  retry_.set<Acceptor, &Acceptor::on_retry>(this);
  readable_.start(socket_.fd(), ev::READ);
}

void Acceptor::close() {
  readable_.stop();
  retry_.stop();
  socket_.close();
}

void Acceptor::on_readable() noexcept {
  for (int i = 0; i < kBurst && accept_one(); ++i) {
  }
}

bool Acceptor::accept_one() {
  UniqueFd connection(::accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!connection) {
    const bool again = errno == EINTR || errno == ECONNABORTED;
    if (!again && errno != EAGAIN) {
      pause(errno);
    }
    return again;
  }
  short_of_descriptors_ = false;
  if (!socket_.address().is_unix()) {
    const int on = 1;
    ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  handler_(std::move(connection));
  return true;
}

void Acceptor::pause(int error) {
  readable_.stop();
  retry_.start(kRetrySeconds);
  if (pause_handler_) {
    pause_handler_();
  }
  const ev_tstamp now = ev_time();
  if (!short_of_descriptors_ && now - last_told_ >= kSilenceSeconds && log_) {
    last_told_ = now;
    log_line(log_, LogLevel::warning,
             fmt::format("accept: {}; new connections wait until others close",
                         std::generic_category().message(error)));
  }
  short_of_descriptors_ = true;
}

void Acceptor::on_retry() noexcept {
  readable_.start();
}

}  // namespace wskit::serve
