// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace wskit::pubsub {

/// The text of the member `name` of a JSON object that is known to be valid, as it stands there;
/// empty when it is not there under exactly this name.
[[nodiscard]] std::string_view json_member_text(std::string_view object, std::string_view name);

}  // namespace wskit::pubsub
