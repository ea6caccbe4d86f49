// SPDX-License-Identifier: MIT
#include "serve/web_page.h"

#include <array>
#include <cstddef>

#include <openssl/sha.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/check.h"

namespace wskit::serve {
namespace {

/// The hash of what is within the first element of that name, as a source of a policy.
std::string hash_within(std::string_view page, std::string_view element) {
  const std::string open = "<" + std::string(element) + ">";
  const std::size_t begin = page.find(open);
  check(begin != std::string_view::npos, "the page has its style and its script in it");
  const std::size_t first = begin + open.size();
  const std::string_view text =
      page.substr(first, page.find("</" + std::string(element), first) - first);
  std::array<std::byte, SHA256_DIGEST_LENGTH> hash{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
  return "'sha256-" + base64_encode(as_text(hash)) + "'";
}

}  // namespace

std::string security_policy_of(std::string_view page) {
  return "default-src 'none'; script-src " + hash_within(page, "script") + "; style-src " +
         hash_within(page, "style") +
         "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'; require-trusted-types-for 'script'";
}

void show_page(HttpExchange& exchange) {
  static const std::string kPolicy = security_policy_of(web_page());
  exchange.respond({.content_type = "text/html; charset=utf-8",
                    .headers = {{"Content-Security-Policy", kPolicy},
                                {"Cache-Control", "no-cache"},
                                {"X-Content-Type-Options", "nosniff"},
                                {"Referrer-Policy", "no-referrer"},
                                {"Cross-Origin-Opener-Policy", "same-origin"},
                                {"Cross-Origin-Resource-Policy", "same-origin"}},
                    .body = web_page()});
}

}  // namespace wskit::serve
