// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"
#include "tests/support/catch.h"

using namespace wskit::test;

namespace {

Exit bench_in_vain(const std::string& url, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"bench", url, "-c", "1", "-n", "1", "--connect-timeout", "5s"});
  return wskit::test::wskit(more);
}

/// One line that says all of these, and nothing on standard output.
void check_complaint(const Exit& exit, int code, const std::vector<std::string>& parts) {
  INFO(exit.err);
  INFO(exit.out);
  CHECK(exit.code == code);
  CHECK(std::ranges::count(exit.err, '\n') == 1);
  CHECK(exit.out.empty());
  for (const std::string& part : parts) {
    CHECK_THAT(exit.err, Catch::Contains(part));
  }
}

CannedServer answering(const std::string& answer) {
  return CannedServer([answer](const std::string&) { return answer; });
}

/// A server that upgrades and then sends these frames.
CannedServer sending(const std::string& frames) {
  return CannedServer(
      [frames](const std::string& request) { return accept_answer(request, frames); });
}

void check_all_lost(const Exit& exit, const std::string& why) {
  INFO(exit.err);
  CHECK(exit.code == 56);
  CHECK(std::ranges::count(exit.err, '\n') == 1);
  CHECK_THAT(exit.err, Catch::Contains("the connection was lost: "));
  CHECK_THAT(exit.err, Catch::Contains(why));
}

}  // namespace

TEST_CASE("a URL with another scheme exits with 3 and names the right ones") {
  check_complaint(bench_in_vain("http://127.0.0.1/"), 3, {"http", "ws://"});
}

TEST_CASE("a URL with an impossible port exits with 3") {
  check_complaint(bench_in_vain("ws://127.0.0.1:99999/"), 3, {"99999", "65535"});
}

TEST_CASE("an unknown host exits with 6 and names it") {
  check_complaint(bench_in_vain("ws://no-such-host.invalid/"), 6,
                  {"no-such-host.invalid", "--resolve"});
}

TEST_CASE("a refused connection exits with 7 and names the address") {
  const std::string address = "127.0.0.1:" + std::to_string(closed_port());
  check_complaint(bench_in_vain("ws://" + address + "/"), 7, {address, "refused"});
}

TEST_CASE("a handshake that is never answered exits with 28 after its time") {
  const auto server = CannedServer::silent();
  check_complaint(bench_in_vain(server.url(), {"--connect-timeout", "300ms"}), 28,
                  {"upgrade", "300 ms", "--connect-timeout"});
}

TEST_CASE("a TLS handshake that is never answered exits with 28 after its time") {
  const auto server = CannedServer::silent();
  check_complaint(bench_in_vain(server.url("wss"), {"--connect-timeout", "300ms"}), 28, {"TLS"});
}

TEST_CASE("a 401 exits with 22 and shows the status and the body") {
  const auto server =
      answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 17\r\n\r\ntoken is missing!");
  check_complaint(bench_in_vain(server.url()), 22, {"401", "token is missing!"});
}

TEST_CASE("a plain HTTP server exits with 22 and says what it answered") {
  const auto server = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  check_complaint(bench_in_vain(server.url()), 22, {"200"});
}

TEST_CASE("of a page that an HTTP server answers only its text is shown") {
  const auto server = answering(
      "HTTP/1.1 401 Unauthorized\r\nConnection: "
      "close\r\n\r\n<html><head><title>Unauthorized</title>"
      "<style>p {}</style></head>\r\n<body><p>Sign&nbsp;in\r\nfirst</p></body></html>");
  check_complaint(bench_in_vain(server.url()), 22, {"401", "and said: Sign in first;"});
}

TEST_CASE("an address is said once, and a literal one contradicts the other family's option") {
  const std::string address = "127.0.0.1:" + std::to_string(closed_port());
  const std::string url = "ws://" + address + "/";
  check_complaint(bench_in_vain(url), 7, {"wskit bench: connect " + url + ": "});
  check_complaint(bench_in_vain(url, {"-6"}), 2,
                  {"connect " + url + ": this is an IPv4 address", "-6 out"});
  check_complaint(bench_in_vain("ws://[::1]:9/", {"-4"}), 2, {"IPv6 address", "-4 out"});
}

TEST_CASE("what is not HTTP exits with 22") {
  const auto server = answering("SSH-2.0-OpenSSH_9.2\r\n");
  check_complaint(bench_in_vain(server.url()), 22, {"HTTP"});
}

TEST_CASE("TLS to a plain port exits with 35 and says so") {
  const auto server = answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  check_complaint(bench_in_vain(server.url("wss")), 35, {"TLS", "ws://"});
}

TEST_CASE("a wrong accept key exits with 22") {
  const auto server = answering(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
  check_complaint(bench_in_vain(server.url()), 22, {"Sec-WebSocket-Accept"});
}

TEST_CASE("a server that masks its frames is a protocol error and exits with 56") {
  using namespace std::string_literals;
  const auto server = sending("\x81\x85\x01\x02\x03\x04iggnn"s);
  check_all_lost(bench_in_vain(server.url()), "mask");
}

TEST_CASE("a server that sends bad UTF-8 as text exits with 56") {
  using namespace std::string_literals;
  const auto server = sending("\x81\x02\xc3\x28"s);
  check_all_lost(bench_in_vain(server.url()), "UTF-8");
}

TEST_CASE("more connections than open files allow are refused before the run") {
  check_complaint(bench_in_vain("ws://127.0.0.1:9/", {"-c", "4000000"}), 2,
                  {"4000000", "open files", "-c ", "ulimit"});
}

TEST_CASE("usage errors exit with 2 and say what could be written") {
  const std::string url = "ws://127.0.0.1:9/";
  check_complaint(bench_in_vain(url, {"-r", "0"}), 2, {"--rate", "'0'", "above zero"});
  check_complaint(bench_in_vain(url, {"-d", "5parsecs"}), 2, {"--duration", "5parsecs", "250ms"});
  check_complaint(bench_in_vain(url, {"--size", "1kb"}), 2, {"--size", "64k"});
  check_complaint(bench_in_vain(url, {"--size", "100G"}), 2,
                  {"--size 107374182400", "at most", "1G"});
  check_complaint(bench_in_vain(url, {"--size", "10"}), 2, {"--size 10", "22 bytes"});
  check_complaint(bench_in_vain(url, {"--threshold", "p99<50parsecs"}), 2, {"p99<50parsecs"});
  check_complaint(bench_in_vain(url, {"--threshold", "speed>1"}), 2, {"speed", "response"});
  check_complaint(bench_in_vain(url, {"-r", "10", "--window", "2"}), 2, {"--window", "--rate"});
  check_complaint(bench_in_vain(url, {"--no-such-option"}), 2, {"--no-such-option", "--help"});
  check_complaint(bench_in_vain(url, {"-H", "no colon"}), 2, {"no colon", "Name: value"});
  check_complaint(bench_in_vain(url, {"--match", "psychic"}), 2, {"psychic", "echo, fifo"});
  check_complaint(bench_in_vain(url, {"--stages", "10s"}), 2, {"10s:0-1000"});
}

TEST_CASE("a word that is not known is named, with the nearest one that is") {
  const std::string url = "ws://127.0.0.1:1/";
  check_complaint(wskit::test::wskit({"benhc", url}), 2,
                  {"wskit: unknown command 'benhc' (did you mean bench?); try wskit --help"});
  check_complaint(wskit::test::wskit({"serve", "ecko"}), 2,
                  {"wskit serve:", "(did you mean echo?)"});
  check_complaint(wskit::test::wskit({"compare", "--help"}), 2, {"unknown command 'compare'; try"});
  check_complaint(bench_in_vain(url, {"--conections", "5"}), 2,
                  {"wskit bench: unknown option --conections (did you mean --connections?); "
                   "try wskit bench --help"});
  check_complaint(wskit::test::wskit({"bench", "--conections=5"}), 2,
                  {"unknown option --conections "});
  check_complaint(bench_in_vain(url, {"-Z"}), 2, {"unknown option -Z; try"});
  check_complaint(bench_in_vain(url, {"ws://second"}), 2,
                  {"'ws://second' is one argument too many"});
  check_complaint(wskit::test::wskit({"bench"}), 2, {"wskit bench: URL is required"});
  check_complaint(wskit::test::wskit({}), 2, {"wskit: name a command: "});
  check_complaint(wskit::test::wskit({"serve"}), 2,
                  {"wskit serve: name a command: echo, pubsub, script"});
}

TEST_CASE("what cannot be measured is refused before the run") {
  const std::string url = "ws://127.0.0.1:1/";
  check_complaint(bench_in_vain(url, {"--threshold", "connect_tls.p95<20ms"}), 2,
                  {"--threshold 'connect_tls.p95<20ms'", "ws://", "has no connect_tls"});
  check_complaint(bench_in_vain(url, {"--threshold", "send_lag.p99<1ms"}), 2,
                  {"closed model", "--rate", "has no send_lag"});
  check_complaint(bench_in_vain(url, {"--stages", "1s:100", "-d", "3s"}), 2,
                  {"leave --duration out"});
  check_complaint(bench_in_vain(url, {"--stages", ""}), 2, {"--stages", "is empty"});
  check_complaint(bench_in_vain(url, {"--json", ""}), 2, {"--json", "is empty"});
  check_complaint(bench_in_vain(url, {"-d", "0"}), 2, {"--duration 0", "10s"});
}

TEST_CASE("nothing that could break out of its header line is sent") {
  const std::string url = "ws://127.0.0.1:9/";
  check_complaint(bench_in_vain(url, {"-H", "X-A: b\r\nInjected: yes"}), 2, {"X-A"});
  check_complaint(bench_in_vain(url, {"-H", "Bad Name: b"}), 2, {"Bad Name"});
  check_complaint(bench_in_vain(url, {"--origin", "http://a\r\nX: y"}), 2, {"rigin"});
  check_complaint(bench_in_vain(url, {"-s", "a b"}), 2, {"subprotocol"});
  check_complaint(bench_in_vain("ws://127.0.0.1:9/a\r\nX: y"), 3, {});
}

TEST_CASE("an unreadable payload file exits with 2 and names it") {
  check_complaint(bench_in_vain("ws://127.0.0.1:9/", {"--payload", "@/no/such/file"}), 2,
                  {"/no/such/file", "No such file"});
}

TEST_CASE("a line of the payload file that is not JSON is named with its number") {
  const std::string file = std::filesystem::temp_directory_path() /
                           ("wskit-payload-" + std::to_string(::getpid()) + ".jsonl");
  std::ofstream(file) << "{\"a\":1}\n\n{\"a\":\n";
  const Exit exit = bench_in_vain("ws://127.0.0.1:1/", {"--payload-jsonl", file});
  std::filesystem::remove(file);
  check_complaint(exit, 2, {file + ": line 3 is not JSON"});
}

TEST_CASE("an address or interface that this machine does not have is called that") {
  const std::string url = "ws://127.0.0.1:1/";
  check_complaint(bench_in_vain(url, {"--source", "192.0.2.1"}), 7,
                  {"not an address of this machine"});
  check_complaint(bench_in_vain(url, {"--interface", "nope0"}), 7, {"No such device; ip link"});
}

TEST_CASE("a missing results directory is known before the run") {
  const Exit exit = bench_in_vain("ws://127.0.0.1:9/", {"--json", "/no/such/directory/r.json"});
  check_complaint(exit, 23, {"/no/such/directory/r.json", "no directory"});
}

TEST_CASE("a full disk while writing the result is said and exits with 23") {
  EchoProcess server;
  const Exit exit = bench_in_vain(server.url(), {"--json", "/dev/full", "-q"});
  check_complaint(exit, 23, {"/dev/full", "No space left"});
}

TEST_CASE("a password on the command line is in neither the output nor the result file") {
  EchoProcess server;
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "wskit-secret.json";
  const Exit exit = bench_in_vain(
      server.url(), {"-u", "ann:s3cret", "--oauth2-bearer=t0ken", "--json", file.string()});
  std::ifstream stream(file);
  const std::string json((std::istreambuf_iterator<char>(stream)), {});
  std::filesystem::remove(file);
  CHECK_THAT(json, Catch::Contains("wskit bench"));
  for (const std::string& text : {exit.out, exit.err, json}) {
    CHECK_THAT(text, !Catch::Contains("s3cret"));
    CHECK_THAT(text, !Catch::Contains("t0ken"));
  }
}

TEST_CASE("a certificate that is not to be trusted exits with 60 and says why") {
  const std::string directory = WSKIT_TEST_CERTIFICATES;
  const std::vector<std::pair<std::string, std::string>> cases{
      {"expired", "expired"},
      {"self-signed", "self-signed"},
      {"wrong-name", "other.example"},
      {"unknown-ca", "unknown authority"},
  };
  for (const auto& [name, reason] : cases) {
    INFO(name);
    EchoProcess server(
        {"--cert", directory + "/" + name + ".pem", "--key", directory + "/" + name + ".key"});
    const Exit exit = bench_in_vain(server.url(), {"--cacert", directory + "/ca.pem"});
    check_complaint(exit, 60, {"certificate", reason, "--insecure"});
  }
}

TEST_CASE(
    "a certificate of a trusted issuer is accepted and without the check any with a warning") {
  const std::string directory = WSKIT_TEST_CERTIFICATES;
  EchoProcess good({"--cert", directory + "/server.pem", "--key", directory + "/server.key"});
  CHECK(bench_in_vain(good.url(), {"--cacert", directory + "/ca.pem"}).code == 0);
  EchoProcess expired({"--cert", directory + "/expired.pem", "--key", directory + "/expired.key"});
  const Exit exit = bench_in_vain(expired.url(), {"--insecure"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::Contains("not checked"));
}

TEST_CASE("WebSocket without TLS to a TLS port exits with 22 and says what speaks there") {
  EchoProcess server({"--self-signed"});
  const std::string url = "ws" + server.url().substr(3);
  check_complaint(bench_in_vain(url), 22, {"wss://"});
}
