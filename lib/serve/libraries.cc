// SPDX-License-Identifier: MIT
#include "serve/libraries.h"

#include <ev.h>
#include <fmt/format.h>
#include <libwebsockets.h>

namespace wskit::serve {

std::vector<LibraryVersion> libraries() {
  return {{"libwebsockets", lws_get_library_version()},
          {"libev", fmt::format("{}.{}", ev_version_major(), ev_version_minor())}};
}

}  // namespace wskit::serve
