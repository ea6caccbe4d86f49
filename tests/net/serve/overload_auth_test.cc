// SPDX-License-Identifier: MIT
// Floods of tokens that are not good. Resident memory: not under a sanitizer.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/net/serve/server_process.h"
#include "tests/support/token_maker.h"

using namespace wskit::test;

namespace {

/// The secret in a file, which only the server's start needs.
class SecretFile {
 public:
  SecretFile() {
    std::string path = (std::filesystem::temp_directory_path() / "wskit-secret-XXXXXX").string();
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    path_ = path;
    std::ofstream(path_) << kTokenSecret;
  }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() { std::filesystem::remove(path_); }

  [[nodiscard]] std::string option() const { return "@" + path_; }

 private:
  std::string path_;
};

struct Flood {
  const char* cause;
  std::string token;
};

std::vector<Flood> floods() {
  const std::string claims = R"({"sub":"eve","exp":4000000000,"subscribe":["#"],"publish":["#"]})";
  const std::string good = make_token(claims);
  std::string unsigned_token = make_token(R"({"alg":"none"})", claims);
  unsigned_token.erase(unsigned_token.rfind('.') + 1);
  return {{.cause = "signature", .token = make_token(R"({"alg":"HS256"})", claims, "guessed")},
          {.cause = "signature", .token = good.substr(0, good.rfind('.') + 1) + "AAAA"},
          {.cause = "expired", .token = make_token(R"({"sub":"eve","exp":1000000000})")},
          {.cause = "algorithm", .token = unsigned_token},
          {.cause = "algorithm", .token = make_token(R"({"alg":"nOnE"})", claims)},
          {.cause = "algorithm", .token = make_token(R"({"alg":"RS256"})", claims)}};
}

std::uint64_t refused(const PubSubProcess& server, const std::string& token,
                      const std::string& cause) {
  const std::string metrics =
      server.answer("GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n");
  const std::string line = "\nwskit_auth_refusals_total{cause=\"" + cause + "\"} ";
  const std::size_t at = metrics.find(line);
  REQUIRE(at != std::string::npos);
  return std::stoull(metrics.substr(at + line.size()));
}

}  // namespace

TEST_CASE("floods of tokens that are not good are refused and counted, and others are served") {
  const SecretFile secret;
  PubSubProcess server({"--auth-jwt-secret", secret.option()});
  const std::string token =
      make_token(R"({"sub":"ann","exp":4000000000,"subscribe":["#"],"publish":["#"]})");
  RawClient reader = server.subscriber("/t/room", "Authorization: Bearer " + token + "\r\n");
  const std::size_t before = server.memory_kib("VmRSS");
  constexpr std::uint64_t kEach = 200;
  for (const Flood& flood : floods()) {
    INFO(flood.cause << " " << flood.token);
    const std::uint64_t counted = refused(server, token, flood.cause);
    for (std::uint64_t i = 0; i < kEach; ++i) {
      RawClient client(server.port());
      const std::string line = "Authorization: Bearer " + flood.token + "\r\n";
      const std::string head = i % 2 == 0 ? upgrade_request(line, "/t/room")
                                          : "GET /t/room HTTP/1.1\r\nHost: x\r\n" + line + "\r\n";
      REQUIRE_THAT(client.request(head), Catch::StartsWith("HTTP/1.1 401 "));
    }
    CHECK(refused(server, token, flood.cause) == counted + kEach);
  }
  CHECK(server.peak_kib() < before + 8 * kMiB);
  const std::string post = "POST /t/room HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token +
                           "\r\nContent-Length: 5\r\n";
  CHECK_THAT(server.answer(post, "still"), Catch::StartsWith("HTTP/1.1 200"));
  const auto frame = reader.read_frame();
  REQUIRE(frame);
  CHECK(frame->payload == "still");
}
