// SPDX-License-Identifier: MIT
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/proxy_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// What `send --record` makes of three messages to an echo server.
void record_three(const EchoProcess& server, const ScratchFile& file,
                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"send", server.url(), "hello",     R"({"a":1,"b":2})",
                                     "bye",  "--record",   file.path(), "--wait",
                                     "3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  REQUIRE(test::wskit(arguments).code == 0);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.rfind(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a recording replays at every pace, and comes back as it was recorded") {
  const EchoProcess server;
  const ScratchFile file("replay-paces.jsonl");
  record_three(server, file);
  for (const char* const pace : {"original", "x100", "asap", "reply"}) {
    INFO(pace);
    const Exit exit = test::wskit({"replay", file.path(), server.url(), "--pace", pace, "--check"});
    CHECK(exit.code == 0);
    CHECK(exit.err.empty());
    CHECK_THAT(exit.out, Catch::Contains("3 messages (21 B) sent, 3 (21 B)") &&
                             Catch::Contains("ok    4 messages compared"));
    const bool timed = std::string(pace) == "original" || pace[0] == 'x';
    CHECK((exit.out.find("Deviation") != std::string::npos) == timed);
  }
}

TEST_CASE("each connection asks for the subprotocol that it had") {
  const EchoProcess server;
  const ScratchFile seen("replay-seen.jsonl");
  ProxyProcess proxy(server.url(), {"--record", seen.path()});
  const ScratchFile file("replay-protocols.jsonl");
  std::string recording = "{\"wskit\":1}\n";
  for (const std::string rest :
       {R"({"conn":1,"ev":"open","subprotocol":"a.v1"})", R"({"conn":2,"ev":"open"})",
        R"({"conn":3,"ev":"open","subprotocol":"b.v2"})", R"({"conn":1,"type":"text","data":"x"})",
        R"({"conn":2,"type":"text","data":"x"})", R"({"conn":3,"type":"text","data":"x"})"}) {
    recording += rest + "\n";
  }
  file.write(recording);
  const Exit exit = test::wskit({"replay", file.path(), proxy.url()});
  INFO(exit.err);
  CHECK(exit.code == 0);
  proxy.process().signal(SIGINT);
  CHECK(proxy.process().wait().code == 0);
  const std::string content = seen.content();
  const auto opened = [&content](const std::string& rest) {
    std::size_t count = 0;
    for (std::size_t at = 0;
         (at = content.find("\"ev\":\"open\",\"status\":101" + rest, at)) != std::string::npos;
         ++at) {
      ++count;
    }
    return count;
  };
  INFO(content);
  CHECK(opened("") == 3);
  CHECK(opened(R"(,"subprotocol":"a.v1")") == 1);
  CHECK(opened(R"(,"subprotocol":"b.v2")") == 1);
  file.write("{\"wskit\":1}\n{\"t\":0,\"ev\":\"open\",\"subprotocol\":\"a b\"}\n");
  const Exit refused = test::wskit({"replay", file.path(), server.url()});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Catch::Contains(file.path() + ":2: "));
}

TEST_CASE("a check that fails shows the line, both messages and where they part") {
  const EchoProcess server;
  const ScratchFile file("replay-check.jsonl");
  record_three(server, file);
  const std::string altered = replaced(file.content(), R"(\"b\":2)", R"(\"b\":3)");
  file.write(altered);
  const Exit exit =
      test::wskit({"replay", file.path(), server.url(), "--pace", "asap", "--check", "-q"});
  CHECK(exit.code == 1);
  CHECK(exit.out.empty());
  CHECK_THAT(exit.err, Catch::Contains(file.path() + ":7, connection 1: is not what came") &&
                           Catch::Contains(R"(expected  text {"a":1,"b":3})") &&
                           Catch::Contains(R"(got       text {"a":1,"b":2})") &&
                           Catch::Contains("at /b     expected 3, got 2"));
  CHECK(test::wskit({"replay", file.path(), server.url(), "--pace", "asap", "--check", "-q",
                     "--ignore", "/b"})
            .code == 0);
}

TEST_CASE("what a recording expects instead of its message is checked") {
  const EchoProcess server;
  const ScratchFile file("replay-expect.jsonl");
  file.write(
      "{\"wskit\":1}\n"
      "{\"t\":0,\"dir\":\"send\",\"type\":\"text\",\"data\":\"id 42\"}\n"
      "{\"t\":0,\"dir\":\"recv\",\"type\":\"text\",\"data\":\"id 17\",\"expect\":{\"re\":\"^id "
      "\\\\d+$\"}}\n");
  CHECK(test::wskit({"replay", file.path(), server.url(), "--check"}).code == 0);
  file.write(replaced(file.content(), "\\\\d+", "x"));
  CHECK(test::wskit({"replay", file.path(), server.url(), "--check"}).code == 1);
}

TEST_CASE("a file of plain lines is a message a line") {
  const EchoProcess server;
  const ScratchFile file("replay-lines.txt");
  file.write("one\n{\"type\":\"hello\"}\nthree\n");
  const Exit exit =
      test::wskit({"replay", file.path(), server.url(), "--pace", "reply", "--json", "-", "-q"});
  const Json result = result_of(exit);
  CHECK(exit.code == 0);
  CHECK(result["counts"]["sent"] == 3);
  CHECK(result["counts"]["received"] == 3);
  CHECK(result["deviation"].is_null());
  CHECK(in_shell("replay - " + server.url(), "printf 'a\\nb\\n' |").code == 0);
}

TEST_CASE("the JSON of a replay has the histogram of its deviations and the differences") {
  const EchoProcess server;
  const ScratchFile file("replay-json.jsonl");
  record_three(server, file);
  file.write(replaced(file.content(), "\"recv\",\"type\":\"text\",\"data\":\"bye\"",
                      "\"recv\",\"type\":\"text\",\"data\":\"buy\""));
  const Exit exit = test::wskit(
      {"replay", file.path(), server.url(), "--check", "--json", "-", "-q", "--loop=2"});
  CHECK(exit.code == 1);
  const Json result = result_of(exit);
  CHECK(result["wskit_replay"] == 1);
  CHECK(result["rounds"] == 2);
  CHECK(result["connections"] == 2);
  CHECK(result["deviation"]["count"] == 6);
  CHECK(result["check"]["different"] == 2);
  CHECK(result["check"]["first_differences"][0]["place"] == "byte 1");
  CHECK(result["error"].is_null());
}

TEST_CASE("headers that a recording does not hold are warned of, unless they are given") {
  const EchoProcess server;
  const ScratchFile file("replay-headers.jsonl");
  record_three(server, file, {"-H", "Cookie: a=b", "-H", "X-Room: 1"});
  CHECK_THAT(test::wskit({"replay", file.path(), server.url(), "--pace", "asap"}).err,
             Catch::Contains("headers that it does not hold: Cookie; -H 'Cookie: ...' sends one"));
  CHECK(test::wskit({"replay", file.path(), server.url(), "--pace", "asap", "-H", "cookie: x=y"})
            .err.empty());
}

TEST_CASE("what a recording cannot be replayed with says so") {
  const EchoProcess server;
  const ScratchFile file("replay-wrong.jsonl");
  const auto complaint = [&](const std::vector<std::string>& more, const std::string& content,
                             int code = 2) {
    file.write(content);
    std::vector<std::string> arguments{"replay", file.path(), server.url()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Exit exit = test::wskit(arguments);
    CHECK(exit.code == code);
    return exit.err;
  };
  CHECK_THAT(complaint({}, "{\"wskit\":1}\nhello\n"),
             Catch::Contains(file.path() + ":2: not JSON"));
  CHECK_THAT(complaint({}, "{\"wskit\":2}\n"), Catch::Contains(":1: a recording of version 2"));
  CHECK_THAT(complaint({"--only", "send", "--check"}, ""), Catch::Contains("--check needs it"));
  CHECK_THAT(complaint({"--only", "send", "--pace", "reply"}, ""),
             Catch::Contains("--pace reply needs it"));
  CHECK_THAT(complaint({"--ignore", "/a"}, ""), Catch::Contains("--check"));
  CHECK_THAT(complaint({"--check", "--ignore", "a"}, "{\"wskit\":1}\n"),
             Catch::Contains("not a JSON pointer"));
  CHECK_THAT(complaint({"--check", "--input-format", "line"}, "x\n"), Catch::Contains("answers"));
  CHECK_THAT(complaint({"--pace", "x0"}, ""), Catch::Contains("no pace"));
  CHECK_THAT(complaint({"--pace", "fast"}, ""), Catch::Contains("no pace"));
  const Exit absent = test::wskit({"replay", "/nonexistent/a.jsonl", server.url()});
  CHECK(absent.code == 2);
  CHECK_THAT(absent.err, Catch::Contains("/nonexistent/a.jsonl: No such file"));
  file.write("{\"wskit\":1}\n{\"type\":\"text\",\"data\":\"x\"}\n");
  CHECK(test::wskit({"replay", file.path(), "ws://127.0.0.1:1/"}).code == 7);
}

TEST_CASE("a mistake of the file is told alone, without a connection and without a report") {
  const EchoProcess server;
  const ScratchFile file("replay-mistake.jsonl");
  const auto told = [&](const std::string& content, const std::string& words) {
    file.write(content);
    const Exit exit = in_shell("replay " + words + " " + server.url(), "cat " + file.path() + " |");
    CHECK(exit.code == 2);
    CHECK(exit.out.empty());
    return exit.err;
  };
  const std::string broken = "{\"wskit\":1}\nhello\n";
  CHECK_THAT(told(broken, file.path()),
             Catch::StartsWith("wskit replay: " + file.path() + ":2: not"));
  CHECK_THAT(told(broken, "-"), Catch::StartsWith("wskit replay: standard input:2: not"));
  const std::string one = "{\"wskit\":1}\n{\"t\":0,\"type\":\"text\",\"data\":\"a\"}\n";
  CHECK(told(one, "--conn 7 " + file.path()) ==
        "wskit replay: --conn: " + file.path() + " has no connection 7\n");
  CHECK(told(one, "--conn 7 --check -q " + file.path()) ==
        "wskit replay: --conn: " + file.path() + " has no connection 7\n");
  CHECK_THAT(told(one, file.path() + " --loop 3"),
             Catch::Contains("--loop takes a number as --loop=3"));
  CHECK_THAT(told(one, "--loop 3 " + file.path()),
             Catch::Contains("--loop takes a number as --loop=3"));
  const Exit number = test::wskit({"replay", "--loop", "3", server.url()});
  CHECK(number.code == 2);
  CHECK_THAT(number.err, Catch::Contains("3: No such file or directory; --loop=3"));
}

TEST_CASE("a check that compared nothing has failed") {
  const EchoProcess server;
  const ScratchFile file("replay-nothing.jsonl");
  file.write("{\"wskit\":1}\n{\"t\":0,\"ev\":\"open\",\"status\":101}\n");
  const Exit exit = test::wskit({"replay", file.path(), server.url(), "--check"});
  CHECK(exit.code == 1);
  CHECK_THAT(exit.out, Catch::Contains("FAIL  0 messages compared\n"));
  CHECK_THAT(exit.err, Catch::Contains("--check compared nothing"));
  const Exit json =
      test::wskit({"replay", file.path(), server.url(), "--check", "-q", "--json", "-"});
  CHECK(json.code == 1);
  CHECK(result_of(json)["check"]["ok"] == false);
}

TEST_CASE("a report of a replay that cannot be written is said") {
  const EchoProcess server;
  const ScratchFile file("replay-full.jsonl");
  record_three(server, file);
  const Exit full =
      in_shell("replay --pace asap " + file.path() + " " + server.url() + " >/dev/full");
  CHECK(full.code == 23);
  CHECK_THAT(full.err, Catch::Contains("standard output: No space left"));
}

TEST_CASE("a signal ends a replay in order") {
  const EchoProcess server;
  const ScratchFile file("replay-signal.jsonl");
  file.write(
      "{\"wskit\":1}\n{\"t\":0,\"type\":\"text\",\"data\":\"a\"}\n"
      "{\"t\":0,\"dir\":\"recv\",\"type\":\"text\",\"data\":\"a\"}\n"
      "{\"t\":9999,\"type\":\"text\",\"data\":\"b\"}\n");
  Process replay({WSKIT_BINARY, "replay", file.path(), server.url(), "-v"});
  const auto deadline = std::chrono::steady_clock::now() + Process::kPatience;
  while (replay.err().find("101") == std::string::npos) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
  replay.signal(SIGINT);
  const Exit exit = replay.wait();
  CHECK(exit.code == 130);
  CHECK_THAT(exit.out, Catch::Contains("sent"));
}
