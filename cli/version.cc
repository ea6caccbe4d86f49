// SPDX-License-Identifier: MIT
#include "cli/version.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "core/library_version.h"
#include "net/libraries.h"
#include "net/loop.h"
#include "script/regex.h"
#include "serve/libraries.h"
#include "wire/libraries.h"

namespace wskit::cli {

std::map<std::string, std::string> versions() {
  std::map<std::string, std::string> versions{
      {"wskit", WSKIT_VERSION}, {"cli11", CLI11_VERSION}, {"libedit", WSKIT_LIBEDIT_VERSION}};
  for (const auto& libraries : {core_libraries(), net::libraries(), script::libraries(),
                                serve::libraries(), wire::libraries()}) {
    for (const LibraryVersion& library : libraries) {
      versions[library.name] = library.version;
    }
  }
  return versions;
}

std::string version_text() {
  std::string text = fmt::format("wskit {}\n", WSKIT_VERSION);
  for (const auto& [name, version] : versions()) {
    if (name != "wskit") {
      text += fmt::format("{} {}\n", name, version);
    }
  }
  const auto uring = net::make_loop(net::IoChoice::uring);
  text += fmt::format("io: epoll, {}",
                      uring ? "uring" : "uring not usable here (" + uring.error().message + ")");
  return text;
}

}  // namespace wskit::cli
