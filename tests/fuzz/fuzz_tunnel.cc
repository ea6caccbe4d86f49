// SPDX-License-Identifier: MIT
// Any bytes as a proxy's answers, cut anywhere: the same outcome, and never a password in it. The
// first byte says which protocol, with or without credentials; the second how the rest is cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "core/check.h"
#include "wire/tunnel.h"

namespace {

using wskit::check;
using namespace wskit::wire;

struct Outcome {
  bool complete = false;
  std::optional<wskit::ErrorCode> error;
  std::string sent;
};

std::unique_ptr<Tunnel> make(unsigned kind) {
  const TunnelTarget target{"ws.example", 443};
  const auto credentials =
      (kind & 1U) != 0 ? std::optional(Credentials{"me", "hunter2"}) : std::nullopt;
  return (kind & 2U) != 0 ? socks5_tunnel(target, credentials) : http_tunnel(target, credentials);
}

/// `seed` 0 is all at once.
Outcome answer(unsigned kind, std::string_view bytes, unsigned seed) {
  std::minstd_rand random(seed);
  const auto tunnel = make(kind);
  const std::string_view all = bytes;
  Outcome outcome;
  while (!bytes.empty() && !outcome.error) {
    const std::size_t size = seed == 0 ? bytes.size() : 1 + random() % (seed + 1);
    const auto next = tunnel->feed(bytes.substr(0, size));
    if (next) {
      outcome.sent += *next;
    } else {
      outcome.error = next.error().code;
      // What the proxy says itself is quoted.
      const bool said = all.find("hunter2") != std::string_view::npos;
      check(said || next.error().message.find("hunter2") == std::string::npos,
            "no error has a password");
    }
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  outcome.complete = !outcome.error && tunnel->complete();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kControl = 2;
  if (size < kControl) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data + kControl), size - kControl);
  const Outcome whole = answer(data[0], bytes, 0);
  const Outcome pieces = answer(data[0], bytes, data[1]);
  check(whole.complete == pieces.complete, "the outcome does not depend on the cuts");
  check(whole.error == pieces.error, "nor does the failure");
  check(!whole.error || *whole.error == wskit::ErrorCode::proxy, "failures are the proxy's");
  check(whole.error || whole.sent == pieces.sent, "nor does what is sent");
  return 0;
}
