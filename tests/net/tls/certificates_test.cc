// SPDX-License-Identifier: MIT
#include "net/certificate.h"

#include "tests/net/tls/dialing.h"
#include "tests/support/catch.h"

using namespace wskit::net;
using namespace wskit::test;
using wskit::ErrorCode;

namespace {

/// Dials once and keeps what the server showed.
struct Looking final : DialHandler {
  Looking(Loop& loop, const DialOptions& options, const TlsServerOptions& server_options)
      : server(loop, server_options), dialer(loop, options) {
    dial = dialer.dialer->dial(server.endpoint(), *this);
    run_until(loop, [&] { return done; });
  }

  void on_certificates(ServerCertificates certificates) override {
    CHECK_FALSE(done);
    shown = std::move(certificates);
  }
  void on_dialed(Dialed dialed) override {
    end = std::make_unique<End>(std::move(dialed.stream));
    done = true;
  }
  void on_dial_failed(const wskit::Error& failure) override {
    error = failure;
    done = true;
  }

  TlsTestServer server;
  TestDialer dialer;
  std::unique_ptr<Dial> dial;
  std::optional<ServerCertificates> shown;
  std::optional<wskit::Error> error;
  std::unique_ptr<End> end;
  bool done = false;
};

DialOptions describing(bool verify) {
  DialOptions options = trusting_dials();
  options.tls.describe_certificates = true;
  options.tls.verify = verify;
  return options;
}

}  // namespace

WSKIT_SOCKET_TEST("a trusted certificate is described before the connection is handed over") {
  const Looking looking(loop, describing(true), {});
  REQUIRE(looking.shown);
  CHECK_FALSE(looking.error);
  CHECK(looking.shown->distrust.empty());
  REQUIRE_FALSE(looking.shown->chain.empty());
  const Certificate& own = looking.shown->chain.front();
  CHECK_THAT(own.subject, Catch::Contains("CN = "));
  CHECK(own.names == std::vector<std::string>{"localhost", "127.0.0.1", "::1"});
  CHECK(own.key == "EC prime256v1");
  CHECK(date_text(own.not_before) == "2020-01-01");
  CHECK(date_text(own.not_after).starts_with("2120-01-0"));
}

WSKIT_SOCKET_TEST("a certificate that is refused is described all the same, with the reason") {
  const auto [name, reason] = GENERATE(table<std::string, std::string>(
      {{"expired", "certificate has expired (2021-01-01)"},
       {"wrong-name", "not for localhost but for other.example, *.wild.example"},
       {"unknown-ca", "signed by the unknown authority"},
       {"self-signed", "self-signed"}}));
  const Looking looking(loop, describing(true), {.certificate = name});
  REQUIRE(looking.error);
  CHECK(looking.error->code == ErrorCode::tls_certificate);
  REQUIRE(looking.shown);
  REQUIRE_FALSE(looking.shown->chain.empty());
  CHECK_FALSE(looking.shown->chain.front().issuer.empty());
  CHECK_THAT(looking.shown->distrust, Catch::Contains(reason));
  CHECK_THAT(looking.shown->distrust, !Catch::Contains("--insecure"));
}

WSKIT_SOCKET_TEST("without the check a bad certificate is accepted and the reason told") {
  const Looking looking(loop, describing(false), {.certificate = "expired"});
  CHECK_FALSE(looking.error);
  REQUIRE(looking.shown);
  CHECK(looking.shown->chain.size() == 1);
  CHECK_THAT(looking.shown->distrust, Catch::Contains("has expired"));
}

WSKIT_SOCKET_TEST("nothing is described unless it is asked for") {
  const Looking looking(loop, trusting_dials(), {});
  CHECK_FALSE(looking.error);
  CHECK_FALSE(looking.shown);
}

TEST_CASE("dates are written as ISO has them") {
  CHECK(date_text({}) == "1970-01-01");
  CHECK(date_text(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) == "2026-11-24");
}
