// SPDX-License-Identifier: MIT
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/cli/canned_server.h"
#include "tests/cli/script_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("test runs a script against a server, a line for each test") {
  const EchoProcess server;
  const ScriptFile script(
      "test hello\n> hello\n< hello\n\ntest two clients\nclient a, b\na> {\"n\":1}\nb> x\n"
      "a< json {\"n\":1}\n    capture n = jsonpath \"$.n\"\nb< x\nbarrier\na> {{n}}\na< 1\n"
      "a> close 1000\na< close 1000\n");
  const Exit exit = test::wskit({"test", script.path(), server.url()});
  CHECK(exit.code == 0);
  CHECK(exit.out.find("hello (") != std::string::npos);
  CHECK(exit.out.find("two clients (") != std::string::npos);
  CHECK(exit.out.find("2 tests: 2 passed in ") != std::string::npos);
  CHECK(exit.err.empty());
}

TEST_CASE("test shows the line that failed, what came and the first difference") {
  const EchoProcess server;
  const ScriptFile script("test t\n> {\"type\":\"a\"}\n< [50ms] json {\"type\":\"b\"}\n");
  const Exit exit = test::wskit({"test", script.path(), server.url()});
  CHECK(exit.code == 1);
  CHECK(exit.out.find(script.path() + ":3: < [50ms] json {\"type\":\"b\"}") != std::string::npos);
  CHECK(exit.out.find("at /type: expected \"b\", got \"a\"") != std::string::npos);
  CHECK(exit.out.find("1 test: 0 passed, 1 failed in ") != std::string::npos);
}

TEST_CASE("test sends nothing when a script cannot be understood") {
  std::atomic<bool> connected = false;
  const CannedServer server([&connected](const std::string& request) {
    connected = true;
    return accept_answer(request, "");
  });
  const ScriptFile good("> x\n");
  const ScriptFile bad("test t\n> x\n< json {\"a\":\n");
  const Exit exit = test::wskit({"test", good.path(), bad.path(), server.url()});
  CHECK(exit.code == 2);
  CHECK(exit.err.find(bad.path() + ":3:13: expected JSON: while parsing value") == 0);
  CHECK(exit.err.find("\n< json {\"a\":\n            ^\n") != std::string::npos);
  CHECK(exit.out.empty());
  CHECK_FALSE(connected);
}

TEST_CASE("test takes variables from the command line, a file and the environment") {
  const EchoProcess server;
  const ScriptFile script(
      "set c = default\ntest t\n> {{a}} {{b}} {{c}} {{env.WSKIT_TEST_VALUE}}\n< 1 2 default 4\n");
  script.add("vars", "# a comment\nb=2\na=0\n");
  ::setenv("WSKIT_TEST_VALUE", "4", 1);
  const Exit exit = test::wskit(
      {"test", script.path(), server.url(), "--var-file", script.path("vars"), "--var", "a=1"});
  ::unsetenv("WSKIT_TEST_VALUE");
  CHECK(exit.code == 0);
  const Exit unset =
      test::wskit({"test", script.path(), server.url(), "--var", "a=1", "--var", "b=2"});
  CHECK(unset.code == 2);
  CHECK(unset.err.find(":3:") != std::string::npos);
  CHECK(unset.err.find("the environment variable WSKIT_TEST_VALUE is not set") !=
        std::string::npos);
}

TEST_CASE("test runs what --filter chooses, in an order that the seed repeats") {
  const EchoProcess server;
  const ScriptFile script(
      "setup {\n  > set up\n  < set up\n}\ntest a1\n> 1\n< 1\ntest a2\n> 2\n< 2\ntest b\n> 3\n< "
      "3\n");
  const Exit chosen = test::wskit({"test", script.path(), server.url(), "--filter", "^a"});
  CHECK(chosen.code == 0);
  CHECK(chosen.out.find("2 tests: 2 passed") != std::string::npos);
  const auto order = [&](const std::string& seed) {
    std::string out = test::wskit({"test", script.path(), server.url(), "--shuffle", "--seed", seed,
                                   "--repeat", "4", "--report-json", "/dev/stdout", "-q"})
                          .out;
    std::string names;
    for (std::size_t at = out.find("\"name\""); at != std::string::npos;
         at = out.find("\"name\"", at + 1)) {
      names += out.substr(at, out.find('\n', at) - at);
    }
    return names;
  };
  CHECK(order("7") == order("7"));
  CHECK(order("7") != order("8"));
  const Exit none = test::wskit({"test", script.path(), server.url(), "--filter", "zzz"});
  CHECK(none.code == 2);
  CHECK(none.err.find("--filter 'zzz' matches no test") != std::string::npos);
}

TEST_CASE("test ends after the first failure with --fail-fast, and counts the rest as skipped") {
  const EchoProcess server;
  const ScriptFile script("test a\n< [10ms] x\ntest b\n> 1\n< 1\n");
  const Exit exit = test::wskit({"test", script.path(), server.url(), "--fail-fast"});
  CHECK(exit.code == 1);
  CHECK(exit.out.find("2 tests: 0 passed, 1 failed, 1 skipped") != std::string::npos);
}

TEST_CASE("test includes files from beside the script, and files as messages") {
  const EchoProcess server;
  const ScriptFile script("test t\ninclude steps.inc\n> binary file data.bin\n< hex 00 ff\n");
  script.add("steps.inc", "> from the include\n< from the include\n");
  script.add("data.bin", std::string("\0\xff", 2));
  CHECK(test::wskit({"test", script.path(), server.url()}).code == 0);
  script.add("steps.inc", "include steps.inc\n");
  const Exit loop = test::wskit({"test", script.path(), server.url()});
  CHECK(loop.code == 2);
  CHECK(loop.err.find("steps.inc includes itself\n") != std::string::npos);
}

TEST_CASE("test says that a connection failed, and expects refusals") {
  const CannedServer server([](const std::string&) {
    return std::string(
        "HTTP/1.1 401 Unauthorized\r\nX-Why: token\r\nContent-Length: 4\r\n\r\nnope");
  });
  const ScriptFile expected(
      "test t\n< refused 401\n    header \"X-Why\" == \"token\"\n    body == \"nope\"\n");
  CHECK(test::wskit({"test", expected.path(), server.url()}).code == 0);
  const CannedServer again([](const std::string&) {
    return std::string("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnope");
  });
  const ScriptFile script("test t\n> x\n");
  const Exit exit = test::wskit({"test", script.path(), again.url()});
  CHECK(exit.code == 1);
  CHECK(exit.out.find("401") != std::string::npos);
  CHECK(exit.out.find("1 errored") != std::string::npos);
}

TEST_CASE("test records what it plays, without secrets, for a replay") {
  const EchoProcess server;
  const ScriptFile script(
      "header Authorization: Bearer s3cret\ntest t\nclient a, b\na> {\"pw\":\"hush\",\"n\":1}\n"
      "a< json {\"n\":1}\nb> hex 00 ff\nb< hex 00 ff\n");
  const std::string recording = script.path("r.jsonl");
  const Exit exit =
      test::wskit({"test", script.path(), server.url(), "--record", recording, "--redact", "/pw"});
  CHECK(exit.code == 0);
  std::ifstream file(recording);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text.starts_with("{\"wskit\":1,\"url\":\"" + server.url()));
  CHECK(text.find("s3cret") == std::string::npos);
  CHECK(text.find("hush") == std::string::npos);
  CHECK(text.find("\"conn\":1,\"dir\":\"send\",\"type\":\"text\"") != std::string::npos);
  CHECK(text.find("\"conn\":2,\"dir\":\"recv\",\"type\":\"binary\",\"b64\":\"AP8=\"") !=
        std::string::npos);
  const Exit full = test::wskit({"test", script.path(), server.url(), "--record", "/dev/full"});
  CHECK(full.code == 23);
  CHECK(full.err.find("/dev/full: No space left on device") != std::string::npos);
}

TEST_CASE("test says at once that the disk under its recording is full, and goes on") {
  const EchoProcess server;
  const ScriptFile script("test first\n> 1\n< 1\ntest second\n> 2\n< 2\n");
  const Exit exit =
      in_shell("test --record /dev/full " + script.path() + " " + server.url() + " 2>&1");
  CHECK(exit.code == 23);
  const std::size_t said = exit.out.find("/dev/full: No space left on device");
  CHECK(said < exit.out.find("first ("));
  CHECK(exit.out.find("/dev/full", said + 1) == std::string::npos);
  CHECK(exit.out.find("2 tests: 2 passed") != std::string::npos);
}

TEST_CASE("test runs a recording that says what to expect") {
  const EchoProcess server;
  const std::string send = R"("dir":"send","type":"text","data":"{\"id\":1,\"at\":5}"})";
  const std::string received = R"("dir":"recv","type":"text","data":"{\"id\":1,\"at\":4}")";
  const auto lines = [&](const std::string& expect) {
    return R"({"wskit":1,"url":")" + server.url() + "\"}\n{\"t\":1.5,\"conn\":1," + send +
           "\n{\"t\":1.6,\"conn\":1," + received + expect + "}\n";
  };
  const auto run = [&](const std::string& expect) {
    const ScriptFile recording(lines(expect), "session.jsonl");
    return test::wskit({"test", recording.path(), "--timeout", "100ms"});
  };
  CHECK(run(R"(,"expect":{"json":{"id":1}})").code == 0);
  CHECK(run(R"(,"expect":{"ignore":["/at"]})").code == 0);
  CHECK(run(R"(,"expect":{"re":"\"at\":[0-9]"})").code == 0);
  const Exit other = run(R"(,"expect":{})");
  CHECK(other.code == 1);
  CHECK(other.out.find("session.jsonl:3: {") != std::string::npos);
  const Exit bad = run(R"(,"expect":{"jsn":1})");
  CHECK(bad.code == 2);
  CHECK(bad.err.find("session.jsonl:3:1: \"expect\" has \"jsn\"") != std::string::npos);
  const Exit none = run("");
  CHECK(none.code == 2);
  CHECK(none.err.find("replay --check compares") != std::string::npos);
}

TEST_CASE("test ends at once with an error when a message meets a limit, whichever it is") {
  const std::string nested = std::string(300, '[') + std::string(300, ']');
  const CannedServer deep([&nested](const std::string& request) {
    return accept_answer(request, std::string("\x81\x7e\x02\x58", 4) + nested);
  });
  const CannedServer long_text([](const std::string& request) {
    return accept_answer(request, "\x81\x29" + std::string(40, 'a') + "b");
  });
  const auto run = [](const std::string& pattern, const CannedServer& server) {
    const ScriptFile script("timeout 1h\ntest t\n< " + pattern + "\n");
    return test::wskit({"test", script.path(), server.url()});
  };
  for (const std::string pattern : {"json [[]]", "any\n    jsonpath \"$[0]\" exists",
                                    "any\n    capture x = jsonpath \"$[0]\""}) {
    const Exit exit = run(pattern, deep);
    INFO(exit.out);
    CHECK(exit.code == 1);
    CHECK_THAT(exit.out, Catch::Contains("JSON is nested deeper than 256 levels") &&
                             Catch::Contains("1 errored"));
  }
  const Exit regex = run("~ /^(\\w+\\w*)+$(?<=z)/", long_text);
  INFO(regex.out);
  CHECK(regex.code == 1);
  CHECK_THAT(regex.out, Catch::Contains("'^(\\w+\\w*)+$(?<=z)' gave up on a message of 41 bytes") &&
                            Catch::Contains("1 errored") && !Catch::Contains("is not found") &&
                            !Catch::Contains("nearest"));
}

TEST_CASE("test plays against the command line's URL instead of the one in a script's head") {
  const EchoProcess server;
  const ScriptFile head("url ws://127.0.0.1:9/\ntest t\n> x\n< x\n");
  CHECK(test::wskit({"test", head.path(), server.url()}).code == 0);
  const ScriptFile own("url ws://127.0.0.1:9/\ntest t\nurl " + server.url() + "\n> x\n< x\n");
  CHECK(test::wskit({"test", own.path(), "ws://127.0.0.1:9/"}).code == 0);
  const Exit other = test::wskit({"test", head.path(), "http://127.0.0.1/"});
  CHECK(other.code == 2);
  CHECK_THAT(other.err, Catch::Contains("ws:// or wss://"));
  CHECK_THAT(other.err, !Catch::Contains("No such file"));
}

TEST_CASE("test lists the tests of scripts without their URL and environment") {
  const ScriptFile script("header X: {{env.WSKIT_NOWHERE}}\ntest a\n> {{env.WSKIT_NOWHERE}}\n");
  const Exit exit = test::wskit({"test", script.path(), "--list"});
  CHECK(exit.code == 0);
  CHECK(exit.out == script.path() + ":2: a\n");
}

TEST_CASE("test needs a URL before it sends anything") {
  const ScriptFile script("test t\n> x\n");
  const Exit exit = test::wskit({"test", script.path()});
  CHECK(exit.code == 2);
  CHECK(exit.err.find(":1:6: expected a url for this test") != std::string::npos);
}

TEST_CASE("test meets the limit of an endless loop and of a message that is too big") {
  const EchoProcess server;
  const ScriptFile loop("test t\nset n = 0\nrepeat 1000000000000 {\n  set n = {{n}} + 1\n}\n");
  const Exit endless = test::wskit({"test", loop.path(), server.url(), "--max-time", "300ms"});
  CHECK(endless.code == 1);
  CHECK(endless.out.find("the test took longer than 300 ms") != std::string::npos);
  CHECK(endless.out.find("1 errored") != std::string::npos);
  const ScriptFile sends("test t\n> file big.json\n");
  sends.add("big.json", '"' + std::string(100'000'000 - 2, 'x') + '"');
  const Exit sent = test::wskit({"test", sends.path(), server.url()});
  CHECK(sent.code == 1);
  CHECK(sent.out.find("a message of 100000000 bytes does not fit: at most 64 MiB may be unsent") !=
        std::string::npos);
  constexpr std::size_t kBig = 100'000'000;
  const CannedServer big_server([](const std::string& request) {
    std::string frame = "\x81\x7f";
    for (int shift = 56; shift >= 0; shift -= 8) {
      frame += static_cast<char>(kBig >> shift);
    }
    return accept_answer(request, frame + '"' + std::string(kBig - 2, 'x') + '"');
  });
  const ScriptFile waits("test t\n< json {}\n");
  const Exit big = test::wskit({"test", waits.path(), big_server.url()});
  CHECK(big.code == 1);
  CHECK(big.out.find("100000000") != std::string::npos);
  CHECK(big.out.find("67108864") != std::string::npos);
}

TEST_CASE("test annotates failures where GitHub Actions runs it") {
  const EchoProcess server;
  const ScriptFile script("test t\n< [10ms] x\n");
  ::setenv("GITHUB_ACTIONS", "true", 1);
  const Exit exit = test::wskit({"test", script.path(), server.url()});
  ::unsetenv("GITHUB_ACTIONS");
  CHECK(exit.out.find("::error file=" + script.path() + ",line=2") != std::string::npos);
  ::setenv("GITHUB_ACTIONS", "false", 1);
  const Exit elsewhere = test::wskit({"test", script.path(), server.url()});
  ::unsetenv("GITHUB_ACTIONS");
  CHECK(elsewhere.out.find("::error") == std::string::npos);
}

TEST_CASE("test writes one report to standard output, and what is for people to standard error") {
  const EchoProcess server;
  const ScriptFile script("test t\n> x\n< x\n");
  const Exit exit = test::wskit({"test", script.path(), server.url(), "--report-tap", "-"});
  CHECK(exit.code == 0);
  CHECK(exit.out.starts_with("TAP version 14\n1..1\n"));
  CHECK(exit.err.find("1 test: 1 passed") != std::string::npos);
  const Exit two =
      test::wskit({"test", script.path(), server.url(), "--report-tap", "-", "--report-json", "-"});
  CHECK(two.code == 2);
  CHECK(two.err.find("only one report can go to standard output") != std::string::npos);
}
