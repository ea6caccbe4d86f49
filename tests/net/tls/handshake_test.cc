// SPDX-License-Identifier: MIT
#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/net/tls/memory_pair.h"
#include "tests/support/catch.h"

using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::TlsContext;
using wskit::net::TlsOptions;
using wskit::net::TlsVersion;

namespace {

wskit::Error refused(const std::string& certificate, const std::string& host = "localhost") {
  const TlsServerContext server({.certificate = certificate});
  MemoryPair pair(trusting(), server, host);
  pair.settle();
  REQUIRE(pair.client->errors == 1);
  CHECK(pair.client->connects == 0);
  CHECK(pair.client->error.code == ErrorCode::tls_certificate);
  return pair.client->error;
}

}  // namespace

TEST_CASE("a handshake agrees on a version and a cipher and then carries data both ways") {
  const int version = GENERATE(12, 13);
  const TlsServerContext server({.min_version = version, .max_version = version});
  MemoryPair pair(trusting(), server);
  CHECK(pair.client->connects == 0);
  pair.settle();
  CHECK(pair.client->error.message == "");
  CHECK(pair.peer.error == "");
  REQUIRE(pair.client->connects == 1);
  CHECK(pair.peer.established());
  const auto info = pair.stream->agreement();
  CHECK(info.version == (version == 13 ? TlsVersion::tls1_3 : TlsVersion::tls1_2));
  CHECK(info.cipher ==
        (version == 13 ? "TLS_AES_256_GCM_SHA384" : "ECDHE-ECDSA-AES256-GCM-SHA384"));
  CHECK_FALSE(info.resumed);
  CHECK(pair.peer.server_name() == "localhost");
  CHECK(pair.peer.protocol() == "http/1.1");

  pair.client->write("to server");
  pair.peer.write("to client");
  pair.settle();
  CHECK(pair.peer.received == "to server");
  CHECK(pair.client->received == "to client");
  CHECK(pair.client->errors == 0);
}

TEST_CASE("a handshake may arrive a byte at a time") {
  const int version = GENERATE(12, 13);
  const TlsServerContext server({.min_version = version, .max_version = version});
  MemoryPair pair(trusting(), server);
  pair.settle(1);
  CHECK(pair.client->connects == 1);
  pair.peer.write("hello");
  pair.settle(1);
  CHECK(pair.client->received == "hello");
}

TEST_CASE("a handshake may be cut anywhere") {
  const int version = GENERATE(12, 13);
  const TlsServerContext server({.min_version = version, .max_version = version});
  const auto context = TlsContext::create(trusting()).value();
  std::size_t flight = 1;
  int cuts = 0;
  int opened = 0;
  for (std::size_t cut = 1; cut <= flight; ++cut) {
    MemoryPair pair(context, server);
    pair.to_server();
    const std::string records = pair.peer.take();
    flight = records.size();
    // A signature varies by a few bytes in length.
    const std::string_view rest(records);
    pair.wire().receive(rest.substr(0, cut));
    pair.wire().receive(rest.substr(std::min(cut, flight)));
    pair.settle();
    ++cuts;
    opened += pair.client->connects;
  }
  CHECK(opened > 500);
  CHECK(opened == cuts);
}

TEST_CASE("versions are held to what the options allow") {
  TlsOptions options = trusting();
  SECTION("only TLS 1.2 with a server that can do both") {
    options.max_version = TlsVersion::tls1_2;
    MemoryPair pair(options, TlsServerContext());
    pair.settle();
    REQUIRE(pair.client->connects == 1);
    CHECK(pair.stream->agreement().version == TlsVersion::tls1_2);
  }
  SECTION("only TLS 1.3 with a server that has it not") {
    options.min_version = TlsVersion::tls1_3;
    MemoryPair pair(options, TlsServerContext({.max_version = 12}));
    pair.settle();
    CHECK(pair.client->error.message ==
          "server refused with TLS alert protocol_version (70); it does not speak TLS 1.3");
    CHECK(pair.client->error.code == ErrorCode::tls_alert);
  }
  SECTION("a server that has only TLS 1.1") {
    MemoryPair pair(options, TlsServerContext({.min_version = 11, .max_version = 11}));
    pair.settle();
    CHECK(pair.client->error.message ==
          "server refused with TLS alert protocol_version (70); it does not speak TLS 1.2 to 1.3");
    CHECK(pair.client->error.code == ErrorCode::tls_alert);
  }
}

TEST_CASE("ciphers are those of the options") {
  TlsOptions options = trusting();
  SECTION("of TLS 1.2") {
    options.max_version = TlsVersion::tls1_2;
    options.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
    MemoryPair pair(options, TlsServerContext());
    pair.settle();
    CHECK(pair.stream->agreement().cipher == "ECDHE-ECDSA-CHACHA20-POLY1305");
  }
  SECTION("of TLS 1.3") {
    options.ciphersuites = "TLS_AES_128_GCM_SHA256";
    MemoryPair pair(options, TlsServerContext());
    pair.settle();
    CHECK(pair.stream->agreement().cipher == "TLS_AES_128_GCM_SHA256");
  }
  SECTION("none in common") {
    options.max_version = TlsVersion::tls1_2;
    options.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
    MemoryPair pair(options, TlsServerContext({.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}));
    pair.settle();
    CHECK(pair.failed_with(ErrorCode::tls_alert,
                           "server refused with TLS alert handshake_failure (40)"));
  }
}

TEST_CASE("a certificate is refused with the reason and what it says") {
  CHECK(refused("expired").message ==
        "certificate has expired (2021-01-01); --insecure skips the check");
  CHECK(refused("not-yet-valid").message ==
        "certificate is not valid before 2100-01-01; --insecure skips the check");
  CHECK(refused("self-signed").message ==
        "certificate is self-signed; --cacert FILE trusts it; --insecure skips the check");
  CHECK(refused("unknown-ca").message ==
        "certificate is signed by the unknown authority \"authority that nobody trusts\"; --cacert "
        "FILE trusts it; --insecure skips the check");
  CHECK(refused("wrong-name").message ==
        "certificate is not for localhost but for other.example, *.wild.example; --insecure skips "
        "the check");
  CHECK(refused("server", "other.example").message ==
        "certificate is not for other.example but for localhost, 127.0.0.1, ::1; --insecure skips "
        "the check");
  CHECK(refused("server", "127.0.0.2").message ==
        "certificate is not for 127.0.0.2 but for localhost, 127.0.0.1, ::1; --insecure skips the "
        "check");
  CHECK(refused("common-name").message ==
        "certificate names no host (localhost in its subject does not count, RFC 9525); ask for "
        "one with a subjectAltName; --insecure skips the check");
}

TEST_CASE("a server learns by an alert why its certificate was refused") {
  const TlsServerContext server({.certificate = "expired", .max_version = 12});
  MemoryPair pair(trusting(), server);
  pair.to_server();
  pair.to_client();
  CHECK(pair.client->errors == 0);
  CHECK(pair.wire().finished);
  pair.to_server();
  CHECK(pair.client->errors == 1);
  CHECK(pair.peer.error == "sslv3 alert certificate expired");
}

TEST_CASE("without verification any certificate will do") {
  TlsOptions options;
  options.verify = false;
  for (const auto* const certificate :
       {"expired", "not-yet-valid", "self-signed", "unknown-ca", "wrong-name"}) {
    const TlsServerContext server({.certificate = certificate});
    MemoryPair pair(options, server);
    pair.settle();
    CHECK(pair.client->connects == 1);
  }
}

TEST_CASE("a server is asked for by name and checked by name or by address") {
  const TlsServerContext server;
  SECTION("a numeric address is checked and not asked for") {
    const auto* const host = GENERATE("127.0.0.1", "::1");
    MemoryPair pair(trusting(), server, host);
    pair.settle();
    CHECK(pair.client->connects == 1);
    CHECK(pair.peer.server_name().empty());
  }
  SECTION("a final dot belongs to DNS only") {
    MemoryPair pair(trusting(), server, "localhost.");
    pair.settle();
    CHECK(pair.client->connects == 1);
    CHECK(pair.peer.server_name() == "localhost");
  }
  SECTION("the option replaces the host") {
    TlsOptions options = trusting();
    options.server_name = "localhost";
    MemoryPair pair(options, server, "10.0.0.1");
    pair.settle();
    CHECK(pair.client->connects == 1);
    CHECK(pair.peer.server_name() == "localhost");
  }
  SECTION("a wildcard stands for one label") {
    const TlsServerContext wild({.certificate = "wrong-name"});
    MemoryPair pair(trusting(), wild, "a.wild.example");
    pair.settle();
    CHECK(pair.client->connects == 1);
    MemoryPair deeper(trusting(), wild, "a.b.wild.example");
    deeper.settle();
    CHECK(deeper.client->error.code == ErrorCode::tls_certificate);
  }
}

TEST_CASE("a client certificate is shown when the server asks") {
  const int version = GENERATE(12, 13);
  const TlsServerContext server(
      {.client_ca = "ca", .min_version = version, .max_version = version});
  TlsOptions options = trusting();
  SECTION("with an encrypted key") {
    options.certificate_file = certificate_path("client.pem");
    options.key_file = certificate_path("client-encrypted.key");
    options.key_password = "correct horse";
    MemoryPair pair(options, server);
    pair.settle();
    CHECK(pair.client->connects == 1);
    CHECK(pair.peer.established());
  }
  SECTION("none") {
    MemoryPair pair(options, server);
    pair.settle();
    // In TLS 1.3 the server judges after the client has finished.
    CHECK(pair.client->connects == (version == 13 ? 1 : 0));
    CHECK(pair.failed_with(
        ErrorCode::tls_alert,
        version == 13 ? "server refused with TLS alert certificate_required (116); it wants a "
                        "client certificate (--cert)"
                      : "server refused with TLS alert handshake_failure (40); no cipher in "
                        "common, or it wants a client certificate (--cert)"));
  }
  SECTION("one that the server does not trust") {
    options.certificate_file = certificate_path("other-client.pem");
    options.key_file = certificate_path("other-client.key");
    MemoryPair pair(options, server);
    pair.settle();
    CHECK(pair.failed_with(
        ErrorCode::tls_alert,
        "server refused with TLS alert unknown_ca (48); it does not trust our client certificate"));
  }
}

TEST_CASE("an answer that is not TLS is told from a failed handshake") {
  const auto answer = [](std::string_view bytes) {
    MemoryPair pair(trusting(), TlsServerContext());
    (void)pair.wire().take();
    pair.wire().receive(bytes);
    CHECK(pair.client->error.code == ErrorCode::tls_not_tls);
    return pair.client->error.message;
  };
  CHECK(answer("HTTP/1.1 400 Bad Request\r\n\r\n") ==
        "server does not speak TLS on this port: it answered in plain HTTP");
  CHECK(answer("220 mail\r\n") ==
        "server does not speak TLS on this port: it sent \"220 mail\\r\\n\"");
  CHECK(answer("\x16\x10") == "server does not speak TLS on this port: it sent \"\\x16\\x10\"");

  MemoryPair slow(trusting(), TlsServerContext());
  (void)slow.wire().take();
  slow.wire().receive("\x16");
  CHECK(slow.client->errors == 0);
  for (const char byte : std::string("\x10zzzzz")) {
    slow.wire().receive({&byte, 1});
  }
  CHECK(slow.client->error.code == ErrorCode::tls_not_tls);
}

TEST_CASE("a connection lost during the handshake is told from one refused") {
  MemoryPair pair(trusting(), TlsServerContext());
  pair.to_server();
  SECTION("by FIN") {
    pair.wire().eof();
    CHECK(pair.failed_with(ErrorCode::tls_closed,
                           "server closed the connection during the TLS handshake"));
  }
  SECTION("by RST") {
    pair.wire().fail(ErrorCode::reset, "receive from X: Connection reset by peer");
    CHECK(pair.failed_with(ErrorCode::tls_closed,
                           "connection lost during the TLS handshake: receive from X: Connection "
                           "reset by peer"));
  }
  SECTION("by want of memory here") {
    pair.wire().fail(ErrorCode::local_enobufs, "send to X: No buffer space available");
    CHECK(pair.failed_with(ErrorCode::local_enobufs, "send to X: No buffer space available"));
  }
}

TEST_CASE("sessions are resumed only on request") {
  const int version = GENERATE(12, 13);
  const TlsServerContext server({.min_version = version, .max_version = version});
  TlsOptions options = trusting();
  options.resume_sessions = GENERATE(false, true);
  const auto context = TlsContext::create(options).value();
  const auto resumed = [&](const std::string& host) {
    MemoryPair pair(context, server, host);
    pair.settle();
    pair.client->write("hello");
    pair.settle();
    REQUIRE(pair.peer.received == "hello");
    CHECK(pair.peer.resumed() == pair.stream->agreement().resumed);
    return pair.stream->agreement().resumed;
  };
  CHECK_FALSE(resumed("localhost"));
  CHECK(resumed("localhost") == options.resume_sessions);
  CHECK(resumed("localhost") == options.resume_sessions);
  // Another server, as far as we know.
  CHECK_FALSE(resumed("127.0.0.1"));
}

TEST_CASE("many connections can resume the same session at once") {
  const int version = GENERATE(12, 13);
  const TlsServerContext server({.min_version = version, .max_version = version});
  TlsOptions options = trusting();
  options.resume_sessions = true;
  const auto context = TlsContext::create(options).value();
  MemoryPair(context, server).settle();
  std::vector<std::unique_ptr<MemoryPair>> pairs;
  for (int i = 0; i < 5; ++i) {
    pairs.push_back(std::make_unique<MemoryPair>(context, server));
  }
  for (const auto& pair : pairs) {
    pair->settle();
    CHECK(pair->stream->agreement().resumed);
  }
}

TEST_CASE("a session of a connection that failed is not resumed") {
  const TlsServerContext server({.max_version = 12});
  TlsOptions options = trusting();
  options.resume_sessions = true;
  const auto context = TlsContext::create(options).value();
  {
    MemoryPair pair(context, server);
    pair.settle();
    std::string record("\x17\x03\x03\x00\x20", 5);
    pair.wire().receive(record.append(32, 'x'));
    CHECK(pair.client->error.code == ErrorCode::tls_failed);
  }
  MemoryPair next(context, server);
  next.settle();
  CHECK(next.client->connects == 1);
  CHECK_FALSE(next.stream->agreement().resumed);
}

TEST_CASE("session keys are appended to the key log") {
  const auto path = certificate_path("key-log-test");
  std::remove(path.c_str());
  TlsOptions options = trusting();
  options.key_log_file = path;
  for (int i = 0; i < 2; ++i) {
    MemoryPair pair(options, TlsServerContext());
    pair.settle();
    CHECK(pair.client->connects == 1);
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string lines = text.str();
  const auto count = [&](std::string_view label) {
    int found = 0;
    for (auto at = lines.find(label); at != std::string::npos; at = lines.find(label, at + 1)) {
      ++found;
    }
    return found;
  };
  CHECK(count("CLIENT_HANDSHAKE_TRAFFIC_SECRET ") == 2);
  CHECK(count("SERVER_TRAFFIC_SECRET_0 ") == 2);
  CHECK(lines.ends_with('\n'));
  std::remove(path.c_str());
}

TEST_CASE("a key log that cannot be written fails the connection") {
  TlsOptions options = trusting();
  options.key_log_file = "/dev/full";
  MemoryPair pair(options, TlsServerContext());
  pair.settle();
  CHECK(pair.failed_with(ErrorCode::unwritable_file,
                         "write the key log /dev/full: No space left on device"));
}
