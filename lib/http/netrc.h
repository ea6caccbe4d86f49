// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "core/error.h"
#include "wire/authority.h"

namespace wskit::http {

/// Looks a login up in the text of a .netrc file, as curl does: the first `machine` of that name,
/// or `default`; only one with this `user` unless that is empty. Words may be quoted ("a \"b\" c"),
/// and macros are skipped. Fails with ErrorCode::usage for what cannot be read.
[[nodiscard]] Expected<std::optional<wire::Credentials>> find_in_netrc(std::string_view text,
                                                                       std::string_view host,
                                                                       std::string_view user);

}  // namespace wskit::http
