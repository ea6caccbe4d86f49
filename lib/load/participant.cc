// SPDX-License-Identifier: MIT
#include "load/participant.h"

#include <fmt/format.h>

namespace wskit::load {

Error error_of(const ws::Closed& closed) {
  return {.code = closed.by_peer ? ErrorCode::closed_remote : ErrorCode::closed_local,
          .message = fmt::format("closed with {} ({}){}{}", static_cast<unsigned>(closed.code),
                                 wire::name(closed.code), closed.reason.empty() ? "" : ": ",
                                 closed.reason)};
}

}  // namespace wskit::load
