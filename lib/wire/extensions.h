// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace wskit::wire {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  // without the quotes it may have been written in
  bool operator==(const ExtensionParameter&) const = default;
};

/// One member of a Sec-WebSocket-Extensions header.
struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
  bool operator==(const Extension&) const = default;
};

/// Parses the header's value (RFC 6455 9.1); several header lines are to be joined by commas.
/// Fails with ErrorCode::upgrade_bad_extension.
[[nodiscard]] Expected<std::vector<Extension>> parse_extensions(std::string_view header);

/// "permessage-deflate; client_max_window_bits=10"
[[nodiscard]] std::string to_header(const Extension& extension);

}  // namespace wskit::wire
