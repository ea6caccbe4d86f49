// SPDX-License-Identifier: MIT
#include "cli/listen_tls.h"

#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/standard_streams.h"
#include "report/file.h"

namespace wskit::cli {
namespace {

Expected<std::unique_ptr<net::TlsAcceptor>> make_acceptor(net::Loop& loop,
                                                          const serve::Certificate& certificate) {
  return net::TlsAcceptor::create(loop, {.certificate = certificate.certificate(),
                                         .key = certificate.key(),
                                         .chain = certificate.chain()});
}

}  // namespace

void add_listen_tls(CLI::App& app, ListenTls& options) {
  const std::string group = "TLS";
  app.add_option("--cert", options.certificate_file, "Certificate with its chain, PEM")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--key", options.key_file, "Its private key, PEM, without a passphrase")
      ->type_name("FILE")
      ->group(group);
  app.get_option("--cert")->needs("--key");
  app.get_option("--key")->needs("--cert");
  app.add_flag("--self-signed", options.self_signed,
               "Make a certificate for localhost, 127.0.0.1 and ::1, good for 30 days")
      ->excludes("--cert")
      ->group(group);
  app.add_option("--write-ca", options.ca_file,
                 "Write that certificate here, for the --cacert of clients")
      ->type_name("FILE")
      ->needs("--self-signed")
      ->group(group);
}

Expected<std::optional<serve::Certificate>> find_certificate(const ListenTls& options) {
  if (!options.self_signed && options.certificate_file.empty()) {
    return std::nullopt;
  }
  auto certificate = options.self_signed
                         ? serve::Certificate::make_self_signed()
                         : serve::Certificate::load(options.certificate_file, options.key_file);
  if (!certificate) {
    return std::unexpected(std::move(certificate.error()));
  }
  return *std::move(certificate);
}

Expected<ListenSecurity> secure_listening(net::Loop& loop, const ListenTls& options) {
  auto certificate = find_certificate(options);
  if (!certificate) {
    return std::unexpected(std::move(certificate.error()));
  }
  ListenSecurity security{.certificate = *std::move(certificate), .acceptor = nullptr};
  if (!security.certificate) {
    return security;
  }
  auto acceptor = make_acceptor(loop, *security.certificate);
  if (!acceptor) {
    return std::unexpected(std::move(acceptor.error()));
  }
  security.acceptor = *std::move(acceptor);
  return security;
}

Expected<void> add_flawed(net::Loop& loop, ListenSecurity& security) {
  if (!security.certificate) {
    return {};
  }
  auto flawed = serve::FlawedCertificates::make();
  if (!flawed) {
    return std::unexpected(std::move(flawed.error()));
  }
  auto expired = make_acceptor(loop, flawed->expired);
  auto misnamed = make_acceptor(loop, flawed->wrong_name);
  if (!expired || !misnamed) {
    return std::unexpected(std::move(!expired ? expired.error() : misnamed.error()));
  }
  security.flawed = *std::move(flawed);
  security.expired = *std::move(expired);
  security.misnamed = *std::move(misnamed);
  return {};
}

Expected<void> tell_how_to_trust(const ListenTls& options, const serve::Certificate& certificate,
                                 const serve::FlawedCertificates* flawed) {
  say(fmt::format("self-signed certificate, SHA-256 {}\n", certificate.fingerprint()));
  if (options.ca_file.empty()) {
    say("to trust it: --write-ca FILE here, --cacert FILE at the client\n");
    return {};
  }
  // With the flawed ones, so that clients find the flaw, and not that they don't know who signed
  // it.
  auto written = report::write_file(
      options.ca_file,
      certificate.pem() +
          (flawed == nullptr ? "" : flawed->expired.pem() + flawed->wrong_name.pem()));
  if (written) {
    say(fmt::format("to trust it: --cacert {}\n", options.ca_file));
  }
  return written;
}

}  // namespace wskit::cli
