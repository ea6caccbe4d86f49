// SPDX-License-Identifier: MIT
#include "cli/connect_options.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/address_options.h"
#include "cli/cookie_options.h"
#include "cli/parsed_option.h"
#include "cli/proxy_options.h"
#include "cli/request_options.h"
#include "cli/secrets.h"
#include "cli/standard_streams.h"
#include "core/parse.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

/// Who presents a client certificate: the command itself, or a proxy that has one of its own too.
enum class CertificateNames : std::uint8_t { plain, of_client };

void add_client_certificate(CLI::App& app, ConnectOptions& options, CertificateNames names) {
  const std::string group = "TLS";
  const std::string prefix = names == CertificateNames::plain ? "--" : "--client-";
  app.add_option(prefix + "cert", options.tls.certificate_file, "Client certificate (PEM)")
      ->type_name("FILE")
      ->group(group);
  app.add_option(prefix + "key", options.tls.key_file,
                 "Its key (PEM); default: in the certificate's file")
      ->type_name("FILE")
      ->group(group);
  app.add_option(prefix + "pass", options.key_password, "Password of the key; @FILE or env:NAME")
      ->group(group);
}

void add_tls_options(CLI::App& app, ConnectOptions& options, CertificateNames names) {
  const std::string group = "TLS";
  net::TlsOptions& tls = options.tls;
  app.add_flag("-k,--insecure", options.insecure, "Accept any certificate")->group(group);
  app.add_option("--cacert", tls.ca_file, "Trusted certificates (PEM); else SSL_CERT_FILE")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--capath", tls.ca_directory, "Directory of trusted certificates")
      ->type_name("DIR")
      ->group(group);
  add_client_certificate(app, options, names);
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

Expected<net::TlsOptions> make_tls_options(const ConnectOptions& options) {
  net::TlsOptions tls = options.tls;
  tls.verify = !options.insecure;
  tls.describe_certificates = options.verbose > 0;
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

}  // namespace

void add_connect_options(CLI::App& app, ConnectOptions& options) {
  app.add_option("URL", options.url, "ws://HOST[:PORT]/PATH, wss://... or ws+unix:SOCKET:/PATH")
      ->type_name("URL")
      ->required();
  // Expanded before the options are parsed: see from_curl.h.
  app.add_option_function<std::string>(
         "--from-curl", [](const std::string&) {},
         "URL and options from a browser's 'Copy as cURL (bash)'; @FILE reads it from a file")
      ->type_name("COMMAND")
      ->group("Request");
  add_connect_options_without_url(app, options);
}

void add_connect_options_without_url(CLI::App& app, ConnectOptions& options) {
  add_request_options(app, options);
  add_cookie_options(app, options);
  add_tls_options(app, options, CertificateNames::plain);
  add_network_options(app, options);
  add_proxy_options(app, options);
  app.add_flag("-v,--verbose", options.verbose,
               "Show the handshake on standard error: addresses, TLS, request and answer; -vv: "
               "every frame of connect, send and listen too")
      ->group("Output");
}

void add_target_options(CLI::App& app, ConnectOptions& options) {
  app.add_option("--to", options.url,
                 "The server: ws://HOST[:PORT][/PATH], wss://... or ws+unix:SOCKET")
      ->type_name("URL")
      ->required();
  add_passed_request_options(app, options);
  add_tls_options(app, options, CertificateNames::of_client);
  add_network_options(app, options);
  add_proxy_options(app, options);
}

void warn(std::string_view command, const ConnectOptions& options, const wire::Uri& uri) {
  const bool tls_options = options.insecure || options.tls_1_2 || options.tls_1_3 ||
                           !options.tls_max.empty() || options.tls != net::TlsOptions();
  // A redirect may lead to TLS.
  if (tls_options && !uri.tls && !options.follow) {
    say(fmt::format(
        "wskit {}: warning: TLS options have no effect on a URL without TLS; with it is "
        "wss://\n",
        command));
  } else if (options.insecure) {
    say(fmt::format("wskit {}: warning: certificates are not checked (--insecure)\n", command));
  }
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

Expected<ConnectPlan> make_connect_plan(const ConnectOptions& options) {
  auto cookies = read_cookies(options);
  if (!cookies) {
    return std::unexpected(std::move(cookies.error()));
  }
  auto request = make_request(options, *cookies);
  if (!request) {
    return std::unexpected(request.error());
  }
  auto dial = make_dial_options(options, request->options().uri);
  if (!dial) {
    return std::unexpected(dial.error());
  }
  auto redirects = make_redirects(options, *cookies, *request);
  auto watcher = OpeningWatcher::create(options, std::move(*cookies));
  if (!watcher) {
    return std::unexpected(std::move(watcher.error()));
  }
  return ConnectPlan{.request = std::move(*request),
                     .dial = std::move(*dial),
                     .client = {.connection = {.max_message_bytes = options.max_message_bytes,
                                               .max_frame_bytes = options.max_message_bytes},
                                .open_timeout = options.connect_timeout,
                                .unix_socket = options.unix_socket,
                                .redirects = std::move(redirects),
                                .watcher = watcher->get()},
                     .watcher = std::move(*watcher)};
}

}  // namespace wskit::cli
