// SPDX-License-Identifier: MIT
#include "wire/handshake.h"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/evp.h>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/check.h"
#include "wire/random.h"

namespace wskit::wire {
namespace {

constexpr std::string_view kAcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Set by the handshake itself, or (the last two) not for a request without a body.
constexpr std::array<std::string_view, 8> kOwnHeaders{
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Accept",
    "Content-Length",
    "Transfer-Encoding",
};

std::unexpected<Error> usage(std::string message) {
  return fail(ErrorCode::usage, std::move(message));
}

bool is_visible_ascii(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

const Header* find(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const Header& header) { return equals_ignoring_case(header.name, name); });
  return found == headers.end() ? nullptr : &*found;
}

bool is_repeated(const std::vector<Header>& headers, const Header& header) {
  return find(headers, header.name) != &header;
}

bool is_own(std::string_view name) {
  return std::ranges::any_of(kOwnHeaders,
                             [&](std::string_view own) { return equals_ignoring_case(name, own); });
}

Expected<void> check_name(std::string_view name) {
  if (!is_token(name)) {
    return usage(fmt::format("'{}' is not a header name (RFC 9110 5.1)", escape(name)));
  }
  if (is_own(name)) {
    return usage(fmt::format("the header '{}' belongs to the handshake", name));
  }
  return {};
}

Expected<void> check_header(const Header& header, const std::vector<Header>& all) {
  if (auto checked = check_name(header.name); !checked) {
    return checked;
  }
  // The value may be a secret: only its header is named.
  if (!is_field_value(header.value)) {
    return usage(
        fmt::format("the value of the header '{}' has a control character, or white space "
                    "at an end (RFC 9110 5.5)",
                    header.name));
  }
  const auto is = [&](std::string_view name) { return equals_ignoring_case(header.name, name); };
  if (is("Sec-WebSocket-Protocol")) {
    return usage("give subprotocols as such, not in a Sec-WebSocket-Protocol header");
  }
  const bool only_once = is("Host") || is("Origin") || is("User-Agent") || is("Authorization");
  if (only_once && is_repeated(all, header)) {
    return usage(fmt::format("the header '{}' is given twice", header.name));
  }
  if ((is("Host") || is("Origin")) && !is_visible_ascii(header.value)) {
    return usage(fmt::format("the header '{}' is empty or has a space in it", header.name));
  }
  return {};
}

}  // namespace

Expected<void> check_subprotocol_name(std::string_view name) {
  if (!is_token(name)) {
    return usage(fmt::format("'{}' is not a subprotocol (RFC 6455 4.1)", escape(name)));
  }
  return {};
}

namespace {

Expected<void> check_subprotocols(const std::vector<std::string>& subprotocols) {
  for (auto i = subprotocols.begin(); i != subprotocols.end(); ++i) {
    if (auto token = check_subprotocol_name(*i); !token) {
      return std::unexpected(std::move(token.error()));
    }
    if (std::find(subprotocols.begin(), i, *i) != i) {
      return usage(fmt::format("the subprotocol '{}' is given twice", *i));
    }
  }
  return {};
}

Expected<void> check_deflate(const std::vector<DeflateOffer>& offers) {
  const auto valid = [](const std::optional<int>& bits) {
    return !bits || (*bits >= kMinWindowBits && *bits <= kMaxWindowBits);
  };
  for (const DeflateOffer& offer : offers) {
    if (!valid(offer.server_max_window_bits) || !valid(offer.client_max_window_bits)) {
      return usage("window bits are from 8 to 15 (RFC 7692 7.1.2)");
    }
  }
  return {};
}

Expected<void> check_options(const UpgradeOptions& options) {
  // parse_uri lets no other through, but a Uri may be put together by hand.
  if (!options.uri.target.starts_with('/') || !is_visible_ascii(options.uri.target) ||
      !is_visible_ascii(options.uri.host_header())) {
    return fail(ErrorCode::bad_url,
                "the host or path of the request has a character that must be "
                "percent-encoded");
  }
  if (!options.origin.empty() && !is_visible_ascii(options.origin)) {
    return usage(fmt::format("'{}' is not an origin", escape(options.origin)));
  }
  if (!is_field_value(options.user_agent)) {
    return usage(fmt::format("'{}' is not a user agent", escape(options.user_agent)));
  }
  for (const Header& header : options.headers) {
    if (auto checked = check_header(header, options.headers); !checked) {
      return checked;
    }
  }
  for (const std::string& name : options.removed) {
    if (auto checked = check_name(name); !checked) {
      return checked;
    }
  }
  if (auto checked = check_subprotocols(options.subprotocols); !checked) {
    return checked;
  }
  return check_deflate(options.deflate);
}

void append_header(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

std::string extension_offers(const std::vector<DeflateOffer>& offers) {
  std::string list;
  for (const DeflateOffer& offer : offers) {
    list.append(list.empty() ? "" : ", ").append(to_header(to_extension(offer)));
  }
  return list;
}

bool is_removed(const UpgradeOptions& options, std::string_view name) {
  return std::ranges::any_of(options.removed, [&](const std::string& removed) {
    return equals_ignoring_case(removed, name);
  });
}

/// Ours unless the user gave one: then it stands where ours would have stood.
void append_replaceable(std::string& text, const UpgradeOptions& options, std::string_view name,
                        std::string_view ours) {
  const Header* const theirs = find(options.headers, name);
  if (theirs != nullptr) {
    append_header(text, theirs->name, theirs->value);
  } else if (!ours.empty() && !is_removed(options, name)) {
    append_header(text, name, ours);
  }
}

std::string sha1(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr);
  check(done == 1, "OpenSSL computes a SHA-1 digest");
  return {digest.begin(), digest.begin() + size};
}

}  // namespace

std::string fresh_key() {
  std::array<std::byte, 16> key{};
  fill_random(key);
  return base64_encode(key);
}

std::string accept_for(std::string_view key) {
  return base64_encode(sha1(std::string(key).append(kAcceptGuid)));
}

std::string basic_authorization(const Credentials& credentials) {
  return "Basic " + base64_encode(credentials.user + ":" + credentials.password);
}

Expected<UpgradeRequest> UpgradeRequest::make(UpgradeOptions options) {
  if (auto checked = check_options(options); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return UpgradeRequest(std::move(options));
}

UpgradeRequest::UpgradeRequest(UpgradeOptions options) : options_(std::move(options)) {
  before_key_ = fmt::format("GET {} HTTP/1.1\r\n", options_.uri.target);
  append_replaceable(before_key_, options_, "Host", options_.uri.host_header());
  append_header(before_key_, "Upgrade", "websocket");
  append_header(before_key_, "Connection", "Upgrade");
  before_key_ += "Sec-WebSocket-Key: ";

  after_key_ = "\r\nSec-WebSocket-Version: 13\r\n";
  append_replaceable(after_key_, options_, "Origin", options_.origin);
  if (!options_.subprotocols.empty()) {
    append_header(after_key_, "Sec-WebSocket-Protocol",
                  fmt::format("{}", fmt::join(options_.subprotocols, ", ")));
  }
  if (!options_.deflate.empty()) {
    append_header(after_key_, "Sec-WebSocket-Extensions", extension_offers(options_.deflate));
  }
  append_replaceable(after_key_, options_, "User-Agent", options_.user_agent);
  append_replaceable(
      after_key_, options_, "Authorization",
      options_.uri.credentials ? basic_authorization(*options_.uri.credentials) : std::string{});
  for (const Header& header : options_.headers) {
    const auto is = [&](std::string_view name) { return equals_ignoring_case(header.name, name); };
    if (!is("Host") && !is("Origin") && !is("User-Agent") && !is("Authorization")) {
      append_header(after_key_, header.name, header.value);
    }
  }
  after_key_ += "\r\n";
}

std::string UpgradeRequest::bytes(std::string_view key) const {
  check(is_visible_ascii(key), "a Sec-WebSocket-Key is base64");
  std::string request;
  request.reserve(before_key_.size() + key.size() + after_key_.size());
  return request.append(before_key_).append(key).append(after_key_);
}

}  // namespace wskit::wire
