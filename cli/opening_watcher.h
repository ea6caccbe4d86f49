// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "cli/cookie_options.h"
#include "core/error.h"
#include "ws/hop.h"

namespace wskit::cli {

struct ConnectOptions;

/// What the options of all commands want of the openings of connections: -v shows them, and
/// --cookie-jar keeps what they bring. May be told from several threads.
class OpeningWatcher final : public ws::HopWatcher {
 public:
  /// Fails when the cookie jar cannot be written.
  [[nodiscard]] static Expected<std::unique_ptr<OpeningWatcher>> create(
      const ConnectOptions& options, http::CookieJar cookies);

  /// Only the first opening counts: the redirects on its way, and its end.
  void watch_first_only() { first_only_ = true; }
  /// At the end of the work: writes the cookie jar.
  [[nodiscard]] Expected<void> finish();

 private:
  OpeningWatcher(CookieFile cookies, bool verbose)
      : cookies_(std::move(cookies)), verbose_(verbose) {}

  void on_hop(const ws::Hop& hop) override;

  std::mutex mutex_;
  CookieFile cookies_;
  bool verbose_;
  bool first_only_ = false;
  bool seen_all_ = false;
};

}  // namespace wskit::cli
