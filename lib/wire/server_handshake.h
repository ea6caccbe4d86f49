// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "wire/deflate_negotiation.h"
#include "wire/http.h"

namespace wskit::wire {

/// What a server agrees to.
struct UpgradePolicy {
  std::vector<std::string> subprotocols;  // known ones, the preferred first
  std::optional<DeflatePolicy> deflate;   // none: the extension is declined
  std::vector<Header> headers;            // added to the 101, valid ones
};

/// A server's answer to an upgrade request. Anything but 101 is to be followed by a close.
struct UpgradeAnswer {
  int status = 0;
  std::string bytes;
  std::string reason;       // of a refusal, in words
  std::string subprotocol;  // empty when none was picked
  std::optional<DeflateParameters> deflate;
};

/// Judges a client's opening request (RFC 6455 4.2.1) and answers it: 101, or 400, 405 or 426 with
/// what is wrong as the body. A client that offers no known subprotocol gets a 101 without one.
[[nodiscard]] UpgradeAnswer answer_upgrade(const HttpRequest& request,
                                           const UpgradePolicy& policy = {});

/// A refusal with `reason` as its body. `headers` must be valid; Connection: close and the body's
/// own are added.
[[nodiscard]] UpgradeAnswer refuse_upgrade(int status, std::string_view reason,
                                           const std::vector<Header>& headers = {});

/// The refusal for a request that HttpRequestParser failed on: 431 for a limit, else 400.
[[nodiscard]] UpgradeAnswer refuse_upgrade(const Error& error);

/// The reason phrase of a status (RFC 9110 15), "Unknown" for those that wskit does not send.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace wskit::wire
