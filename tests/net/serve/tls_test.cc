// SPDX-License-Identifier: MIT
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::string certificate_file(const std::string& name) {
  return std::string(WSKIT_TEST_CERTIFICATES "/").append(name);
}

// A TLS connection on top of a RawClient's socket, with OpenSSL alone.
class TlsClient {
 public:
  struct Options {
    std::string ca_file;  // empty: does not verify
    std::string host = "localhost";
    std::string alpn{};  // in OpenSSL's form
    int max_version = TLS1_3_VERSION;
    SSL_SESSION* session = nullptr;
    std::string certificate{};  // with its key, by the name of their files
  };

  TlsClient(std::uint16_t port, const Options& options) : socket_(port) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, options.max_version);
    if (options.max_version < TLS1_2_VERSION) {
      SSL_CTX_set_min_proto_version(context, options.max_version);
      SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    }
    if (!options.ca_file.empty()) {
      SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    ssl_ = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set1_host(ssl_, options.host.c_str());
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(options.alpn.data()),
                        static_cast<unsigned>(options.alpn.size()));
    SSL_set_session(ssl_, options.session);
    if (!options.certificate.empty()) {
      SSL_use_certificate_file(ssl_, certificate_file(options.certificate + ".pem").c_str(),
                               SSL_FILETYPE_PEM);
      SSL_use_PrivateKey_file(ssl_, certificate_file(options.certificate + ".key").c_str(),
                              SSL_FILETYPE_PEM);
    }
    SSL_set_fd(ssl_, socket_.fd());
    connected_ = SSL_connect(ssl_) == 1;
    ERR_clear_error();
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() { SSL_free(ssl_); }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string alpn() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_) == 1; }
  [[nodiscard]] SSL_SESSION* session() { return SSL_get1_session(ssl_); }

  void send(std::string_view bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  // At least `size` bytes of what comes, less at the end.
  [[nodiscard]] std::string read(std::size_t size) {
    std::string all;
    char buffer[4096];
    while (all.size() < size) {
      const int got = SSL_read(ssl_, buffer, sizeof buffer);
      if (got <= 0) {
        break;
      }
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  [[nodiscard]] std::string read_head() {
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
      const std::string more = read(1);
      if (more.empty()) {
        break;
      }
      head += more;
    }
    return head;
  }

 private:
  RawClient socket_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

serve::Certificate load(const std::string& name) {
  auto certificate =
      serve::Certificate::load(certificate_file(name + ".pem"), certificate_file(name + ".key"));
  if (!certificate) {
    FAIL(certificate.error().message);
  }
  return *certificate;
}

std::string text_in(const std::string& name) {
  std::ifstream file(certificate_file(name));
  return {std::istreambuf_iterator<char>(file), {}};
}

serve::ClientAuthorities load_authorities(const std::string& name) {
  return serve::ClientAuthorities::from_pem(text_in(name + ".pem")).value();
}

}  // namespace

TEST_CASE("it echoes over TLS to a client that verifies it") {
  const auto server = start_echo({.certificate = load("server")});
  CHECK(server->url() == "wss://127.0.0.1:" + std::to_string(server->port()) + "/");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server->port(),
                     {.ca_file = certificate_file("ca.pem"), .max_version = version});
    REQUIRE(client.connected());
    client.send(upgrade_request());
    CHECK(client.read_head().starts_with("HTTP/1.1 101 "));
    client.send(masked_frame(kText, "hello"));
    CHECK(client.read(7) == "\x81\x05hello");
    const std::string big(200'000, 'x');
    client.send(masked_frame(kBinary, big));
    CHECK(client.read(10 + big.size()).substr(10) == big);
    client.send(masked_frame(kClose, "\x03\xe8"));
    CHECK(client.read(4) == "\x88\x02\x03\xe8");
    CHECK(client.read(1).empty());
  }
}

TEST_CASE("HTTP/2 is not agreed to by ALPN") {
  const auto server = start_echo({.certificate = load("server")});
  TlsClient both(server->port(), {.alpn = "\x02h2\x08http/1.1"});
  REQUIRE(both.connected());
  CHECK(both.alpn() == "http/1.1");
  TlsClient only(server->port(), {.alpn = "\x02h2"});
  CHECK(only.alpn() != "h2");
}

TEST_CASE("TLS below 1.2 is refused") {
  const auto server = start_echo({.certificate = load("server")});
  TlsClient client(server->port(), {.max_version = TLS1_1_VERSION});
  CHECK_FALSE(client.connected());
}

TEST_CASE("a self-signed certificate is good for the names of this machine") {
  const auto certificate = serve::Certificate::make_self_signed().value();
  const std::string file = WSKIT_TEST_CERTIFICATES "/made-by-serve.pem";
  std::ofstream(file) << certificate.pem();
  const auto server = start_echo({.certificate = certificate});
  TlsClient trusting(server->port(), {.ca_file = file});
  CHECK(trusting.connected());
  TlsClient by_address(server->port(), {.ca_file = file, .host = "127.0.0.1"});
  CHECK(by_address.connected());
  TlsClient elsewhere(server->port(), {.ca_file = file, .host = "example.org"});
  CHECK_FALSE(elsewhere.connected());
  TlsClient stranger(server->port(), {.ca_file = certificate_file("ca.pem")});
  CHECK_FALSE(stranger.connected());
  std::remove(file.c_str());
}

TEST_CASE("a session is resumed on whichever thread") {
  const auto server = start_echo({.certificate = load("server"), .threads = 2});
  TlsClient first(server->port(), {});
  REQUIRE(first.connected());
  first.send(upgrade_request());
  REQUIRE(first.read_head().starts_with("HTTP/1.1 101 "));
  SSL_SESSION* session = first.session();
  TlsClient second(server->port(), {.session = session});
  SSL_SESSION_free(session);
  CHECK(second.resumed());
}

TEST_CASE("a client certificate is asked for, and a bad one ends the handshake") {
  const auto server =
      start_echo({.certificate = load("server"), .client_authorities = load_authorities("ca")});
  // In TLS 1.3 the client learns only afterwards that it was refused.
  const auto upgrades = [&](const TlsClient::Options& options) {
    TlsClient client(server->port(), options);
    client.send(upgrade_request());
    return client.read_head().starts_with("HTTP/1.1 101 ");
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CHECK(upgrades({.max_version = version}));
    CHECK(upgrades({.max_version = version, .certificate = "client"}));
    CHECK_FALSE(upgrades({.max_version = version, .certificate = "other-client"}));
    // Good for a server only.
    CHECK_FALSE(upgrades({.max_version = version, .certificate = "server"}));
  }
}

TEST_CASE("a session with a client certificate is resumed") {
  const auto server =
      start_echo({.certificate = load("server"), .client_authorities = load_authorities("ca")});
  TlsClient first(server->port(), {.certificate = "client"});
  first.send(upgrade_request());
  REQUIRE(first.read_head().starts_with("HTTP/1.1 101 "));
  SSL_SESSION* session = first.session();
  TlsClient second(server->port(), {.session = session});
  SSL_SESSION_free(session);
  CHECK(second.resumed());
  second.send(upgrade_request());
  CHECK(second.read_head().starts_with("HTTP/1.1 101 "));
}

TEST_CASE("client certificates need TLS, and authorities to check them with") {
  const auto server =
      serve::Server::start({.client_authorities = load_authorities("ca")}, serve::echo_service({}));
  REQUIRE_FALSE(server.has_value());
  CHECK_THAT(server.error().message, Catch::Contains("client certificates need TLS"));
  CHECK(serve::ClientAuthorities::from_pem(text_in("ca.key")).error().message ==
        "no certificate in PEM");
  std::string broken = text_in("ca.pem") + text_in("other-ca.pem");
  CHECK(serve::ClientAuthorities::from_pem(broken).has_value());
  broken.insert(broken.size() - 60, "?");
  CHECK(serve::ClientAuthorities::from_pem(broken).error().message ==
        "one of the certificates is broken");
}

TEST_CASE("a client without TLS gets no answer on a TLS port") {
  const auto server = start_echo({.certificate = load("server")});
  RawClient client(server->port());
  CHECK_FALSE(client.upgrade());
  CHECK(client.wait_for_end());
  TlsClient other(server->port(), {});
  CHECK(other.connected());
}

TEST_CASE("a certificate that cannot be used is refused with the file and the reason") {
  struct {
    std::string certificate;
    std::string key;
    const char* reason;
  } const cases[] = {
      {certificate_file("absent.pem"), certificate_file("server.key"), "No such file"},
      {certificate_file("server.pem"), certificate_file("absent.key"), "No such file"},
      {certificate_file("server.key"), certificate_file("server.key"), "no certificate in PEM"},
      {certificate_file("server.pem"), certificate_file("server.pem"), "no private key in PEM"},
      {certificate_file("server.pem"), certificate_file("expired.key"), "does not belong"},
      {certificate_file("client.pem"), certificate_file("client-encrypted.key"), "passphrase"},
  };
  for (const auto& bad : cases) {
    const auto certificate = serve::Certificate::load(bad.certificate, bad.key);
    REQUIRE_FALSE(certificate.has_value());
    CHECK(exit_code(certificate.error().code) == 2);
    CHECK_THAT(certificate.error().message, Catch::Contains(bad.reason));
  }
}
