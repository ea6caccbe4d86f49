// SPDX-License-Identifier: MIT
#include "cli/request_options.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/connect_options.h"
#include "cli/cookie_options.h"
#include "cli/parsed_option.h"
#include "cli/secrets.h"
#include "core/bytes.h"
#include "core/parse.h"
#include "http/netrc.h"
#include "report/file.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

/// Of files with headers or logins.
constexpr std::size_t kMaxRequestFileBytes = std::size_t{16} << 20U;

// The value may be a secret: only what stands before it is named.
std::string first_of_several(const std::string& text) {
  const std::size_t end = text.find_first_of(" \t=");
  return end == std::string::npos ? "" : fmt::format(" '{}...'", escape(text.substr(0, end)));
}

/// "Name: value" is a header of that value, "Name;" one with an empty value, "Name:" takes ours
/// away.
Expected<void> add_header(const std::string& text, wire::UpgradeOptions& upgrade) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    if (!text.ends_with(';')) {
      return fail(ErrorCode::usage, fmt::format("-H{} has no colon: write 'Name: value', "
                                                "'Name;' for an empty one, or @FILE",
                                                first_of_several(text)));
    }
    upgrade.headers.push_back({.name = text.substr(0, text.size() - 1), .value = ""});
    return {};
  }
  std::string name = text.substr(0, colon);
  const std::size_t value = text.find_first_not_of(" \t", colon + 1);
  if (value == std::string::npos) {
    upgrade.removed.push_back(std::move(name));
  } else {
    upgrade.headers.push_back({.name = std::move(name), .value = text.substr(value)});
  }
  return {};
}

Expected<void> add_header_file(const std::string& path, wire::UpgradeOptions& upgrade) {
  const auto content = report::read_file(path, kMaxRequestFileBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  std::string_view rest = *content;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    const auto added = line.empty() ? Expected<void>() : add_header(line, upgrade);
    if (!added) {
      return fail(added.error().code, fmt::format("{}: {}", path, added.error().message));
    }
  }
  return {};
}

Expected<void> add_headers(const ConnectOptions& options, wire::UpgradeOptions& upgrade) {
  for (const std::string& text : options.headers) {
    auto added =
        is_file(text) ? add_header_file(text.substr(1), upgrade) : add_header(text, upgrade);
    if (!added) {
      return added;
    }
  }
  return {};
}

/// Where --netrc looks: --netrc-file, else the home directory.
Expected<std::string> netrc_path(const ConnectOptions& options) {
  if (!options.netrc_file.empty()) {
    return options.netrc_file;
  }
  const char* const home = std::getenv("HOME");
  if (home == nullptr) {
    return fail(ErrorCode::usage, "--netrc: there is no HOME; name the file with --netrc-file");
  }
  return std::string(home) + "/.netrc";
}

/// The login of the host, unless a whole one is in the URL already.
Expected<void> add_netrc(const ConnectOptions& options, wire::Uri& uri) {
  if (uri.credentials && !uri.credentials->password.empty()) {
    return {};
  }
  const auto path = netrc_path(options);
  if (!path) {
    return std::unexpected(path.error());
  }
  const auto content = report::read_file(*path, kMaxRequestFileBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  const std::string host = uri.unix_path.empty() ? uri.host : "localhost";
  auto found =
      http::find_in_netrc(*content, host, uri.credentials ? uri.credentials->user : std::string());
  if (!found) {
    return fail(found.error().code, fmt::format("{}: {}", *path, found.error().message));
  }
  if (*found) {
    uri.credentials = std::move(*found);
  }
  return {};
}

Expected<void> add_credentials(const ConnectOptions& options, wire::UpgradeOptions& upgrade) {
  if (!options.bearer.empty()) {
    const auto token = read_secret(options.bearer);
    if (!token) {
      return std::unexpected(token.error());
    }
    upgrade.headers.push_back({.name = "Authorization", .value = "Bearer " + *token});
  }
  if (!options.user.empty()) {
    auto credentials = read_credentials(options.user, "-u");
    if (!credentials) {
      return std::unexpected(std::move(credentials.error()));
    }
    upgrade.uri.credentials = std::move(*credentials);
    return {};
  }
  const bool netrc = options.netrc || !options.netrc_file.empty();
  return netrc ? add_netrc(options, upgrade.uri) : Expected<void>();
}

/// One Cookie header (RFC 6265 5.4) of what is in the jar, in --cookie and in -H.
void add_cookies(const ConnectOptions& options, const http::CookieJar& cookies,
                 wire::UpgradeOptions& upgrade) {
  std::vector<std::string> parts;
  if (std::string stored = cookies.header(upgrade.uri, unix_time()); !stored.empty()) {
    parts.push_back(std::move(stored));
  }
  if (std::string literal = literal_cookies(options); !literal.empty()) {
    parts.push_back(std::move(literal));
  }
  std::erase_if(upgrade.headers, [&](const wire::Header& header) {
    const bool cookie = wire::equals_ignoring_case(header.name, "Cookie");
    if (cookie) {
      parts.push_back(header.value);
    }
    return cookie;
  });
  if (!parts.empty()) {
    upgrade.headers.push_back(
        {.name = "Cookie", .value = fmt::format("{}", fmt::join(parts, "; "))});
  }
}

Expected<unsigned> parse_redirects(std::string_view text) {
  constexpr std::uint64_t kMost = 1000;
  const auto number = parse_integer(text, 0, kMost);
  if (!number) {
    return std::unexpected(number.error());
  }
  return static_cast<unsigned>(*number);
}

void add_login_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Request";
  app.add_option("-u,--user", options.user,
                 "user:password for Basic auth, asked for without ':'; @FILE or env:NAME")
      ->group(group);
  app.add_option("--oauth2-bearer,--bearer", options.bearer, "Bearer token; @FILE or env:NAME")
      ->group(group);
  app.add_flag("--netrc", options.netrc, "Login of the host from ~/.netrc")->group(group);
  app.add_option("--netrc-file", options.netrc_file, "Login of the host from this file")
      ->type_name("FILE")
      ->group(group);
}

}  // namespace

void add_passed_request_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Request";
  app.add_option("-H,--header", options.headers,
                 "Header 'Name: value' for the server, in place of the client's; 'Name:' leaves "
                 "the client's out, 'Name;' sends it empty, @FILE has one a line")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--origin", options.origin, "Origin header in place of the client's")
      ->group(group);
  add_login_options(app, options);
}

void add_request_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Request";
  // A list option would swallow the URL that follows it.
  app.add_option("-H,--header", options.headers,
                 "Header 'Name: value' of the upgrade request; 'Name:' leaves ours out, 'Name;' "
                 "sends it empty, @FILE has one a line")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("-A,--user-agent", options.user_agent, "User-Agent header; '' for none")
      ->type_name("NAME")
      ->take_last()
      ->group(group);
  app.add_option("--origin", options.origin, "Origin header")->group(group);
  app.add_option("-s,--subprotocol", options.subprotocols, "Subprotocol to offer (repeatable)")
      ->allow_extra_args(false)
      ->group(group);
  add_login_options(app, options);
  app.add_flag("--compress,!--no-compress", options.compress,
               "Offer permessage-deflate (RFC 7692); off by default")
      ->group(group);
  app.add_flag("-L,--location", options.follow,
               "Follow redirects of the upgrade; credentials stay behind where they lead to "
               "another server")
      ->group(group);
  add_parsed(app, "--max-redirs", options.max_redirects, parse_redirects)
      ->description("Most redirects to follow")
      ->type_name("N")
      ->default_str("10")
      ->group(group);
  add_parsed(app, "--max-message", options.max_message_bytes, parse_size)
      ->description("Longest message to receive, inflated")
      ->type_name("SIZE")
      ->default_str("64MiB")
      ->group(group);
}

Expected<wire::UpgradeRequest> make_request(const ConnectOptions& options,
                                            const http::CookieJar& cookies) {
  auto uri = wire::parse_uri(options.url);
  if (!uri) {
    return std::unexpected(uri.error());
  }
  wire::UpgradeOptions upgrade{
      .uri = std::move(*uri), .origin = options.origin, .subprotocols = options.subprotocols};
  if (options.user_agent) {
    upgrade.user_agent = *options.user_agent;
  }
  if (auto added = add_headers(options, upgrade); !added) {
    return std::unexpected(added.error());
  }
  if (auto added = add_credentials(options, upgrade); !added) {
    return std::unexpected(added.error());
  }
  add_cookies(options, cookies, upgrade);
  if (options.compress) {
    upgrade.deflate.emplace_back();
  }
  return wire::UpgradeRequest::make(std::move(upgrade));
}

http::RedirectOptions make_redirects(const ConnectOptions& options, const http::CookieJar& cookies,
                                     const wire::UpgradeRequest& request) {
  if (!options.follow) {
    return {};
  }
  http::RedirectOptions redirects{
      .max = options.max_redirects, .cookies = cookies, .now = unix_time()};
  const wire::UpgradeOptions& sent = request.options();
  const auto header = std::ranges::find_if(sent.headers, [](const wire::Header& candidate) {
    return wire::equals_ignoring_case(candidate.name, "Cookie");
  });
  if (header != sent.headers.end()) {
    // What add_cookies() put behind those of the jar.
    const std::string stored = cookies.header(sent.uri, redirects.now);
    const std::size_t own = stored.empty() ? 0 : stored.size() + 2;
    redirects.own_cookies = header->value.substr(std::min(own, header->value.size()));
  }
  return redirects;
}

}  // namespace wskit::cli
