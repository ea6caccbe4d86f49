// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/extensions.h"

namespace wskit::wire {

inline constexpr std::string_view kDeflateName = "permessage-deflate";
inline constexpr int kMinWindowBits = 8;
inline constexpr int kMaxWindowBits = 15;

/// What both ends agreed on (RFC 7692 7.1): each side's compressor obeys its own two.
struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = kMaxWindowBits;
  int client_max_window_bits = kMaxWindowBits;
  bool operator==(const DeflateParameters&) const = default;
};

/// What a client offers. Several offers are alternatives, the preferred one first.
struct DeflateOffer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;  // 8 to 15
  /// Whether the server may limit our window at all (client_max_window_bits without a value).
  bool allow_client_max_window_bits = true;
  std::optional<int> client_max_window_bits;  // 8 to 15
};

/// What a server asks of the connections that offer permessage-deflate.
struct DeflatePolicy {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = kMaxWindowBits;
  /// A wish: it cannot be asked of a client that does not offer client_max_window_bits.
  int client_max_window_bits = kMaxWindowBits;
};

/// As a header would have it, without what is the default: "permessage-deflate;
/// client_no_context_takeover; server_max_window_bits=12".
[[nodiscard]] std::string describe(const DeflateParameters& parameters);

[[nodiscard]] Extension to_extension(const DeflateOffer& offer);

/// Client: what the server's answer means, or ErrorCode::upgrade_bad_extension when it has unknown,
/// duplicate or invalid parameters or fits none of the offers.
[[nodiscard]] Expected<DeflateParameters> accept_deflate(const Extension& answer,
                                                         std::span<const DeflateOffer> offers);

/// A server's choice, and its form for the answer's header.
struct DeflateAnswer {
  DeflateParameters parameters;
  Extension extension;
};

/// Server: the first of the client's offers that is valid, with what the policy asks for. Offers
/// that have unknown, duplicate or invalid parameters are declined, not answered with an error
/// (RFC 7692 7). Nothing when none is left.
[[nodiscard]] std::optional<DeflateAnswer> answer_deflate(std::span<const Extension> offers,
                                                          const DeflatePolicy& policy);

}  // namespace wskit::wire
