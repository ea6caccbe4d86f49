// SPDX-License-Identifier: MIT
#include "net/dialer.h"

#include <utility>

#include "net/dial_attempt.h"

namespace wskit::net {
namespace {

class LoopDialer final : public Dialer {
 public:
  explicit LoopDialer(DialSetup setup) : setup_(std::move(setup)) {}

  Loop& loop() override { return setup_.loop; }

  std::unique_ptr<Dial> dial(const Endpoint& endpoint, DialHandler& handler) override {
    return std::make_unique<DialAttempt>(setup_, endpoint, handler);
  }

 private:
  DialSetup setup_;
};

}  // namespace

Expected<std::unique_ptr<Dialer>> Dialer::create(Loop& loop, Resolver& resolver,
                                                 const DialOptions& options) {
  auto overrides = DialOverrides::create(options);
  if (!overrides) {
    return std::unexpected(overrides.error());
  }
  return std::make_unique<LoopDialer>(
      DialSetup{loop, resolver, options, *std::move(overrides), SourceRotation(options.sources)});
}

}  // namespace wskit::net
