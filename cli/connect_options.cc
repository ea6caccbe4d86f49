// SPDX-License-Identifier: MIT
#include "cli/connect_options.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/address_options.h"
#include "cli/parsed_option.h"
#include "cli/proxy_options.h"
#include "core/parse.h"
#include "report/file.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

/// Of a file that holds a password or a token.
constexpr std::size_t kMaxSecretBytes = std::size_t{64} << 10U;

void add_request_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Request";
  // A list option would swallow the URL that follows it.
  app.add_option("-H,--header", options.headers, "Header 'Name: value' of the upgrade request")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--origin", options.origin, "Origin header")->group(group);
  app.add_option("-s,--subprotocol", options.subprotocols, "Subprotocol to offer (repeatable)")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("-u,--user", options.user, "user:password for Basic auth; @FILE or env:NAME")
      ->group(group);
  app.add_option("--oauth2-bearer,--bearer", options.bearer, "Bearer token; @FILE or env:NAME")
      ->group(group);
  app.add_option("--cookie", options.cookies, "Cookie 'name=value' (repeatable)")
      ->allow_extra_args(false)
      ->group(group);
  app.add_flag("--compress,!--no-compress", options.compress,
               "Offer permessage-deflate (RFC 7692); off by default")
      ->group(group);
  add_parsed(app, "--max-message", options.max_message_bytes, parse_size)
      ->description("Longest message to receive, inflated")
      ->type_name("SIZE")
      ->default_str("64MiB")
      ->group(group);
}

void add_tls_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "TLS";
  net::TlsOptions& tls = options.tls;
  app.add_flag("-k,--insecure", options.insecure, "Accept any certificate")->group(group);
  app.add_option("--cacert", tls.ca_file, "Trusted certificates (PEM); else SSL_CERT_FILE")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--capath", tls.ca_directory, "Directory of trusted certificates")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--cert", tls.certificate_file, "Client certificate (PEM)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--key", tls.key_file, "Its key (PEM); default: in the certificate's file")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--pass", options.key_password, "Password of the key; @FILE or env:NAME")
      ->group(group);
  app.add_option("--servername", tls.server_name, "Name for SNI and the certificate check")
      ->type_name("HOST")
      ->group(group);
  app.add_flag("--tlsv1.2", options.tls_1_2, "At least TLS 1.2 (default)")->group(group);
  app.add_flag("--tlsv1.3", options.tls_1_3, "At least TLS 1.3")->group(group);
  app.add_option("--tls-max", options.tls_max, "At most this version: 1.2 or 1.3")
      ->check(CLI::IsMember({"1.2", "1.3"}))
      ->group(group);
  app.add_option("--ciphers", tls.ciphers, "Ciphers for TLS 1.2, in OpenSSL's syntax")
      ->group(group);
  app.add_option("--tls13-ciphers", tls.ciphersuites, "Cipher suites for TLS 1.3")->group(group);
  app.add_flag("--tls-resume", tls.resume_sessions,
               "Resume the TLS sessions of earlier connections of the same thread")
      ->group(group);
}

void add_network_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Network";
  app.add_flag("-4,--ipv4", options.ipv4, "IPv4 only")->group(group);
  app.add_flag("-6,--ipv6", options.ipv6, "IPv6 only")->group(group);
  app.add_option("--resolve", options.resolve, "HOST:PORT:ADDRESS[,ADDRESS...] instead of DNS")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--connect-to", options.connect_to, "HOST1:PORT1:HOST2:PORT2")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--unix-socket", options.unix_socket, "Connect to this socket instead of the host")
      ->type_name("PATH")
      ->group(group);
  app.add_option("--source", options.sources,
                 "Source addresses, used in turn: ADDRESS, FIRST-LAST or CIDR (repeatable)")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--interface", options.interface, "Network interface to leave by")->group(group);
  add_parsed(app, "--connect-timeout", options.connect_timeout, parse_duration)
      ->description("From the look-up of the name to the open WebSocket")
      ->type_name("DURATION")
      ->default_str("10s")
      ->group(group);
}

Expected<wire::Header> parse_header(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    return fail(ErrorCode::usage,
                fmt::format("header '{}' has no colon; write 'Name: value'", text));
  }
  const std::size_t value = text.find_first_not_of(" \t", colon + 1);
  return wire::Header{.name = text.substr(0, colon),
                      .value = value == std::string::npos ? "" : text.substr(value)};
}

Expected<void> add_credentials(const ConnectOptions& options, wire::UpgradeOptions& upgrade) {
  if (!options.user.empty()) {
    auto credentials = read_credentials(options.user);
    if (!credentials) {
      return std::unexpected(std::move(credentials.error()));
    }
    upgrade.uri.credentials = std::move(*credentials);
  }
  if (!options.bearer.empty()) {
    const auto token = read_secret(options.bearer);
    if (!token) {
      return std::unexpected(token.error());
    }
    upgrade.headers.push_back({.name = "Authorization", .value = "Bearer " + *token});
  }
  if (!options.cookies.empty()) {
    upgrade.headers.push_back(
        {.name = "Cookie", .value = fmt::format("{}", fmt::join(options.cookies, "; "))});
  }
  return {};
}

Expected<wire::UpgradeRequest> make_request(const ConnectOptions& options) {
  auto uri = wire::parse_uri(options.url);
  if (!uri) {
    return std::unexpected(uri.error());
  }
  wire::UpgradeOptions upgrade{
      .uri = std::move(*uri), .origin = options.origin, .subprotocols = options.subprotocols};
  for (const std::string& text : options.headers) {
    auto header = parse_header(text);
    if (!header) {
      return std::unexpected(header.error());
    }
    upgrade.headers.push_back(std::move(*header));
  }
  if (auto added = add_credentials(options, upgrade); !added) {
    return std::unexpected(added.error());
  }
  if (options.compress) {
    upgrade.deflate.emplace_back();
  }
  return wire::UpgradeRequest::make(std::move(upgrade));
}

Expected<net::TlsOptions> make_tls_options(const ConnectOptions& options) {
  net::TlsOptions tls = options.tls;
  tls.verify = !options.insecure;
  if (options.tls_1_3) {
    tls.min_version = net::TlsVersion::tls1_3;
  }
  if (options.tls_max == "1.2") {
    tls.max_version = net::TlsVersion::tls1_2;
  }
  if (tls.min_version > tls.max_version) {
    return fail(ErrorCode::usage, "--tlsv1.3 and --tls-max 1.2 leave no version of TLS");
  }
  auto password = read_secret(options.key_password);
  if (!password) {
    return std::unexpected(password.error());
  }
  tls.key_password = std::move(*password);
  if (const char* file = std::getenv("SSLKEYLOGFILE"); file != nullptr) {
    tls.key_log_file = file;
  }
  return tls;
}

Expected<net::DialOptions> make_dial_options(const ConnectOptions& options, const wire::Uri& uri) {
  net::DialOptions dial{.timeout = options.connect_timeout, .interface = options.interface};
  auto tls = make_tls_options(options);
  if (!tls) {
    return std::unexpected(tls.error());
  }
  dial.tls = std::move(*tls);
  if (options.ipv4 != options.ipv6) {
    dial.family = options.ipv4 ? net::Family::ipv4 : net::Family::ipv6;
  }
  if (auto added = add_addresses(options, dial); !added) {
    return std::unexpected(added.error());
  }
  auto proxy = make_proxy_options(options, uri);
  if (!proxy) {
    return std::unexpected(std::move(proxy.error()));
  }
  dial.proxy = std::move(*proxy);
  return dial;
}

}  // namespace

void add_connect_options(CLI::App& app, ConnectOptions& options) {
  app.add_option("URL", options.url, "ws://HOST[:PORT]/PATH, wss://... or ws+unix:SOCKET:/PATH")
      ->type_name("URL")
      ->required();
  add_request_options(app, options);
  add_tls_options(app, options);
  add_network_options(app, options);
  add_proxy_options(app, options);
}

Expected<std::string> read_secret(const std::string& text) {
  constexpr std::string_view kEnvironment = "env:";
  if (text.starts_with(kEnvironment)) {
    const std::string variable = text.substr(kEnvironment.size());
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) {
      return fail(ErrorCode::usage, fmt::format("the environment has no variable {}", variable));
    }
    return value;
  }
  if (!text.starts_with('@')) {
    return text;
  }
  auto content = report::read_file(text.substr(1), kMaxSecretBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  return content->substr(0, content->find_first_of("\r\n"));
}

Expected<wire::Credentials> read_credentials(const std::string& text) {
  const auto secret = read_secret(text);
  if (!secret) {
    return std::unexpected(secret.error());
  }
  const std::size_t colon = secret->find(':');
  return wire::Credentials{.user = secret->substr(0, colon),
                           .password = colon == std::string::npos ? "" : secret->substr(colon + 1)};
}

Expected<ConnectPlan> make_connect_plan(const ConnectOptions& options) {
  auto request = make_request(options);
  if (!request) {
    return std::unexpected(request.error());
  }
  auto dial = make_dial_options(options, request->options().uri);
  if (!dial) {
    return std::unexpected(dial.error());
  }
  return ConnectPlan{.request = std::move(*request),
                     .dial = std::move(*dial),
                     .client = {.connection = {.max_message_bytes = options.max_message_bytes,
                                               .max_frame_bytes = options.max_message_bytes},
                                .open_timeout = options.connect_timeout,
                                .unix_socket = options.unix_socket}};
}

}  // namespace wskit::cli
