// SPDX-License-Identifier: MIT
// What --record and --format jsonl keep, and what they leave out.
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/canned_server.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// With its secrets in every place where there is one.
std::vector<std::string> with_secrets(const EchoProcess& server) {
  std::string url = server.url();
  url.insert(url.find("//") + 2, "ann:hunter2@");
  return {"send", url + "?room=1&access_token=hunter2",
          "-H",   "Cookie: sid=hunter2",
          "-H",   "X-Api-Key: hunter2",
          "-H",   "Proxy-Authorization: Basic hunter2",
          "-H",   "X-Room: kitchen",
          "-1",   "hello"};
}

Exit run_with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::wskit(arguments);
}

}  // namespace

TEST_CASE("recordings hold no credentials, cookies and tokens") {
  const EchoProcess server;
  const ScratchFile file("secrets");
  const Exit exit = run_with(with_secrets(server), {"--record", file.path(), "--format", "jsonl"});
  CHECK(exit.code == 0);
  for (const std::string& recording : {file.content(), exit.out}) {
    CHECK_THAT(recording, !Catch::Contains("hunter2") && !Catch::Contains("YW5uOmh1bnRlcjI="));
    const auto head = parse_json(recording.substr(0, recording.find('\n')));
    REQUIRE(head.has_value());
    CHECK_THAT((*head)["url"].get<std::string>(), Catch::EndsWith("?room=1&access_token=***"));
    const Json& headers = (*head)["request"]["headers"];
    for (const char* const name : {"Authorization", "Cookie", "X-Api-Key", "Proxy-Authorization"}) {
      CHECK(headers.value(name, "") == "<redacted>");
    }
    CHECK(headers.value("X-Room", "") == "kitchen");
  }
}

TEST_CASE("recordings hold them when asked to") {
  const EchoProcess server;
  const ScratchFile file("record-secrets");
  CHECK(run_with(with_secrets(server), {"--record", file.path(), "--record-secrets"}).code == 0);
  const std::string recording = file.content();
  const auto head = parse_json(recording.substr(0, recording.find('\n')));
  REQUIRE(head.has_value());
  CHECK_THAT((*head)["url"].get<std::string>(), Catch::EndsWith("?room=1&access_token=hunter2"));
  const Json& headers = (*head)["request"]["headers"];
  CHECK(headers.value("Authorization", "") == "Basic YW5uOmh1bnRlcjI=");
  CHECK(headers.value("Cookie", "") == "sid=hunter2");
}

TEST_CASE("what is to be redacted in messages is sent and printed, and not recorded") {
  const EchoProcess server;
  const ScratchFile file("redact");
  const std::string message = R"({"auth":{"token":"t0p"},"key":"sk-123"})";
  const Exit exit = test::wskit({"send", "--redact", "sk-[0-9]+", server.url(), message, "-1",
                                 "--redact", "/auth/token", "--record", file.path()});
  CHECK(exit.code == 0);
  CHECK(exit.out == message + "\n");
  const std::string recording = file.content();
  CHECK_THAT(recording, !Catch::Contains("t0p") && !Catch::Contains("sk-123"));
  const std::string clean =
      dump_json(Json(R"({"auth":{"token":"<redacted>"},"key":"<redacted>"})"));
  CHECK_THAT(recording, Catch::Contains(R"("dir":"send","type":"text","data":)" + clean) &&
                            Catch::Contains(R"("dir":"recv","type":"text","data":)" + clean));
}

TEST_CASE("JSON Lines on standard output are redacted too") {
  const EchoProcess server;
  const Exit exit = test::wskit(
      {"send", server.url(), "pin 1234", "-1", "--format", "jsonl", "--redact", "\\d{4}"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Catch::Contains(R"("data":"pin <redacted>")"));
}

TEST_CASE("rules that cannot be kept are usage errors") {
  const std::string url = "ws://127.0.0.1:1/";
  const Exit broken = test::wskit({"listen", url, "--format", "jsonl", "--redact", "("});
  CHECK(broken.code == 2);
  CHECK_THAT(broken.err, Catch::Contains("--redact: regular expression '('"));
  // Printed text is not redacted: nobody shall think so.
  const Exit text = test::wskit({"listen", url, "--redact", "x"});
  CHECK(text.code == 2);
  CHECK_THAT(text.err, Catch::Contains("--record FILE or --format jsonl"));
  CHECK(test::wskit({"listen", url, "--record-secrets"}).code == 2);
}

TEST_CASE("a recording that is cut off by SIGKILL is whole up to its last line end") {
  std::string flood;
  for (int i = 0; i < 500'000; ++i) {
    const std::string payload = "{\"n\":" + std::to_string(i) + ",\"text\":\"caf\xc3\xa9\"}";
    flood += {'\x81', static_cast<char>(payload.size())};
    flood += payload;
  }
  const CannedServer server(
      [&](const std::string& request) { return accept_answer(request, flood); });
  const ScratchFile file("killed");
  Process listen(
      {WSKIT_BINARY, "listen", server.url(), "--record", file.path(), "-o", "/dev/null"});
  const auto deadline = std::chrono::steady_clock::now() + Process::kPatience;
  while (file.size() < std::uintmax_t{2} << 20 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  listen.signal(SIGKILL);
  CHECK(listen.wait().code == 128 + SIGKILL);
  const std::string recording = file.content();
  CHECK(recording.size() >= std::size_t{2} << 20);
  std::uint64_t messages = 0;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = recording.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const auto json = parse_json(recording.substr(begin, end - begin));
    REQUIRE(json.has_value());
    if (json->contains("data")) {
      const std::string text =
          "{\"n\":" + std::to_string(messages++) + ",\"text\":\"caf\xc3\xa9\"}";
      REQUIRE((*json)["data"] == text);
    }
  }
  CHECK(messages > 1000);
}
