// SPDX-License-Identifier: MIT
// Any bytes as a client's request, cut anywhere: the same answer, which is always well-formed HTTP.
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "core/check.h"
#include "wire/http.h"
#include "wire/server_handshake.h"

namespace {

using wskit::check;
using wskit::wire::HttpRequestParser;
using wskit::wire::HttpResponseParser;
using wskit::wire::UpgradeAnswer;
using wskit::wire::UpgradePolicy;

/// The answer to as much as came; status 0 while more is needed. `seed` 0 is all at once.
UpgradeAnswer serve(std::string_view bytes, unsigned seed, const UpgradePolicy& policy) {
  std::minstd_rand random(seed);
  HttpRequestParser parser({.max_head_bytes = 1000, .max_headers = 10});
  while (!bytes.empty() && !parser.complete()) {
    const std::size_t size = seed == 0 ? bytes.size() : 1 + random() % (seed + 1);
    const auto consumed = parser.feed(bytes.substr(0, size));
    if (!consumed) {
      return wskit::wire::refuse_upgrade(consumed.error());
    }
    bytes.remove_prefix(*consumed);
  }
  return parser.complete() ? wskit::wire::answer_upgrade(parser.message(), policy)
                           : UpgradeAnswer{};
}

void check_answer(const UpgradeAnswer& answer) {
  HttpResponseParser parser;
  const auto consumed = parser.feed(answer.bytes);
  check(consumed.has_value() && parser.complete(), "an answer is an HTTP head");
  check(parser.message().status == answer.status, "an answer has its status");
  const std::size_t body_bytes = answer.bytes.size() - *consumed;
  const std::string length = parser.message().headers.joined("Content-Length");
  check(answer.status == 101 ? length.empty() && body_bytes == 0
                             : length == std::to_string(body_bytes),
        "an answer has the body that it claims");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const UpgradePolicy policy{.subprotocols = {"chat"},
                             .deflate = wskit::wire::DeflatePolicy{.client_max_window_bits = 10}};
  const UpgradeAnswer whole = serve(bytes, 0, policy);
  const UpgradeAnswer pieces = serve(bytes, data[0], policy);
  check(whole.status == pieces.status, "the answer does not depend on the cuts");
  if (whole.status != 0) {
    check_answer(whole);
    check_answer(pieces);
  }
  return 0;
}
