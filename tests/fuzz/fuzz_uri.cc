// SPDX-License-Identifier: MIT
// Any text as a URL, a header, an origin and a subprotocol: it is refused, or the request says
// exactly that and nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "wire/handshake.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace {

using wskit::check;
using wskit::wire::Header;
using wskit::wire::Headers;
using wskit::wire::HttpRequestParser;
using wskit::wire::parse_uri;
using wskit::wire::UpgradeOptions;
using wskit::wire::UpgradeRequest;
using wskit::wire::Uri;

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr char kSeparator = '\x1f';

/// The next field of the input; empty when there is none left.
std::string take_field(std::string_view& input) {
  const std::size_t end = std::min(input.find(kSeparator), input.size());
  std::string field(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return field;
}

std::string lower(std::string text) {
  std::ranges::for_each(
      text, [](char& c) { c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; });
  return text;
}

void check_round_trip(const Uri& uri) {
  if (!uri.unix_path.empty()) {
    return;
  }
  const std::string scheme = uri.tls ? "wss://" : "ws://";
  const auto again = parse_uri(scheme + uri.host_port() + uri.target);
  check(again.has_value() && again->host == uri.host && again->port == uri.port &&
            again->target == uri.target && again->tls == uri.tls,
        "a URL put together from its parts is the same URL");
  check(again->host_header() == uri.host_header() && again->display() == uri.display(),
        "user name and password are not shown");
}

/// Each header that was asked for is there with its value, and no other.
void check_headers(const Headers& headers, const UpgradeOptions& options) {
  std::map<std::string, std::string> expected{
      {"host", options.uri.host_header()}, {"upgrade", "websocket"},
      {"connection", "Upgrade"},           {"sec-websocket-key", std::string(kKey)},
      {"sec-websocket-version", "13"},     {"user-agent", options.user_agent}};
  if (!options.origin.empty()) {
    expected["origin"] = options.origin;
  }
  if (!options.subprotocols.empty()) {
    expected["sec-websocket-protocol"] = options.subprotocols.front();
  }
  if (options.uri.credentials) {
    expected["authorization"] = wskit::wire::basic_authorization(*options.uri.credentials);
  }
  for (const Header& header : options.headers) {
    expected[lower(header.name)] = header.value;
  }
  check(headers.size() == expected.size(), "a request has the headers that it was given");
  for (const auto& [name, value] : expected) {
    check(headers.get(name) == value, "a header has the value that it was given");
  }
}

void check_request(const UpgradeOptions& options) {
  const auto request = UpgradeRequest::make(options);
  if (!request) {
    check(!request.error().message.empty(), "a refusal has its reason");
    return;
  }
  const std::string bytes = request->bytes(kKey);
  HttpRequestParser parser({.max_head_bytes = bytes.size()});
  const auto consumed = parser.feed(bytes);
  check(consumed == bytes.size() && parser.complete(), "a request is one HTTP head");
  check(parser.message().target == options.uri.target, "the request has the URL's target");
  check_headers(parser.message().headers, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto uri = parse_uri(take_field(input));
  if (!uri) {
    check(uri.error().code == wskit::ErrorCode::bad_url, "a URL is refused as a URL");
    return 0;
  }
  check_round_trip(*uri);
  UpgradeOptions options;
  options.uri = std::move(*uri);
  if (!input.empty()) {
    const std::string name = take_field(input);
    options.headers.push_back({name, take_field(input)});
    options.origin = take_field(input);
    options.subprotocols = {take_field(input)};
  }
  check_request(options);
  return 0;
}
