// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "serve/echo_service.h"
#include "serve/server.h"
#include "tests/support/catch.h"
#include "tests/support/raw_client.h"

namespace wskit::test {

inline constexpr unsigned kText = 0x81;
inline constexpr unsigned kBinary = 0x82;
inline constexpr unsigned kClose = 0x88;
inline constexpr unsigned kPing = 0x89;
inline constexpr unsigned kPong = 0x8A;
// Not the last of their message.
inline constexpr unsigned kTextBegins = 0x01;
inline constexpr unsigned kBinaryBegins = 0x02;
inline constexpr unsigned kGoesOn = 0x00;
inline constexpr unsigned kEnds = 0x80;

/// An echo server in this process, on a free port of loopback.
inline std::unique_ptr<serve::Server> start_echo(serve::ServerOptions options = {},
                                                 const serve::DelayOptions& delay = {}) {
  auto server = serve::Server::start(std::move(options), serve::echo_service(delay));
  if (!server) {
    FAIL(server.error().message);
  }
  return std::move(*server);
}

inline std::string repeated(const std::string& frame, std::size_t times) {
  std::string all;
  all.reserve(frame.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    all += frame;
  }
  return all;
}

/// The text of the next message, which must be one unfragmented text frame.
inline std::string read_text(RawClient& client) {
  const auto frame = client.read_frame();
  return frame && frame->fin && frame->opcode == 1 ? frame->payload : "no text";
}

}  // namespace wskit::test
