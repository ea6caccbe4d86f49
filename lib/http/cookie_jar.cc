// SPDX-License-Identifier: MIT
#include "http/cookie_jar.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/lines.h"
#include "core/parse.h"

namespace wskit::http {
namespace {

constexpr std::string_view kHttpOnlyPrefix = "#HttpOnly_";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// RFC 6265 5.1.3.
bool domain_matches(const std::string& host, const std::string& domain) {
  if (host == domain) {
    return true;
  }
  return !domain.empty() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !is_address(host);
}

std::string_view path_of(const wire::Uri& uri) {
  return std::string_view(uri.target).substr(0, uri.target.find('?'));
}

/// RFC 6265 5.1.4.
bool path_matches(std::string_view request, std::string_view path) {
  if (!request.starts_with(path)) {
    return false;
  }
  return request.size() == path.size() || path.ends_with('/') || request[path.size()] == '/';
}

std::string default_path(const wire::Uri& uri) {
  const std::string_view path = path_of(uri);
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

std::string host_of(const wire::Uri& uri) {
  return uri.unix_path.empty() ? uri.host : "localhost";
}

UnixTime expiry_after(std::string_view seconds, UnixTime now) {
  const bool negative = seconds.starts_with('-');
  constexpr std::uint64_t kLongest = std::numeric_limits<std::uint32_t>::max();
  const auto value = parse_integer(seconds.substr(negative ? 1 : 0), 0, kLongest);
  if (negative || (value && *value == 0)) {
    return std::numeric_limits<UnixTime>::min();
  }
  return now + static_cast<UnixTime>(value.value_or(kLongest));
}

bool is_number(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A Set-Cookie line while its attributes are read (RFC 6265 5.2).
struct Reading {
  Cookie cookie;
  bool has_max_age = false;
  /// A Domain that is not this host's: the whole line is ignored.
  bool foreign = false;
};

void read_domain(std::string_view value, const std::string& host, Reading& reading) {
  std::string domain = to_lower(value.starts_with('.') ? value.substr(1) : value);
  if (domain.empty()) {
    return;
  }
  const bool public_suffix = domain.find('.') == std::string::npos && domain != host;
  reading.foreign = public_suffix || !domain_matches(host, domain);
  reading.cookie.host_only = is_address(host);
  reading.cookie.domain = std::move(domain);
}

void read_attribute(std::string_view attribute, const std::string& host, UnixTime now,
                    Reading& reading) {
  const std::size_t equals = std::min(attribute.find('='), attribute.size());
  const std::string name = to_lower(trim(attribute.substr(0, equals)));
  const std::string_view value = trim(attribute.substr(std::min(equals + 1, attribute.size())));
  if (name == "expires" && !reading.has_max_age) {
    if (const auto date = parse_cookie_date(value)) {
      reading.cookie.expires = date;
    }
  } else if (name == "max-age" && is_number(value)) {
    reading.has_max_age = true;
    reading.cookie.expires = expiry_after(value, now);
  } else if (name == "domain") {
    read_domain(value, host, reading);
  } else if (name == "path" && value.starts_with('/')) {
    reading.cookie.path = value;
  } else if (name == "secure") {
    reading.cookie.secure = true;
  } else if (name == "httponly") {
    reading.cookie.http_only = true;
  }
}

/// What a name with such a prefix promises (draft-ietf-httpbis-rfc6265bis 4.1.3).
bool keeps_promise(const Cookie& cookie) {
  const std::string name = to_lower(cookie.name);
  if (name.starts_with("__host-")) {
    return cookie.secure && cookie.host_only && cookie.path == "/";
  }
  return !name.starts_with("__secure-") || cookie.secure;
}

std::optional<Cookie> parse_set_cookie(std::string_view line, const wire::Uri& uri, UnixTime now) {
  const std::string host = host_of(uri);
  const std::size_t end = std::min(line.find(';'), line.size());
  const std::string_view pair = line.substr(0, end);
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos || pair.find('\t') != std::string_view::npos) {
    return std::nullopt;
  }
  Reading reading;
  reading.cookie.name = trim(pair.substr(0, equals));
  reading.cookie.value = trim(pair.substr(equals + 1));
  reading.cookie.domain = host;
  reading.cookie.path = default_path(uri);
  std::string_view rest = line.substr(end);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t size = std::min(rest.find(';'), rest.size());
    read_attribute(rest.substr(0, size), host, now, reading);
    rest.remove_prefix(size);
  }
  const Cookie& cookie = reading.cookie;
  const bool unsafe = cookie.secure && !uri.tls;
  if (cookie.name.empty() || reading.foreign || unsafe || !keeps_promise(cookie) ||
      cookie.path.find('\t') != std::string::npos) {
    return std::nullopt;
  }
  return cookie;
}

bool is_for(const Cookie& cookie, const wire::Uri& uri, UnixTime now) {
  const std::string host = host_of(uri);
  const bool same = cookie.host_only ? host == cookie.domain : domain_matches(host, cookie.domain);
  return same && path_matches(path_of(uri), cookie.path) && (uri.tls || !cookie.secure) &&
         (!cookie.expires || *cookie.expires > now);
}

constexpr std::size_t kFields = 7;

std::optional<std::array<std::string_view, kFields>> split_fields(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i + 1 < kFields; ++i) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) {
      // The value may be missing where it is empty.
      fields.at(i) = line;
      return i + 2 == kFields ? std::optional(fields) : std::nullopt;
    }
    fields.at(i) = line.substr(0, tab);
    line.remove_prefix(tab + 1);
  }
  fields.back() = line;
  return fields;
}

std::optional<Cookie> parse_line(std::string_view line) {
  Cookie cookie;
  if (line.starts_with(kHttpOnlyPrefix)) {
    cookie.http_only = true;
    line.remove_prefix(kHttpOnlyPrefix.size());
  }
  const auto fields = split_fields(line);
  if (!fields) {
    return std::nullopt;
  }
  const auto& [domain, subdomains, path, secure, expires, name, value] = *fields;
  const auto time = parse_integer(expires, 0, std::numeric_limits<std::int64_t>::max());
  const bool usable = wire::is_field_value(name) && wire::is_field_value(value);
  if (domain.empty() || !path.starts_with('/') || !time || name.empty() || !usable) {
    return std::nullopt;
  }
  cookie.domain = to_lower(domain.starts_with('.') ? domain.substr(1) : domain);
  cookie.host_only = to_lower(subdomains) != "true";
  cookie.path = path;
  cookie.secure = to_lower(secure) == "true";
  if (*time != 0) {
    cookie.expires = static_cast<UnixTime>(*time);
  }
  cookie.name = name;
  cookie.value = value;
  return cookie;
}

}  // namespace

Expected<CookieJar> CookieJar::parse(std::string_view text) {
  CookieJar jar;
  const auto add = [&jar](std::string_view line, std::size_t number) -> Expected<void> {
    if (trim(line).empty() || (line.starts_with('#') && !line.starts_with(kHttpOnlyPrefix))) {
      return {};
    }
    auto cookie = parse_line(line);
    if (!cookie) {
      return fail(ErrorCode::usage,
                  fmt::format("line {} is not a cookie of seven fields parted by tabs", number));
    }
    jar.put(std::move(*cookie));
    return {};
  };
  if (auto read = for_each_line(text, add); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return jar;
}

std::string CookieJar::text() const {
  std::string text = "# Netscape HTTP Cookie File\n";
  const auto flag = [](bool value) { return value ? "TRUE" : "FALSE"; };
  for (const Cookie& cookie : cookies_) {
    text += fmt::format(
        "{}{}{}\t{}\t{}\t{}\t{}\t{}\t{}\n", cookie.http_only ? kHttpOnlyPrefix : std::string_view(),
        cookie.host_only ? "" : ".", cookie.domain, flag(!cookie.host_only), cookie.path,
        flag(cookie.secure), cookie.expires.value_or(0), cookie.name, cookie.value);
  }
  return text;
}

void CookieJar::store(const wire::Uri& uri, const wire::Headers& answer, UnixTime now) {
  for (const wire::Header& header : answer) {
    if (!wire::equals_ignoring_case(header.name, "Set-Cookie")) {
      continue;
    }
    if (auto cookie = parse_set_cookie(header.value, uri, now)) {
      put(std::move(*cookie));
    }
  }
  std::erase_if(cookies_,
                [&](const Cookie& cookie) { return cookie.expires && *cookie.expires <= now; });
}

std::string CookieJar::header(const wire::Uri& uri, UnixTime now) const {
  const auto path_size = [](const Cookie* cookie) { return cookie->path.size(); };
  std::vector<const Cookie*> chosen;
  for (const Cookie& cookie : cookies_) {
    if (is_for(cookie, uri, now)) {
      const auto place =
          std::ranges::upper_bound(chosen, cookie.path.size(), std::greater<>(), path_size);
      chosen.insert(place, &cookie);
    }
  }
  std::string header;
  for (const Cookie* const cookie : chosen) {
    header += fmt::format("{}{}={}", header.empty() ? "" : "; ", cookie->name, cookie->value);
  }
  return header;
}

void CookieJar::merge(const CookieJar& other) {
  for (const Cookie& cookie : other.cookies_) {
    put(cookie);
  }
}

// It keeps the place of the one that it replaces (RFC 6265 5.3, step 11).
void CookieJar::put(Cookie cookie) {
  const auto same = std::ranges::find_if(cookies_, [&](const Cookie& other) {
    return other.name == cookie.name && other.domain == cookie.domain && other.path == cookie.path;
  });
  if (same != cookies_.end()) {
    *same = std::move(cookie);
  } else {
    cookies_.push_back(std::move(cookie));
  }
}

}  // namespace wskit::http
