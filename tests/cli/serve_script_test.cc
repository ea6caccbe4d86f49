// SPDX-License-Identifier: MIT
#include <csignal>
#include <string>
#include <vector>

#include "tests/cli/script_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// `wskit serve script` on a port of its own.
class ScriptServerProcess {
 public:
  explicit ScriptServerProcess(const std::string& script, std::vector<std::string> arguments = {})
      : file_(script, "server.wst"),
        process_(command(std::move(arguments))),
        url_(process_.read_line()) {}
  [[nodiscard]] std::string url(const std::string& path) const {
    return url_.substr(0, url_.find_last_of('/')) + path;
  }
  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] const std::string& path() const { return file_.path(); }

 private:
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> arguments) const {
    std::vector<std::string> words{WSKIT_BINARY, "serve",    "script",
                                   file_.path(), "--listen", "127.0.0.1:0"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  ScriptFile file_;
  Process process_;
  std::string url_;
};

Exit test_script(const std::string& text, const std::string& url) {
  const ScriptFile script(text);
  return test::wskit({"test", script.path(), url, "--timeout", "10s"});
}

}  // namespace

TEST_CASE("serve script plays its side, with each client anew") {
  const ScriptServerProcess server(
      "protocol chat.v2\n< json {\"type\":\"hello\"}\n    capture user = jsonpath \"$.user\"\n"
      "> {\"type\":\"welcome\",\"user\":\"{{user}}\"}\non ping-me > pong-you\n< bye\n"
      "> close 1000 see you\n");
  for (const std::string user : {"ann", "bob"}) {
    const Exit exit = test_script("protocol chat.v2\n> {\"type\":\"hello\",\"user\":\"" + user +
                                      "\"}\n< json {\"type\":\"welcome\",\"user\":\"" + user +
                                      "\"}\n> ping-me\n< pong-you\n> bye\n< close 1000 see you\n",
                                  server.url("/"));
    INFO(exit.out);
    CHECK(exit.code == 0);
  }
}

TEST_CASE("serve script chooses the test by the path of its url") {
  const ScriptServerProcess server(
      "test a\nurl /a\n> from a\ntest gone\nurl ws://example.org/gone\nanswer 410\n"
      "header X-Why: moved\n");
  CHECK(test_script("< from a\n", server.url("/a?x=1")).code == 0);
  CHECK(
      test_script("< refused 410\n    header \"X-Why\" == \"moved\"\n", server.url("/gone")).code ==
      0);
  CHECK(test_script("< refused 404\n", server.url("/b")).code == 0);
}

TEST_CASE("serve script says what is wrong of the handshake and the frames") {
  const ScriptServerProcess server(
      "test accept\nurl /accept\naccept d3Jvbmc=\n> x\n"
      "test protocol\nurl /protocol\nprotocol not.offered\n> x\n"
      "test masked\nurl /masked\n> raw hex 81 85 00 00 00 00 68 65 6c 6c 6f\nsleep 10s\n"
      "test pong\nurl /pong\nno pong\n< go\n< any\n");
  const Exit accept = test::wskit({"send", server.url("/accept"), "x", "-1"});
  CHECK(accept.code == 22);
  CHECK(accept.err.find("Sec-WebSocket-Accept") != std::string::npos);
  const Exit protocol = test::wskit({"send", server.url("/protocol"), "x", "-1"});
  CHECK(protocol.code == 22);
  CHECK(protocol.err.find("not.offered") != std::string::npos);
  const Exit masked = test::wskit({"listen", server.url("/masked"), "-n", "1"});
  CHECK(masked.code == 56);
  CHECK(masked.err.find("mask") != std::string::npos);
  const Exit pong = test_script("> go\n> ping x\n< [100ms] pong x\n", server.url("/pong"));
  CHECK(pong.code == 1);
  CHECK(pong.out.find("nothing like it came within 100 ms") != std::string::npos);
}

TEST_CASE(
    "serve script tells the client and standard error which line was not met, and exits with 1") {
  ScriptServerProcess server("< [200ms] hello\n> x\n", {"--sessions", "1"});
  const Exit client = test::wskit({"send", server.url("/"), "hullo", "-1"});
  CHECK(client.code == 56);
  CHECK(client.err.find("1008") != std::string::npos);
  CHECK(client.err.find("line 1: nothing like it came within 200 ms") != std::string::npos);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 1);
  CHECK(exit.err.find(server.path() + ":1: < [200ms] hello") != std::string::npos);
  CHECK(exit.err.find("expected \"ello\", got \"ullo\"") != std::string::npos);
}

TEST_CASE("serve script takes a client that leaves early for a failure with --to-the-end only") {
  for (const bool strict : {false, true}) {
    std::vector<std::string> arguments{"--sessions", "1"};
    if (strict) {
      arguments.emplace_back("--to-the-end");
    }
    ScriptServerProcess server("< one\n< two\n", arguments);
    CHECK(test::wskit({"send", server.url("/"), "one", "--eof-wait", "0"}).code == 0);
    const Exit exit = server.process().wait();
    CHECK(exit.code == (strict ? 1 : 0));
    CHECK(exit.err.find(strict ? ":2: < two" : "the client left at line 2") != std::string::npos);
  }
}

TEST_CASE("serve script makes the same values by chance with the same --seed") {
  const auto value = [](const std::string& seed) {
    ScriptServerProcess server("> {{rand 1 1000000}} {{uuid}}\n",
                               {"--seed", seed, "--sessions", "1"});
    const Exit exit = test::wskit({"listen", server.url("/"), "-n", "1"});
    CHECK(exit.code == 0);
    return exit.out;
  };
  const std::string first = value("7");
  CHECK(first.size() > 36);
  CHECK(value("7") == first);
  CHECK(value("8") != first);
}

TEST_CASE("serve script --mirror is the other side of a client's script") {
  const std::string client =
      "url ws://example.org/chat\nheader X: y\n> hello\n< welcome\n> hex 00 01\n< b64 AAE=\n"
      "repeat 2 {\n  > again\n  < json= {\"n\":1}\n}\n> close 1000\n< close 1000\n";
  ScriptServerProcess server(client, {"--mirror", "--sessions", "1"});
  const ScriptFile script(client.substr(client.find('\n') + 1));
  CHECK(test::wskit({"test", script.path(), server.url("/chat")}).code == 0);
  CHECK(server.process().wait().code == 0);
}

TEST_CASE("serve script --mirror refuses what is not literal, at its line") {
  const ScriptFile script("> hi\n< json {\"a\":1}\n");
  const Exit exit = test::wskit({"serve", "script", "--mirror", script.path()});
  CHECK(exit.code == 2);
  CHECK(exit.err.find(script.path() + ":2:1: --mirror: expected a literal message") == 0);
}

TEST_CASE("serve script takes many clients at once and ends in order with a signal") {
  ScriptServerProcess server("repeat 1000 {\n  < x\n  > y\n}\n", {"-q"});
  const ScriptFile script(
      "test t\nclient a, b, c, d\na> x\nb> x\nc> x\nd> x\na< y\nb< y\nc< y\nd< y\n");
  CHECK(test::wskit({"test", script.path(), server.url("/"), "--repeat", "20"}).code == 0);
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 0);
}
