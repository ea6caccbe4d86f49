// SPDX-License-Identifier: MIT
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;
using Catch::Contains;

namespace {

Exit ping(const std::string& url, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"ping", url, "-i", "10ms"});
  return test::wskit(more);
}

const std::string kCertificates = WSKIT_TEST_CERTIFICATES;

/// An echo server over TLS with one of the tests' certificates.
EchoProcess secure(const std::string& name) {
  return EchoProcess({"--cert", kCertificates + "/" + name + ".pem", "--key",
                      kCertificates + "/" + name + ".key"});
}

/// Upgrades, says `frames` and nothing more: no ping is ever answered.
CannedServer mute(const std::string& frames = {}) {
  return CannedServer(
      [frames](const std::string& request) { return accept_answer(request, frames); });
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("ping shows the steps of opening, a line for each pong, and a summary") {
  EchoProcess server;
  const Exit exit = ping(server.url());
  INFO(exit.out);
  CHECK(exit.code == 0);
  CHECK(exit.err.empty());
  CHECK_THAT(exit.out, Catch::StartsWith(server.url() + " (127.0.0.1:"));
  for (const char* step : {"\n  tcp ", "\n  upgrade ", "\n    first byte ", "\n  total "}) {
    CHECK(occurrences(exit.out, step) == 1);
  }
  CHECK(occurrences(exit.out, "\npong ") == 5);
  CHECK_THAT(exit.out, Contains("5 pings sent, 5 answered, 0 lost (0 %)"));
  CHECK_THAT(exit.out, Contains("\nmin ") && Contains("  p99 "));
  // A pipe gets no picture.
  CHECK_THAT(exit.out, !Contains("█") && !Contains("###") && !Contains("\x1b"));
}

TEST_CASE("ping without pings only opens the connection") {
  EchoProcess server;
  const Exit exit = ping(server.url(), {"-c", "0"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Contains("total") && !Contains("ping"));
}

TEST_CASE("ping writes its result as JSON, to standard output alone or to a file") {
  EchoProcess server;
  const Exit exit = ping(server.url(), {"-c", "3", "--json", "-", "--compress"});
  const Json result = result_of(exit);
  CHECK(result["wskit_ping"] == 1);
  CHECK(result["phases"]["connect_us"].get<double>() > 0);
  CHECK(result["phases"]["tls_us"].is_null());
  CHECK(result["round_trips"]["answered"] == 3);
  CHECK(result["round_trips"]["p99_us"].get<double>() > 0);
  CHECK(result["compression"] == "permessage-deflate");
  CHECK(result["error"].is_null());
  CHECK_THAT(exit.err, Contains("3 pings sent"));

  const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                     ("wskit-ping-" + std::to_string(::getpid()) + ".json");
  CHECK(ping(server.url(), {"-c", "1", "-q", "--json", file.string()}).out.empty());
  std::ifstream stream(file);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  std::filesystem::remove(file);
  const auto written = parse_json(text);
  REQUIRE(written.has_value());
  CHECK((*written)["round_trips"]["sent"] == 1);
}

TEST_CASE("ping over TLS shows version, cipher and the certificate") {
  EchoProcess server = secure("server");
  const Exit exit = ping(server.url(), {"--cacert", kCertificates + "/ca.pem", "-c", "1"});
  INFO(exit.out);
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Contains("\n  tls ") && Contains("TLS 1.3, TLS_"));
  CHECK_THAT(exit.out, Contains("CN = localhost") && Contains("CN = wskit test authority"));
  CHECK_THAT(exit.out, Contains("2020-01-01 to 2120-01-01, expires in "));
  CHECK_THAT(exit.out, Contains("localhost, 127.0.0.1, ::1") && Contains("EC prime256v1"));
  CHECK_THAT(exit.out, Contains("trusted     yes"));
}

TEST_CASE("ping says why a certificate is not trusted and shows it, checked or not") {
  const auto [name, reason] =
      GENERATE(table<std::string, std::string>({{"expired", "expired"},
                                                {"wrong-name", "other.example"},
                                                {"unknown-ca", "unknown authority"}}));
  EchoProcess server = secure(name);
  const std::vector<std::string> trusting{"--cacert", kCertificates + "/ca.pem", "-c", "1"};
  const Exit refused = ping(server.url(), trusting);
  INFO(refused.out << refused.err);
  CHECK(refused.code == 60);
  CHECK_THAT(refused.err, Contains(reason) && Contains("--insecure"));
  CHECK_THAT(refused.out, Contains("  certificate CN = ") && Contains("trusted     no: "));

  std::vector<std::string> insecure = trusting;
  insecure.insert(insecure.end(), {"-k", "--json", "-"});
  const Exit accepted = ping(server.url(), insecure);
  CHECK(accepted.code == 0);
  const Json tls = result_of(accepted)["tls"];
  CHECK(tls["trusted"] == false);
  CHECK_THAT(tls["distrust"].get<std::string>(), Contains(reason));
  CHECK(tls["certificates"].size() == 1);
}

TEST_CASE("ping writes the JSON of a connection that did not come about") {
  EchoProcess server = secure("expired");
  const Exit exit = ping(server.url(), {"--cacert", kCertificates + "/ca.pem", "--json", "-"});
  CHECK(exit.code == 60);
  const Json result = result_of(exit);
  CHECK(result["phases"].is_null());
  CHECK(result["error"]["code"] == "tls_certificate");
  CHECK(result["tls"]["certificates"][0]["not_after"] == "2021-01-01T00:00:00.000000000Z");
}

TEST_CASE("a server that never pongs loses every ping and exits with 28") {
  const CannedServer server = mute();
  const Exit exit = ping(server.url(), {"-c", "2", "--timeout", "100ms"});
  CHECK(exit.code == 28);
  CHECK_THAT(exit.out, Contains("ping 1: no pong\nping 2: no pong\n"));
  CHECK_THAT(exit.out, Contains("2 pings sent, 0 answered, 2 lost (100 %)"));
}

TEST_CASE("messages and pongs nobody asked for do not count") {
  using namespace std::string_literals;
  const CannedServer server = mute("\x81\x02hi\x8a\x00\x8a\x02no"s);
  const Exit exit = ping(server.url(), {"-c", "1", "--timeout", "100ms"});
  CHECK(exit.code == 28);
  CHECK_THAT(exit.out, Contains("0 answered") && Contains("2 pongs to nothing that was out"));
}

TEST_CASE("ping decides for CI by round trips and by the end of certificates") {
  EchoProcess server = secure("server");
  const std::vector<std::string> trusting{"--cacert", kCertificates + "/ca.pem", "-c", "3"};
  const auto with = [&](const std::vector<std::string>& checks) {
    std::vector<std::string> all = trusting;
    all.insert(all.end(), checks.begin(), checks.end());
    return ping(server.url(), all);
  };
  const Exit good = with({"--fail-above", "1m", "--fail-above", "p99:1m", "--fail-expiry", "30"});
  CHECK(good.code == 0);
  CHECK_THAT(good.out,
             Contains("ok    1m  ") && Contains("ok    p99:1m  ") && Contains("ok    expiry:30  "));
  const Exit slow = with({"--fail-above", "avg:1ns", "-q"});
  CHECK(slow.code == 1);
  CHECK(slow.out.empty());
  CHECK_THAT(slow.err, Contains("avg:1ns does not hold: "));
  const Exit ending = with({"--fail-expiry", "99999"});
  CHECK(ending.code == 1);
  CHECK_THAT(ending.out, Contains("FAIL  expiry:99999  ") && Contains(" days left"));
}

TEST_CASE("a lost pong fails every limit but that on the minimum") {
  const CannedServer server = mute();
  const Exit exit = ping(server.url(), {"-c", "1", "--timeout", "50ms", "--fail-above", "1h"});
  CHECK(exit.code == 1);
  CHECK_THAT(exit.out, Contains("FAIL  1h  infinite"));
}

TEST_CASE("an interrupted ping prints its summary and exits with 130") {
  EchoProcess server;
  Process process({WSKIT_BINARY, "ping", server.url(), "-c", "100000", "-i", "10ms"});
  std::string line;
  for (int i = 0; i < 20 && !line.starts_with("pong 2:"); ++i) {
    line = process.read_line();
  }
  REQUIRE_THAT(line, Catch::StartsWith("pong 2:"));
  process.signal(SIGINT);
  const Exit exit = process.wait();
  CHECK(exit.code == 130);
  CHECK_THAT(exit.out, Contains(" pings sent, ") && Contains("min "));
}

TEST_CASE("ping goes over a unix socket") {
  const std::string path = std::filesystem::temp_directory_path() /
                           ("wskit-ping-" + std::to_string(::getpid()) + ".sock");
  Process server({WSKIT_BINARY, "serve", "echo", "--listen", "unix:" + path});
  const Exit exit = ping(server.read_line(), {"-c", "1"});
  INFO(exit.err);
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Contains("(" + path + ")") && Contains("\n  connect ") && !Contains("tcp"));
}

TEST_CASE("ping follows redirects when asked to and says what they cost") {
  EchoProcess server;
  const std::string target = "http" + server.url().substr(2);
  const CannedServer redirecting(
      [target](const std::string&) {
        return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target + "\r\n\r\n";
      },
      CannedServer::Then::close);
  const Exit exit = ping(redirecting.url(), {"-c", "1", "-L", "--json", "-"});
  INFO(exit.err);
  CHECK(exit.code == 0);
  const Json result = result_of(exit);
  CHECK(result["location"] == server.url());
  CHECK(result["phases"]["redirects_us"].get<double>() > 0);
  CHECK_THAT(exit.err, Contains("location    " + server.url()) && Contains("\n  redirects "));
  CHECK(ping(redirecting.url(), {"-c", "1"}).code == 22);
}

TEST_CASE("a server that refuses the ping's connection is an error as everywhere") {
  CHECK(ping("ws://127.0.0.1:" + std::to_string(closed_port()) + "/").code == 7);
  const CannedServer http(
      [](const std::string&) { return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"; });
  const Exit exit = ping(http.url());
  CHECK(exit.code == 22);
  CHECK_THAT(exit.err, Contains("404"));
}

TEST_CASE("a connection that ends before all pongs came exits with 56, or 1 after a normal close") {
  using namespace std::string_literals;
  const CannedServer normal = mute("\x88\x02\x03\xe8"s);
  const Exit closed = ping(normal.url());
  CHECK(closed.code == 1);
  CHECK_THAT(closed.err, Contains(normal.url()) && Contains("the server closed with 1000"));
  const CannedServer failing = mute("\x88\x02\x03\xf3"s);
  CHECK(ping(failing.url()).code == 56);
  const CannedServer gone([](const std::string& request) { return accept_answer(request, {}); },
                          CannedServer::Then::close);
  CHECK(ping(gone.url()).code == 56);
}

TEST_CASE("what ping cannot do is a usage error") {
  const std::string url = "ws://127.0.0.1:1/";
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--fail-expiry", "30"}, "wss://"},
      {{"-c", "0", "--fail-above", "1s"}, "--count 0"},
      {{"--fail-above", "median:1s"}, "p99:50ms"},
      {{"--fail-above", "fast"}, "250ms"},
      {{"-i", "10us"}, "less than 1ms"},
      {{"--timeout", "0"}, "--timeout 0"},
      {{"--json", "/no/such/directory/x.json"}, "/no/such/directory"},
  };
  for (const auto& [options, part] : cases) {
    INFO(options.front());
    const Exit exit = ping(url, options);
    CHECK(exit.code == (part.starts_with('/') ? 23 : 2));
    CHECK_THAT(exit.err, Contains(part));
  }
}
