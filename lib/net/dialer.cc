// SPDX-License-Identifier: MIT
#include "net/dialer.h"

#include <utility>

#include "net/dial_attempt.h"

namespace wskit::net {
namespace {

/// A dial that ended before it began.
class FailedDial final : public Dial, private TimerHandler {
 public:
  FailedDial(Loop& loop, DialHandler& handler, Error error)
      : handler_(handler), error_(std::move(error)), timer_(loop.timers(), *this) {
    timer_.arm(loop.now());
  }

 private:
  void on_timer(Instant /*now*/) override {
    // The handler may destroy this dial, and the error with it.
    const Error error = std::move(error_);
    handler_.on_dial_failed(error);
  }

  DialHandler& handler_;
  Error error_;
  Timer timer_;
};

class LoopDialer final : public Dialer {
 public:
  explicit LoopDialer(DialSetup setup) : setup_(std::move(setup)) {}

  Loop& loop() override { return setup_.loop; }

  std::unique_ptr<Dial> dial(const Endpoint& endpoint, DialHandler& handler) override {
    if (endpoint.secure) {
      if (auto ready = make_tls_context(); !ready) {
        return std::make_unique<FailedDial>(setup_.loop, handler, std::move(ready.error()));
      }
    }
    return std::make_unique<DialAttempt>(setup_, endpoint, handler);
  }

  Expected<void> make_tls_context() {
    if (setup_.tls) {
      return {};
    }
    auto context = TlsContext::create(setup_.options.tls);
    if (!context) {
      return std::unexpected(std::move(context.error()));
    }
    setup_.tls = *std::move(context);
    return {};
  }

 private:
  DialSetup setup_;
};

}  // namespace

Expected<std::unique_ptr<Dialer>> Dialer::create(Loop& loop, Resolver& resolver,
                                                 const DialOptions& options) {
  auto overrides = DialOverrides::create(options);
  if (!overrides) {
    return std::unexpected(std::move(overrides.error()));
  }
  auto dialer = std::make_unique<LoopDialer>(
      DialSetup{loop, resolver, options, *std::move(overrides), SourceRotation(options.sources)});
  // Without an option there is nothing to refuse early, and OpenSSL takes milliseconds to start.
  if (options.tls != TlsOptions()) {
    if (auto usable = dialer->make_tls_context(); !usable) {
      return std::unexpected(std::move(usable.error()));
    }
  }
  return dialer;
}

}  // namespace wskit::net
