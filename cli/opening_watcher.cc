// SPDX-License-Identifier: MIT
#include "cli/opening_watcher.h"

#include <utility>

#include "cli/connect_options.h"
#include "cli/handshake_trace.h"
#include "cli/standard_streams.h"

namespace wskit::cli {

Expected<std::unique_ptr<OpeningWatcher>> OpeningWatcher::create(const ConnectOptions& options,
                                                                 http::CookieJar cookies) {
  auto file = CookieFile::open(options, std::move(cookies));
  if (!file) {
    return std::unexpected(std::move(file.error()));
  }
  return std::unique_ptr<OpeningWatcher>(new OpeningWatcher(std::move(*file), options.verbose > 0));
}

void OpeningWatcher::on_hop(const ws::Hop& hop) {
  const std::scoped_lock lock(mutex_);
  if (seen_all_) {
    return;
  }
  constexpr int kFirstRedirect = 300;
  const bool followed = hop.error == nullptr && hop.response.head.status >= kFirstRedirect;
  seen_all_ = first_only_ && !followed;
  cookies_.take(hop.request.options().uri, hop.response.head.headers);
  if (verbose_) {
    say(handshake_trace(hop));
  }
}

Expected<void> OpeningWatcher::finish() {
  const std::scoped_lock lock(mutex_);
  return cookies_.save();
}

}  // namespace wskit::cli
