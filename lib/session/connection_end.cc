// SPDX-License-Identifier: MIT
#include "session/connection_end.h"

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::session {
namespace {

/// The peer is through, or goes, or does not say.
bool is_normal(wire::CloseCode code) {
  return code == wire::CloseCode::normal || code == wire::CloseCode::going_away ||
         code == wire::CloseCode::no_status;
}

}  // namespace

std::string describe_close(const ConnectionEnd& end) {
  std::string text =
      fmt::format("{} ({})", static_cast<unsigned>(*end.close_code), wire::name(*end.close_code));
  if (!end.close_reason.empty()) {
    text += ": " + escape(end.close_reason, wire::kMaxCloseReason);
  }
  return text;
}

std::string describe(const ConnectionEnd& end) {
  return end.error ? end.error->message
                   : fmt::format("the server closed with {}", describe_close(end));
}

std::optional<Error> failure_of(const ConnectionEnd& end) {
  if (end.error || !end.by_peer || is_normal(*end.close_code)) {
    return end.error;
  }
  return Error{.code = ErrorCode::closed_remote, .message = describe(end)};
}

}  // namespace wskit::session
