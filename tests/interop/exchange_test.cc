// SPDX-License-Identifier: MIT
// connect, send and listen against servers that we did not write: python3-websockets, npm's ws and
// websocketd.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/interop/foreign_program.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kHere = WSKIT_INTEROP_DIRECTORY;
const std::string kCertificates = WSKIT_TEST_CERTIFICATES;

Exit wskit(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{WSKIT_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command);
}

Exit in_shell(const std::string& words) {
  return run({"/bin/bash", "-c", words});
}

std::vector<std::string> python(const std::vector<std::string>& more = {}) {
  if (run({"/usr/bin/python3", "-c", "import websockets"}).code != 0) {
    skip("python3-websockets is not installed");
  }
  std::vector<std::string> command{"/usr/bin/python3", kHere + "/websockets_echo.py"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// Text in lines, which every one of them echoes.
void check_lines(const std::string& url) {
  REQUIRE_THAT(url, Catch::StartsWith("ws://127.0.0.1:"));
  const Exit send = wskit({"send", url, "hello, \xc3\xa4\xe2\x82\xac", "[1,2]", "--wait",
                           "json:[1,2]", "--timeout", "20s"});
  CHECK(send.out == "hello, \xc3\xa4\xe2\x82\xac\n[1,2]\n");
  CHECK(send.err.empty());
  CHECK(send.code == 0);
  const Exit listen = wskit({"listen", url, "--init", "one", "--init", "two", "--count", "2"});
  CHECK(listen.out == "one\ntwo\n");
  CHECK(listen.code == 0);
  const Exit connect = in_shell("seq 1 20000 | " WSKIT_BINARY " connect " + url +
                                " --count 20000 | cmp - <(seq 1 20000) && echo same");
  CHECK(connect.out == "same\n");
  CHECK(connect.err.empty());
  const Exit long_one = in_shell("head -c 300000 /dev/zero | tr '\\0' x | " WSKIT_BINARY " send " +
                                 url + " -1 | wc -c");
  CHECK(long_one.out == "300001\n");
  const Exit missing = wskit({"send", url, "x", "--wait", "text:y", "--timeout", "300ms"});
  CHECK(missing.code == 28);
}

/// Binary messages, compression, pings and any code to close with.
void check_everything(const std::string& url) {
  check_lines(url);
  const Exit binary = in_shell("printf '\\377\\0\\n' | " WSKIT_BINARY " send " + url +
                               " -b --input-format null --format hex -w 2");
  CHECK(binary.out == "ff\n0a\n");
  const Exit compressed =
      wskit({"send", url, "--compress", std::string(5000, 'a'), "-1", "--format", "jsonl"});
  CHECK_THAT(compressed.out,
             Catch::Contains("permessage-deflate") && Catch::Contains(std::string(5000, 'a')));
  const Exit close = wskit({"send", url, "x", "-1", "--close-status-code", "4000", "--close-reason",
                            "done", "--expect-close", "4000"});
  CHECK(close.code == 0);
  const Exit pings = wskit({"listen", url, "--ping-interval", "20ms", "--ping-timeout", "10s",
                            "--max-time", "3s", "--format", "jsonl"});
  CHECK(pings.code == 0);
  CHECK_THAT(pings.out, Catch::Contains(R"("type":"pong")"));
}

/// A server behind TLS and what send says of it.
Exit send_to(const std::vector<std::string>& server_options, std::vector<std::string> more = {}) {
  Process server(python(server_options));
  const std::string url = server.read_line();
  REQUIRE_THAT(url, Catch::StartsWith("wss://127.0.0.1:"));
  more.insert(more.begin(), {"send", url, "hello", "-1", "--cacert", kCertificates + "/ca.pem"});
  return wskit(more);
}

std::vector<std::string> certificate(const std::string& name) {
  return {"--cert", kCertificates + "/" + name + ".pem", "--key",
          kCertificates + "/" + name + ".key"};
}

std::vector<std::string> demanding() {
  auto options = certificate("server");
  options.insert(options.end(), {"--client-ca", kCertificates + "/ca.pem"});
  return options;
}

}  // namespace

TEST_CASE("python websockets talks with connect, send and listen") {
  Process server(python());
  check_everything(server.read_line());
}

TEST_CASE("npm ws talks with connect, send and listen") {
  const std::string modules = kHere + "/node_modules";
  if (!std::filesystem::exists(modules + "/ws/package.json")) {
    skip("npm's ws is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  Process server({"/usr/bin/env", "node", kHere + "/ws_echo.js"});
  check_everything(server.read_line());
}

TEST_CASE("websocketd talks with connect, send and listen") {
  const ForeignProgram server("websocketd --address=127.0.0.1 --port={port} cat");
  check_lines(server.url("ws") + "/");
}

TEST_CASE("send trusts a certificate of its authority") {
  const Exit exit = send_to(certificate("server"));
  CHECK(exit.out == "hello\n");
  CHECK(exit.code == 0);
}

TEST_CASE("send says why it does not trust a certificate, code 60") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"expired", "expired"},          {"not-yet-valid", "not valid before 2100-01-01"},
      {"wrong-name", "other.example"}, {"unknown-ca", "unknown authority"},
      {"self-signed", "self-signed"},
  };
  for (const auto& [name, reason] : cases) {
    const Exit exit = send_to(certificate(name));
    INFO(name << ": " << exit.err);
    CHECK(exit.code == 60);
    CHECK(exit.out.empty());
    CHECK_THAT(exit.err, Catch::Contains("certificate") && Catch::Contains(reason) &&
                             Catch::Contains("--insecure"));
    CHECK(send_to(certificate(name), {"-k", "-q"}).out == "hello\n");
  }
}

TEST_CASE("send shows its certificate to a server that wants one") {
  const Exit exit = send_to(demanding(), certificate("client"));
  INFO(exit.err);
  CHECK(exit.out == "hello\n");
  CHECK(exit.code == 0);
}

// Python's asyncio ends the TCP connection without an alert, so that the step is all one can know.
TEST_CASE("a server that wants a certificate and gets none, or another, ends send with 35") {
  for (auto options : {std::vector<std::string>{}, certificate("other-client")}) {
    options.insert(options.end(), {"--tls-max", "1.2"});
    const Exit exit = send_to(demanding(), options);
    CHECK(exit.code == 35);
    CHECK_THAT(exit.err, Catch::Contains("during the TLS handshake"));
  }
}

// With TLS 1.3 our side of the handshake is done before the server looks for the certificate.
TEST_CASE("with TLS 1.3 such a server ends the connection, and the advice is a certificate") {
  const Exit exit = send_to(demanding(), {"--tlsv1.3"});
  CHECK(exit.code != 0);
  CHECK_THAT(exit.err, Catch::Contains("--cert"));
  CHECK(exit.err.find("is wss://") == std::string::npos);
}

TEST_CASE("a server that knows TLS 1.1 only ends send with 35") {
  auto options = certificate("server");
  options.emplace_back("--tls-1.1");
  const Exit exit = send_to(options);
  CHECK(exit.code == 35);
  CHECK_THAT(exit.err, Catch::Contains("TLS handshake"));
}
