// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "cli/serve_options.h"
#include "core/error.h"
#include "serve/service.h"

namespace wskit::cli {

/// Serves until a signal has let what is open end in order, or a second one has cut it. `name` is
/// the subcommand's, for messages.
[[nodiscard]] Expected<void> serve_until_signalled(std::string_view name,
                                                   const ServeOptions& options,
                                                   serve::ServiceFactory service);

}  // namespace wskit::cli
