// SPDX-License-Identifier: MIT
// Any bytes as the Location (the first line) and the cookies (the others) of a redirect: what is
// asked for next is a sound request, TLS is never given up, and a cookie jar reads what it wrote.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.h"
#include "http/cookie_jar.h"
#include "http/redirect.h"
#include "wire/handshake.h"

namespace {

using wskit::check;
using namespace wskit::http;
namespace wire = wskit::wire;

constexpr UnixTime kNow = 1'800'000'000;

wire::UpgradeRequest request(bool tls) {
  wire::UpgradeOptions options;
  options.uri.tls = tls;
  options.uri.host = "ws.example";
  options.uri.port = tls ? 443 : 80;
  options.uri.target = "/a/b?c";
  options.uri.credentials = {"me", "hunter2"};
  return wire::UpgradeRequest::make(options).value();
}

void check_jar(const CookieJar& jar) {
  const auto again = CookieJar::parse(jar.text());
  check(again.has_value(), "a jar reads what it wrote");
  check(again->text() == jar.text(), "and finds the same in it");
}

void follow(bool tls, const wire::HttpResponse& answer) {
  const wire::UpgradeRequest first = request(tls);
  const RedirectOptions options{.max = 3, .now = kNow};
  Redirects redirects(options);
  const auto next = redirects.follow(first, answer);
  if (!next) {
    check(next.error().code == wskit::ErrorCode::upgrade_http_status, "a refusal has its code");
    return;
  }
  const wire::Uri& uri = next->options().uri;
  check(uri.tls || !tls, "TLS is not given up");
  check(wire::parse_uri((uri.tls ? "wss://" : "ws://") + uri.host_port() + uri.target).has_value(),
        "it leads to a URL");
  const bool same_host = uri.host == "ws.example";
  check(same_host || !uri.credentials || uri.credentials->password != "hunter2",
        "credentials stay behind");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  wire::HttpResponse answer;
  answer.status = 302;
  const char* name = "Location";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // The parser of answers lets nothing else through.
    if (wire::is_field_value(line)) {
      answer.headers.add(name, line);
      name = "Set-Cookie";
    }
  }
  CookieJar jar;
  jar.store(request(true).options().uri, answer.headers, kNow);
  check_jar(jar);
  check(wire::is_field_value(jar.header(request(true).options().uri, kNow)),
        "cookies make a sound header");
  if (is_redirect(answer)) {
    follow(false, answer);
    follow(true, answer);
  }
  return 0;
}
