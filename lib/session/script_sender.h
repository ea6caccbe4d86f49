// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "core/error.h"
#include "script/message.h"
#include "script/player.h"

namespace wskit::ws {
class Connection;
}

namespace wskit::session {

/// Sends what a script says over a connection, which may be null or closing: then it fails with
/// ErrorCode::closed_remote. Fails with ErrorCode::usage for a control frame that is too long and
/// ErrorCode::too_big when the peer does not read.
[[nodiscard]] Expected<script::Room> send_scripted(ws::Connection* connection,
                                                   const script::MessageView& message);
[[nodiscard]] Expected<void> send_scripted_raw(ws::Connection* connection, std::string_view bytes);

}  // namespace wskit::session
