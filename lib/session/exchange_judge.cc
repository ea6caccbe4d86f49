// SPDX-License-Identifier: MIT
// What an exchange came to, by how its connection ended.
#include <string>

#include <fmt/format.h>

#include "core/bytes.h"
#include "session/exchange.h"

namespace wskit::session {

std::string Exchange::still_wanted() const {
  const Goal& goal = options_.goal;
  const std::string match =
      goal.match ? fmt::format(" to match {}", escape(goal.match->text())) : std::string();
  return fmt::format("{} of {} {}{} came ({} received)", matched_, goal.replies,
                     goal.replies == 1 ? "message" : "messages", match, outcome_.received);
}

std::optional<Error> Exchange::judge(const ConnectionEnd& end) const {
  if (options_.expect_close) {
    const bool met =
        end.close_code && static_cast<std::uint16_t>(*end.close_code) == *options_.expect_close;
    // 1006 says that no Close frame came; it is never on the wire (RFC 6455 7.1.5).
    constexpr std::uint16_t kNone = static_cast<std::uint16_t>(wire::CloseCode::abnormal);
    if (met || (options_.expect_close == kNone && end.error && was_open_ && !finishing_)) {
      return std::nullopt;
    }
    if (!end.error) {
      return Error{.code = ErrorCode::unmet,
                   .message = fmt::format("closed with {}, expected {}", describe_close(end),
                                          *options_.expect_close)};
    }
  }
  // With nobody there to close with, how the exchange ended is all there is to judge.
  const bool alone = end.error && end.error->code == ErrorCode::closed_local;
  if (reached_ || (finishing_ && alone)) {
    return std::nullopt;
  }
  const auto failure = failure_of(end);
  return failure ? failure : judge_close(end);
}

std::optional<Error> Exchange::judge_close(const ConnectionEnd& end) const {
  if (!end.by_peer) {
    return std::nullopt;
  }
  if (options_.goal.replies != 0) {
    return Error{.code = ErrorCode::unmet,
                 .message = fmt::format("the server closed with {}: {}", describe_close(end),
                                        still_wanted())};
  }
  if (!input_done_) {
    return Error{.code = ErrorCode::unmet,
                 .message = fmt::format("the server closed with {} before all was sent; {} {} sent",
                                        describe_close(end), outcome_.sent,
                                        outcome_.sent == 1 ? "message was" : "messages were")};
  }
  return std::nullopt;
}

}  // namespace wskit::session
