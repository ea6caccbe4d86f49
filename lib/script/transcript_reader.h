// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "script/script.h"

namespace wskit::script {

/// The recording (JSON Lines) of a script that is nothing but a transcript, as Transcript writes
/// it: one test, whose steps send and receive literal text, bytes, pings, pongs and Close frames.
/// Direction, type, bytes and times survive; a step without a time has that of the step above it.
/// A client is a connection: "c4" is the fourth, where all are called like this, else by position;
/// its protocol stands in an opening in front of its first message. {{env.NAME}} in a header is a
/// value that the recording does not hold. Whatever else the script has is an error at its place,
/// since only running tells what would be sent and received.
[[nodiscard]] std::expected<std::string, ScriptError> recording_of_transcript(
    const std::string& file, std::string_view text);

}  // namespace wskit::script
