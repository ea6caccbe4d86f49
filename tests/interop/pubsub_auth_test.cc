// SPDX-License-Identifier: MIT
// Authentication of `serve pubsub` as curl, PyJWT and python3-websockets see it.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "core/json.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kHere = WSKIT_INTEROP_DIRECTORY;
const std::string kCertificates = WSKIT_TEST_CERTIFICATES;

/// A directory that is gone at the end of the test.
class Scratch {
 public:
  Scratch()
      : path_(std::filesystem::temp_directory_path() /
              ("wskit-auth-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

class PubSub {
 public:
  explicit PubSub(const std::vector<std::string>& options) : process_(command(options)) {
    const std::string url = process_.read_line();
    INFO(process_.err());
    REQUIRE(url.starts_with("ws"));
    address_ = url.substr(2, url.rfind('/') - 2);
  }

  /// "ws" or "http", with an "s" where there is TLS.
  [[nodiscard]] std::string url(const std::string& scheme, const std::string& path) const {
    return scheme + address_ + path;
  }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& options) {
    std::vector<std::string> words{WSKIT_BINARY, "serve", "pubsub", "--listen", "127.0.0.1:0"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }

  Process process_;
  std::string address_;
};

/// The body and the status.
std::string curl(std::vector<std::string> arguments) {
  if (run({"/usr/bin/env", "curl", "--version"}).code != 0) {
    skip("curl is not installed; scripts/deps does it");
  }
  const std::vector<std::string> front{"/usr/bin/env", "curl",        "--silent",    "--max-time",
                                       "20",           "--write-out", "%{http_code}"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  const Exit exit = run(arguments);
  return exit.code == 0 ? exit.out : "curl failed with " + std::to_string(exit.code);
}

/// The tokens of PyJWT with this algorithm that end like this.
Json token_of_pyjwt(const std::string& algorithm, const std::string& end) {
  const Exit exit = run({WSKIT_PYTHON, kHere + "/tokens.py"});
  if (exit.code != 0) {
    skip("python3-jwt is not installed; scripts/deps does it");
  }
  std::istringstream text(exit.out);
  for (std::string line; std::getline(text, line);) {
    const Json json = parse_json(line).value();
    if (json.at("algorithm") == algorithm && json.at("end") == end) {
      return json;
    }
  }
  FAIL("PyJWT makes no such token");
  return {};
}

}  // namespace

TEST_CASE("curl and python3-websockets come in with tokens of PyJWT") {
  const Scratch scratch;
  const Json good = token_of_pyjwt("ES256", "");
  const auto token = good.at("token").get<std::string>();
  const PubSub server({"--auth-jwt-key", scratch.write("key.pem", good.at("key")),
                       "--auth-jwt-audience", "wskit", "--auth-jwt-issuer", "pyjwt"});
  const std::string topic = server.url("http", "/t/news/ann");
  CHECK(curl({"-d", "hi", topic}).ends_with("401"));
  CHECK(curl({"-d", "hi", "--oauth2-bearer", token, topic}).ends_with("200"));
  CHECK(curl({"-d", "hi", topic + "?access_token=" + token}).ends_with("200"));
  CHECK(curl({"-d", "hi", "--oauth2-bearer", token, server.url("http", "/t/news/bob")})
            .ends_with("403"));
  CHECK_THAT(curl({"--oauth2-bearer", token, topic + "?after=0&wait=0"}),
             Catch::Contains(R"("data":"hi")") && Catch::EndsWith("200"));
  const auto websockets = [&](const std::string& way, const std::string& with) {
    return run({WSKIT_PYTHON, kHere + "/websockets_auth.py", way, with,
                server.url("ws", "/t/news/ann")})
        .out;
  };
  CHECK(websockets("header", token) == "hello from header\n");
  CHECK(websockets("query", token) == "hello from query\n");
  CHECK(websockets("header", token.substr(0, token.size() - 1)) == "401\n");
}

TEST_CASE("curl comes in with a password, from a file, and with a token from another one") {
  const Scratch scratch;
  const PubSub server({"--auth-basic", scratch.write("users", "ann:secret\n"), "--auth-tokens",
                       scratch.write("tokens", "t0k3n tom {\"publish\":[]}\n"), "--allow-subscribe",
                       "news/#"});
  const std::string topic = server.url("http", "/t/news/a");
  CHECK(curl({"-u", "ann:secret", "-d", "hi", topic}).ends_with("200"));
  CHECK(curl({"-u", "ann:wrong", "-d", "hi", topic}).ends_with("401"));
  CHECK(curl({"-u", "ann:secret", server.url("http", "/t/other?wait=0")}).ends_with("403"));
  CHECK(curl({"--oauth2-bearer", "t0k3n", topic + "?wait=0"}).ends_with("200"));
  CHECK(curl({"--oauth2-bearer", "t0k3n", "-d", "hi", topic}).ends_with("403"));
}

TEST_CASE("curl comes in with a client certificate") {
  const auto file = [](const std::string& name) { return kCertificates + "/" + name; };
  const PubSub server({"--cert", file("server.pem"), "--key", file("server.key"),
                       "--auth-client-ca", file("ca.pem")});
  const auto post = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--cacert", file("ca.pem"), "-d", "hi", server.url("http", "/t/a")});
    return curl(arguments);
  };
  CHECK(post({"--cert", file("client.pem"), "--key", file("client.key")}).ends_with("200"));
  CHECK(post({}).ends_with("403"));
  CHECK(post({"--cert", file("other-client.pem"), "--key", file("other-client.key")})
            .starts_with("curl failed"));
  // The same over TLS 1.2, where the handshake ends with it.
  CHECK(post({"--tls-max", "1.2", "--cert", file("client.pem"), "--key", file("client.key")})
            .ends_with("200"));
}

TEST_CASE("who is to be let in is to be said with options that make sense") {
  const Scratch scratch;
  const auto refusal = [](const std::vector<std::string>& options) {
    std::vector<std::string> words{WSKIT_BINARY, "serve", "pubsub", "--listen", "127.0.0.1:0"};
    words.insert(words.end(), options.begin(), options.end());
    const Exit exit = run(words);
    CHECK(exit.code == 2);
    return exit.err;
  };
  const std::string users = scratch.write("users", "ann:secret\nbob\n");
  CHECK_THAT(refusal({"--auth-basic", users}),
             Catch::Contains("users: line 2: write USER:PASSWORD"));
  CHECK_THAT(refusal({"--auth-tokens", "no-such-file"}), Catch::Contains("--auth-tokens"));
  CHECK_THAT(refusal({"--auth-jwt-secret", "short"}), Catch::Contains("HS256 needs 32"));
  CHECK_THAT(refusal({"--auth-jwt-secret", "env:WSKIT_NOT_SET"}),
             Catch::Contains("no variable WSKIT_NOT_SET"));
  CHECK_THAT(refusal({"--auth-jwt-key", users}), Catch::Contains("no public key"));
  CHECK_THAT(refusal({"--auth-client-ca", kCertificates + "/ca.pem"}),
             Catch::Contains("client certificates need TLS"));
  CHECK_THAT(refusal({"--allow-publish", "a#"}), Catch::Contains("--allow-publish: filter"));
  CHECK_THAT(run({WSKIT_BINARY, "serve", "pubsub", "--listen", "0.0.0.0:0"}).err,
             Catch::Contains("--allow-anonymous"));
}
