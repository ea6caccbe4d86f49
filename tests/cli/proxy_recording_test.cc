// SPDX-License-Identifier: MIT
// What wskit proxy records.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "script/recording.h"
#include "tests/cli/canned_server.h"
#include "tests/cli/proxy_process.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// A directory that is gone with the object.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("wskit-proxy-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(path_);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(path_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// The whole lines of a file.
  [[nodiscard]] std::vector<std::string> lines(const std::string& name) const {
    std::vector<std::string> lines;
    const std::string text = content(name);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      lines.push_back(text.substr(begin, end - begin));
    }
    return lines;
  }

 private:
  std::filesystem::path path_;
};

/// Of all lines that are messages, in their order.
std::vector<script::Message> messages(const std::vector<std::string>& lines) {
  std::vector<script::Message> found;
  for (const std::string& line : lines) {
    INFO(line);
    const auto message = script::parse_recorded_message(line);
    REQUIRE(message);
    if (*message) {
      found.push_back(**message);
    }
  }
  return found;
}

void end(ProxyProcess& proxy, int code = 0) {
  proxy.process().signal(SIGTERM);
  CHECK(proxy.process().wait().code == code);
}

template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + Process::kPatience;
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  return condition();
}

}  // namespace

TEST_CASE("the recording has all messages of all connections, and no secrets") {
  const EchoProcess server;
  const ScratchDirectory scratch("all");
  ProxyProcess proxy(server.url(), {"--record", scratch.file("r.jsonl"), "-H", "X-Api-Key: t0p",
                                    "--redact", "pin \\d+"});
  for (const std::string compress : {"--compress", "--no-compress"}) {
    const Exit exit = test::wskit({"send", proxy.url() + "chat?token=t0p", "hello", "pin 1234",
                                   "-w", "2", compress, "-H", "Cookie: sid=t0p", "-s", "chat.v2"});
    CHECK(exit.out == "hello\npin 1234\n");
  }
  end(proxy);
  const auto lines = scratch.lines("r.jsonl");
  const std::string text = scratch.content("r.jsonl");
  CHECK_THAT(text, !Catch::Contains("t0p") && !Catch::Contains("1234"));
  REQUIRE(!lines.empty());
  const Json head = parse_json(lines.front()).value();
  CHECK(head["wskit"] == 1);
  CHECK(head["url"] == server.url());
  CHECK(head["request"]["headers"]["X-Api-Key"] == "<redacted>");
  CHECK(messages(lines).size() == 12);
  for (const std::string connection : {"1", "2"}) {
    CHECK_THAT(text,
               Catch::Contains("\"conn\":" + connection + R"(,"ev":"request","method":"GET")"));
    CHECK_THAT(text, Catch::Contains("\"conn\":" + connection +
                                     R"(,"ev":"open","status":101,)"
                                     R"("subprotocol":"chat.v2")"));
    CHECK_THAT(text, Catch::Contains("\"conn\":" + connection +
                                     R"(,"dir":"recv","type":"text","data":"pin <redacted>"})") ||
                         Catch::Contains("\"conn\":" + connection +
                                         R"(,"dir":"recv","type":"text","data":"<redacted>"})"));
    CHECK_THAT(text, Catch::Contains("\"conn\":" + connection + R"(,"ev":"end","sent":)"));
  }
}

TEST_CASE("each connection has a file of its own on request, which can be sent again") {
  const EchoProcess server;
  const ScratchDirectory scratch("each");
  ProxyProcess proxy(server.url(), {"--record", scratch.file("s-{conn}.jsonl"), "--record-frames",
                                    "--record-secrets"});
  CHECK(test::wskit({"send", proxy.url() + "one?token=t0p", "first", "-1"}).code == 0);
  CHECK(test::wskit({"send", proxy.url() + "two", "second", "-1"}).code == 0);
  end(proxy);
  const auto first = scratch.lines("s-1.jsonl");
  const auto second = scratch.lines("s-2.jsonl");
  REQUIRE(first.size() > 4);
  const Json head = parse_json(first.front()).value();
  CHECK(head["url"] == server.url() + "one?token=t0p");
  CHECK(head["request"]["headers"].contains("Sec-WebSocket-Key"));
  CHECK_THAT(scratch.content("s-1.jsonl"),
             Catch::Contains(R"("ev":"frame","dir":"send","type":"text","fin":true,)"
                             R"("compressed":false,"bytes":5})"));
  CHECK(messages(second).front().payload == "second");
  const Exit again =
      run({"/bin/sh", "-c",
           "grep '\"dir\":\"send\",\"type\":\"text\"' " + scratch.file("s-2.jsonl") +
               " | " WSKIT_BINARY " send " + server.url() + " --input-format jsonl -1"});
  CHECK(again.out == "second\n");
}

TEST_CASE("illegal frames pass and are told of in the recording") {
  const EchoProcess server;
  const ScratchDirectory scratch("illegal");
  ProxyProcess proxy(server.url(), {"--record", scratch.file("r.jsonl")});
  RawClient client(proxy.port());
  REQUIRE(client.upgrade());
  REQUIRE(client.send_frame(0x83, "reserved"));
  CHECK(client.read_close() == 1002);
  CHECK(client.wait_for_end());
  end(proxy);
  CHECK_THAT(scratch.content("r.jsonl"),
             Catch::Contains(R"("ev":"violation","dir":"send","error":")"));
}

TEST_CASE("a message is in the recording while its connection goes on") {
  const CannedServer server([](const std::string& request) {
    return accept_answer(request, std::string("\x81\x05hello", 7));
  });
  const ScratchDirectory scratch("open");
  const ProxyProcess proxy(server.url(), {"--record", scratch.file("r.jsonl")});
  const Process listen({WSKIT_BINARY, "listen", proxy.url(), "-o", "/dev/null"});
  CHECK(eventually([&] {
    return scratch.content("r.jsonl").find(R"("type":"text","data":"hello"})"
                                           "\n") != std::string::npos;
  }));
}

TEST_CASE("a proxy that is killed leaves a recording that is whole up to its last line end") {
  std::string flood;
  for (int i = 0; i < 300'000; ++i) {
    const std::string payload = "{\"n\":" + std::to_string(i) + ",\"text\":\"caf\xc3\xa9\"}";
    flood += {'\x81', static_cast<char>(payload.size())};
    flood += payload;
  }
  const CannedServer server(
      [&](const std::string& request) { return accept_answer(request, flood); });
  const ScratchDirectory scratch("killed");
  ProxyProcess proxy(server.url(), {"--record", scratch.file("r.jsonl")});
  const Process listen({WSKIT_BINARY, "listen", proxy.url(), "-o", "/dev/null"});
  CHECK(eventually([&] {
    std::error_code error;
    return std::filesystem::file_size(scratch.file("r.jsonl"), error) >= std::uintmax_t{1} << 20 &&
           !error;
  }));
  proxy.process().signal(SIGKILL);
  CHECK(proxy.process().wait().code == 128 + SIGKILL);
  const auto found = messages(scratch.lines("r.jsonl"));
  CHECK(found.size() > 1000);
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(found[i].payload == "{\"n\":" + std::to_string(i) + ",\"text\":\"caf\xc3\xa9\"}");
  }
}

TEST_CASE("a full disk under the recording is said at once, and messages pass on") {
  const EchoProcess server;
  ProxyProcess proxy(server.url(), {"--record", "/dev/full"});
  CHECK(eventually([&] { return !proxy.process().err().empty(); }));
  CHECK_THAT(proxy.process().err(),
             Catch::Equals("wskit proxy: /dev/full: write: No space left on device; not recorded "
                           "any longer, passing on\n"));
  CHECK(test::wskit({"send", proxy.url(), "still", "-1"}).out == "still\n");
  end(proxy, 23);
}

TEST_CASE("a disk that gets full in the middle is said at once, and messages pass on") {
  const EchoProcess server;
  const ScratchDirectory scratch("limit");
  // The limit is a multiple of 512 bytes; the signal that comes with it is ignored.
  Process proxy({"/bin/sh", "-c",
                 "trap '' XFSZ; ulimit -f 20; exec " WSKIT_BINARY
                 " proxy --listen 127.0.0.1:0 --to " +
                     server.url() + " --record " + scratch.file("r.jsonl")});
  const std::string url = proxy.read_line();
  const std::string message(5000, 'x');
  for (int i = 0; i < 4; ++i) {
    CHECK(test::wskit({"send", url, message, "-1"}).out == message + "\n");
  }
  CHECK_THAT(proxy.err(), Catch::Contains("File too large; not recorded any longer"));
  proxy.signal(SIGTERM);
  CHECK(proxy.wait().code == 23);
  CHECK(messages(scratch.lines("r.jsonl")).front().payload == message);
}

TEST_CASE("a recording that cannot be begun, and rules without one, are errors before the start") {
  const std::string to = "ws://127.0.0.1:1/";
  const Exit unwritable =
      test::wskit({"proxy", "--listen", "127.0.0.1:0", "--to", to, "--record", "/nowhere/r.jsonl"});
  CHECK(unwritable.code == 23);
  CHECK_THAT(unwritable.err, Catch::Contains("/nowhere/r.jsonl: No such file or directory"));
  const std::vector<std::vector<std::string>> rules{
      {"--redact", "x"}, {"--record-frames"}, {"--record-secrets"}};
  for (const auto& rule : rules) {
    std::vector<std::string> words{"proxy", "--listen", "127.0.0.1:0", "--to", to};
    words.insert(words.end(), rule.begin(), rule.end());
    const Exit exit = test::wskit(words);
    CHECK(exit.code == 2);
    CHECK_THAT(exit.err, Catch::Contains(rule.front() + " is for recordings"));
  }
}

TEST_CASE("who reads a recording from a pipe slowly slows the messages down and loses none") {
  constexpr int kCount = 20'000;
  std::string flood;
  for (int i = 0; i < kCount; ++i) {
    flood += {'\x82', '\x7e', '\x03', '\xe8'};
    flood.append(1000, static_cast<char>(i));
  }
  const CannedServer server(
      [&](const std::string& request) { return accept_answer(request, flood); });
  const ScratchDirectory scratch("pipe");
  // The reader begins when the listener has had time to get stuck.
  Process reader({"/bin/sh", "-c",
                  "mkfifo " + scratch.file("p") + " && echo made && exec 3<" + scratch.file("p") +
                      " && until [ -e " + scratch.file("go") +
                      " ]; do :; done && grep -c b64 <&3"});
  CHECK(reader.read_line() == "made");
  ProxyProcess proxy(server.url(), {"--record", scratch.file("p")});
  Process listen({WSKIT_BINARY, "listen", proxy.url(), "--count", std::to_string(kCount),
                  "--format", "raw", "-o", scratch.file("out")});
  std::error_code error;
  CHECK(eventually(
      [&] { return std::filesystem::file_size(scratch.file("out"), error) > 100'000 && !error; }));
  std::ofstream(scratch.file("go")) << "go";
  CHECK(listen.wait().code == 0);
  end(proxy);
  const Exit counted = reader.wait();
  CHECK(counted.out == std::to_string(kCount) + "\n");
}
