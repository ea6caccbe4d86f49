// SPDX-License-Identifier: MIT
#include "serve/libraries.h"

#include <string_view>

#include <ev.h>
#include <fmt/format.h>
#include <libwebsockets.h>

namespace wskit::serve {

std::vector<LibraryVersion> libraries() {
  // "4.1.6-": the dash is for a commit, which Debian's build does not have.
  const std::string_view version = lws_get_library_version();
  return {{"libwebsockets", std::string(version.substr(0, version.find('-')))},
          {"libev", fmt::format("{}.{}", ev_version_major(), ev_version_minor())}};
}

}  // namespace wskit::serve
