// SPDX-License-Identifier: MIT
#include "cli/signal_watch.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/command.h"

namespace wskit::cli {

Expected<std::unique_ptr<SignalWatch>> SignalWatch::create(net::Loop& loop, Handler handler,
                                                           Second second) {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaddset(&set, number);
  }
  if (second == Second::told) {
    ::sigaddset(&set, SIGWINCH);
    ::sigaddset(&set, SIGCONT);
  }
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const int descriptor = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) {
    return fail(ErrorCode::local_emfile,
                fmt::format("watch signals: {}", std::generic_category().message(errno)));
  }
  auto signals = std::make_unique<SignalWatch>(descriptor, std::move(handler), second);
  auto watch = loop.watch(descriptor, *signals);
  if (!watch) {
    return std::unexpected(std::move(watch.error()));
  }
  signals->watch_ = std::move(*watch);
  signals->watch_->want(true, false);
  return signals;
}

SignalWatch::SignalWatch(int descriptor, Handler handler, Second second)
    : descriptor_(descriptor), handler_(std::move(handler)), second_(second) {}

SignalWatch::~SignalWatch() {
  watch_.reset();
  ::close(descriptor_);
}

void SignalWatch::on_ready(bool /*readable*/, bool /*writable*/) {
  signalfd_siginfo info{};
  while (::read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const int number = static_cast<int>(info.ssi_signo);
    if (first_ && second_ == Second::ends) {
      std::_Exit(signal_exit_code(number));
    }
    first_ = number;
    handler_(number);
  }
}

}  // namespace wskit::cli
