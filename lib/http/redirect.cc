// SPDX-License-Identifier: MIT
#include "http/redirect.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::http {
namespace {

constexpr std::array kStatuses{301, 302, 303, 307, 308};
constexpr std::uint16_t kWsPort = 80;
constexpr std::uint16_t kWssPort = 443;
constexpr std::size_t kMaxShown = 160;

std::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::upgrade_http_status, std::move(message));
}

/// Servers write spaces and UTF-8 into a Location, which no URL has.
std::string encoded(std::string_view location) {
  std::string text;
  for (const char c : location) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte > ' ' && byte < 0x7f ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return text;
}

/// "http", "wss" and so on in front of a colon; empty for a relative reference.
std::string scheme_of(std::string_view location) {
  constexpr std::string_view kSchemeCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
  const std::size_t end = location.find_first_not_of(kSchemeCharacters);
  const bool scheme = end != std::string_view::npos && end > 0 && location[end] == ':';
  return scheme ? to_lower(location.substr(0, end)) : std::string();
}

/// RFC 3986 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    directory = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) {
      kept.pop_back();
    } else if (!directory) {
      kept.push_back(segment);
    }
  }
  return fmt::format("/{}{}", fmt::join(kept, "/"), directory && !kept.empty() ? "/" : "");
}

std::string merged_target(std::string_view base, std::string_view reference) {
  const std::string_view base_path = base.substr(0, base.find('?'));
  if (reference.empty()) {
    return std::string(base);
  }
  const std::size_t query = std::min(reference.find('?'), reference.size());
  if (query == 0) {
    return std::string(base_path) + std::string(reference);
  }
  std::string path(reference.substr(0, query));
  if (!path.starts_with('/')) {
    path.insert(0, base_path.substr(0, base_path.rfind('/') + 1));
  }
  return without_dot_segments(path) + std::string(reference.substr(query));
}

Expected<wire::Uri> parse_absolute(const std::string& location, const std::string& scheme) {
  const bool tls = scheme == "https" || scheme == "wss";
  if (!tls && scheme != "http" && scheme != "ws") {
    return refused(fmt::format("the server points to '{}', which is neither http nor ws",
                               escape(wire::without_secrets(location), kMaxShown)));
  }
  auto uri = wire::parse_uri((tls ? "wss" : "ws") + location.substr(scheme.size()));
  if (!uri) {
    return refused(fmt::format("the server points to '{}': {}",
                               escape(wire::without_secrets(location), kMaxShown),
                               uri.error().message));
  }
  return uri;
}

/// Two requests with the same get the same answer, as far as one can know.
std::string identity(const wire::UpgradeRequest& request) {
  const wire::Uri& uri = request.options().uri;
  return fmt::format("{} {} {}", uri.tls, uri.host_port(), request.bytes("key"));
}

}  // namespace

bool is_redirect(const wire::HttpResponse& answer) {
  return std::ranges::find(kStatuses, answer.status) != kStatuses.end() &&
         answer.headers.count("Location") == 1;
}

bool is_same_server(const wire::Uri& from, const wire::Uri& to) {
  if (!from.unix_path.empty() || from.host != to.host) {
    return from.unix_path == to.unix_path && from.host == to.host;
  }
  const bool secured = !from.tls && from.port == kWsPort && to.tls && to.port == kWssPort;
  return secured || (from.tls == to.tls && from.port == to.port);
}

void drop_credentials(std::vector<wire::Header>& headers) {
  std::erase_if(headers, [](const wire::Header& header) {
    return wire::names_a_secret(header.name) || wire::equals_ignoring_case(header.name, "Host");
  });
}

Expected<wire::Uri> resolve_location(const wire::Uri& base, std::string_view location) {
  std::string text = encoded(location.substr(0, location.find('#')));
  std::string scheme = scheme_of(text);
  if (scheme.empty() && text.starts_with("//")) {
    scheme = base.tls ? "wss" : "ws";
    text.insert(0, scheme + ":");
  }
  if (scheme.empty()) {
    wire::Uri uri = base;
    uri.credentials.reset();
    uri.target = merged_target(base.target, text);
    return uri;
  }
  auto uri = parse_absolute(text, scheme);
  if (!uri) {
    return uri;
  }
  if (!base.unix_path.empty()) {
    return refused(
        fmt::format("the server points to {}, away from the unix socket", uri->display()));
  }
  if (base.tls && !uri->tls) {
    return refused(fmt::format("the server points from {} to {}, which has no TLS: not followed",
                               base.display(), uri->display()));
  }
  return uri;
}

Expected<wire::UpgradeRequest> Redirects::follow(const wire::UpgradeRequest& request,
                                                 const wire::HttpResponse& answer) {
  const wire::Uri& from = request.options().uri;
  auto to = resolve_location(from, *answer.headers.get("Location"));
  if (!to) {
    return std::unexpected(std::move(to.error()));
  }
  requests_.push_back(identity(request));
  urls_.push_back(from.display());
  if (urls_.size() > options_->max) {
    return refused(fmt::format("more than {} redirects, {}; --max-redirs allows more",
                               options_->max, chain(*to)));
  }
  cookies_.store(from, answer.headers, options_->now);
  wire::UpgradeOptions options = request.options();
  if (!is_same_server(from, *to)) {
    drop_credentials(options.headers);
    own_cookies_.clear();
  } else if (!to->credentials) {
    to->credentials = from.credentials;
  }
  options.uri = std::move(*to);
  set_cookies(options);
  auto next = wire::UpgradeRequest::make(std::move(options));
  if (!next) {
    return refused(
        fmt::format("the server points to what cannot be asked for: {}", next.error().message));
  }
  if (std::ranges::find(requests_, identity(*next)) != requests_.end()) {
    return refused(
        fmt::format("the redirects go round in a circle, {}", chain(next->options().uri)));
  }
  return next;
}

std::string Redirects::chain(const wire::Uri& last) const {
  return fmt::format("{} -> {}", fmt::join(urls_, " -> "), last.display());
}

void Redirects::set_cookies(wire::UpgradeOptions& options) const {
  std::erase_if(options.headers, [](const wire::Header& header) {
    return wire::equals_ignoring_case(header.name, "Cookie");
  });
  std::string value = cookies_.header(options.uri, options_->now);
  if (!own_cookies_.empty()) {
    value.append(value.empty() ? "" : "; ").append(own_cookies_);
  }
  if (!value.empty()) {
    options.headers.push_back({.name = "Cookie", .value = std::move(value)});
  }
}

}  // namespace wskit::http
