// SPDX-License-Identifier: MIT
#include "net/dialer.h"

#include <utility>

#include "net/dial_attempt.h"
#include "net/proxy_dial.h"

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
  LoopDialer(DialSetup setup, DialSetup to_proxies)
      : setup_(std::move(setup)), to_proxies_(std::move(to_proxies)) {}

  Loop& loop() override { return setup_.loop; }

  std::unique_ptr<Dial> dial(const Endpoint& endpoint, DialHandler& handler) override {
    const ProxyServer* const proxy = proxy_for(setup_.options.proxy, endpoint);
    const bool secure_proxy = proxy != nullptr && proxy->kind == ProxyKind::https;
    auto ready = endpoint.secure ? make_tls_context(setup_) : Expected<void>();
    if (ready && secure_proxy) {
      ready = make_tls_context(to_proxies_);
    }
    if (!ready) {
      return std::make_unique<FailedDial>(setup_.loop, handler, std::move(ready.error()));
    }
    if (proxy != nullptr) {
      return std::make_unique<ProxyDial>(ProxyPath{*proxy, setup_, to_proxies_}, endpoint, handler);
    }
    return std::make_unique<DialAttempt>(setup_, endpoint, handler, setup_.loop.now());
  }

  /// Without an option there is nothing to refuse early, and OpenSSL takes milliseconds to start.
  Expected<void> check_tls_options() {
    const auto usable = [](DialSetup& setup) {
      return setup.options.tls == TlsOptions() ? Expected<void>() : make_tls_context(setup);
    };
    auto checked = usable(setup_);
    return checked ? usable(to_proxies_) : checked;
  }

 private:
  static Expected<void> make_tls_context(DialSetup& setup) {
    if (setup.tls) {
      return {};
    }
    auto context = TlsContext::create(setup.options.tls);
    if (!context) {
      return std::unexpected(std::move(context.error()));
    }
    setup.tls = *std::move(context);
    return {};
  }

  DialSetup setup_;
  DialSetup to_proxies_;
};

}  // namespace

Expected<std::unique_ptr<Dialer>> Dialer::create(Loop& loop, Resolver& resolver,
                                                 const DialOptions& options) {
  auto overrides = DialOverrides::create(options);
  if (!overrides) {
    return std::unexpected(std::move(overrides.error()));
  }
  // --connect-to says where the tunnel leads, --resolve also where the proxy is.
  DialOptions to_proxies = options;
  to_proxies.connect_to.clear();
  to_proxies.tls = options.proxy.tls;
  auto proxy_overrides = DialOverrides::create(to_proxies);
  if (!proxy_overrides) {
    return std::unexpected(std::move(proxy_overrides.error()));
  }
  auto dialer = std::make_unique<LoopDialer>(
      DialSetup{loop, resolver, options, *std::move(overrides), SourceRotation(options.sources)},
      DialSetup{loop, resolver, std::move(to_proxies), *std::move(proxy_overrides),
                SourceRotation(options.sources)});
  if (auto usable = dialer->check_tls_options(); !usable) {
    return std::unexpected(std::move(usable.error()));
  }
  return dialer;
}

}  // namespace wskit::net
