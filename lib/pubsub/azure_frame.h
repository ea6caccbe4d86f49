// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "pubsub/piece.h"

namespace wskit::pubsub {

// What a service of json.webpubsub.azure.v1 and json.reliable.webpubsub.azure.v1 sends beside
// messages (Format::azure_frame), each as one text frame. All texts are UTF-8.

struct AzureConnected {
  std::string_view connection;
  std::string_view user;   // may be empty
  std::string_view token;  // to come back with; empty: this cannot be taken up again
};

[[nodiscard]] Piece azure_connected(const AzureConnected& connected);
[[nodiscard]] Piece azure_disconnected(std::string_view why);
[[nodiscard]] Piece azure_pong();
[[nodiscard]] Piece azure_ack(std::uint64_t ack_id);

/// Why a request was not served, by the names of the protocol.
enum class AzureFailure : std::uint8_t { forbidden, internal, duplicate };
[[nodiscard]] Piece azure_failed_ack(std::uint64_t ack_id, AzureFailure failure,
                                     std::string_view why);
[[nodiscard]] Piece azure_failed_invoke(std::string_view id, std::string_view why);

/// A message in Format::azure_frame with its place in what one connection gets.
[[nodiscard]] Piece azure_numbered(const Piece& message, std::uint64_t sequence);

}  // namespace wskit::pubsub
