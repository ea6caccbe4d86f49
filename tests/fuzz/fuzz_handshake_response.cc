// SPDX-License-Identifier: MIT
// Any bytes as a server's answer, cut anywhere: the same outcome, the same bytes left over, and no
// more kept than the limits allow.
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "core/check.h"
#include "wire/handshake.h"

namespace {

using wskit::check;
using wskit::wire::ClientHandshake;
using wskit::wire::HandshakeRules;
using wskit::wire::UpgradeOptions;
using wskit::wire::UpgradeRequest;

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr HandshakeRules kRules{.head = {.max_head_bytes = 1000, .max_headers = 10},
                                .max_body_bytes = 100};

const UpgradeRequest& request() {
  static const UpgradeRequest instance = [] {
    UpgradeOptions options;
    options.uri.host = "h";
    options.uri.port = 1;
    options.subprotocols = {"chat", "v2"};
    options.require_subprotocol = false;
    options.deflate = {{.server_max_window_bits = 10}, {}};
    return UpgradeRequest::make(options).value();
  }();
  return instance;
}

struct Outcome {
  ClientHandshake handshake{request(), kKey, kRules};
  std::size_t consumed = 0;
};

/// `seed` 0 is all at once.
Outcome answer(std::string_view bytes, unsigned seed) {
  std::minstd_rand random(seed);
  Outcome outcome;
  while (!bytes.empty() && outcome.handshake.progress() == ClientHandshake::Progress::more) {
    const std::size_t size = seed == 0 ? bytes.size() : 1 + random() % (seed + 1);
    const std::string_view piece = bytes.substr(0, size);
    const std::size_t consumed = outcome.handshake.feed(piece);
    check(
        consumed == piece.size() || outcome.handshake.progress() != ClientHandshake::Progress::more,
        "an answer that is not complete takes all bytes");
    outcome.consumed += consumed;
    bytes.remove_prefix(consumed);
  }
  outcome.handshake.end();
  return outcome;
}

void check_same(const ClientHandshake& whole, const ClientHandshake& pieces) {
  check(whole.progress() == pieces.progress(), "the outcome does not depend on the cuts");
  check(whole.response().head.status == pieces.response().head.status, "nor does the status");
  check(whole.response().subprotocol == pieces.response().subprotocol, "nor the subprotocol");
  check(whole.response().deflate == pieces.response().deflate, "nor the compression");
  if (whole.error()) {
    check(whole.error()->code == pieces.error()->code, "nor the error");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = answer(bytes, 0);
  const Outcome pieces = answer(bytes, data[0]);
  check_same(whole.handshake, pieces.handshake);
  const auto& response = whole.handshake.response();
  check(whole.handshake.progress() != ClientHandshake::Progress::more, "an end ends it");
  check(response.body.size() <= kRules.max_body_bytes, "the body of a refusal keeps its limit");
  check(response.head.headers.size() <= kRules.head.max_headers, "the headers keep their limit");
  if (whole.handshake.progress() == ClientHandshake::Progress::accepted) {
    check(!whole.handshake.error() && response.head.status == 101, "only a 101 is accepted");
    check(response.head.headers.joined("Sec-WebSocket-Accept") == wskit::wire::accept_for(kKey),
          "only the right accept key is accepted");
    check(whole.consumed == pieces.consumed, "the frames begin at the same byte");
  }
  return 0;
}
