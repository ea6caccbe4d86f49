// SPDX-License-Identifier: MIT
#pragma once

#include <expected>

#include "script/script.h"

namespace wskit::script {

/// Turns a client's script round, so that a server can play the other side of it: what was sent is
/// waited for, what was expected is sent. Waiting, checks and requests of the client's are left
/// out. Fails at the line of what is not literal: a pattern that many messages fit, a capture, a
/// placeholder, a second client.
[[nodiscard]] std::expected<Script, ScriptError> mirrored(Script script);

}  // namespace wskit::script
