// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/exchange_options.h"
#include "core/error.h"
#include "net/loop.h"
#include "session/input.h"

namespace wskit::cli {

using MakeInput = std::function<Expected<std::unique_ptr<session::Input>>(net::Loop&)>;

/// Whether messages on the command line leave standard input to be read: none, or "-" alone.
[[nodiscard]] bool reads_standard_input(const std::vector<std::string>& messages);

/// The messages of the command line or, as reads_standard_input() says, those on standard input.
/// Fails with what contradicts what, or for text that is not UTF-8.
[[nodiscard]] Expected<MakeInput> make_message_input(const MessageFlags& flags,
                                                     const std::vector<std::string>& messages,
                                                     std::uint64_t max_bytes);

}  // namespace wskit::cli
