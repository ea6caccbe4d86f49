// SPDX-License-Identifier: MIT
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/script_file.h"
#include "tests/cli/terminal.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::string connect(const std::string& url, const std::string& options = "") {
  return WSKIT_BINARY " connect " + url + " " + options;
}

std::string text_frame(const std::string& payload) {
  return std::string{'\x81', static_cast<char>(payload.size())} + payload;
}

/// A session that is open and shows its prompt.
struct Session {
  explicit Session(const std::string& options = "", int columns = 80)
      : terminal(connect(server.url(), options), columns) {
    terminal.wait_for("* connected to " + server.url());
    terminal.wait_for("\n>");
  }
  EchoProcess server;
  Terminal terminal;
};

}  // namespace

TEST_CASE("what is typed is sent and the answer shown above the prompt") {
  Session session;
  session.terminal.type("hello w\u00f6rld");
  session.terminal.press("Enter");
  session.terminal.wait_for("> hello w\u00f6rld\n< hello w\u00f6rld\n>");
  session.terminal.press("C-d");
  session.terminal.wait_for("* closed with 1000 (normal closure)\nexit 0");
}

TEST_CASE("JSON is laid out, and an unfinished one goes on in the next line") {
  Session session;
  session.terminal.type(R"({"name":"a value that is long enough","list":)");
  session.terminal.press("Enter");
  session.terminal.wait_for("\n.");
  session.terminal.type(R"([{"x":null}]})");
  session.terminal.press("Enter");
  session.terminal.wait_for(
      "< {\n    \"name\": \"a value that is long enough\",\n    \"list\": [\n"
      "      {\"x\": null}\n    ]\n  }\n>");
}

TEST_CASE("a paste of several lines is one message") {
  Session session;
  session.terminal.paste("first\nsecond\n");
  session.terminal.wait_for("[paste 1: 12 bytes, 2 lines]");
  session.terminal.press("Enter");
  session.terminal.wait_for("< first\n  second\n>");
}

TEST_CASE("a short paste is typed in and can be edited") {
  Session session;
  session.terminal.paste("abc");
  session.terminal.press("BSpace");
  session.terminal.type("d");
  session.terminal.press("Enter");
  session.terminal.wait_for("< abd\n");
}

TEST_CASE("a paste of a mebibyte arrives whole") {
  Session session;
  session.terminal.paste(std::string(std::size_t{1} << 20U, 'y'));
  session.terminal.wait_for("[paste 1: 1048576 bytes]");
  session.terminal.press("Enter");
  session.terminal.wait_for("bytes in all; /show shows them");
  const std::string file = session.terminal.home() / "saved";
  session.terminal.type("/save " + file);
  session.terminal.press("Enter");
  session.terminal.wait_for("saved: 1048576 bytes");
  CHECK(std::filesystem::file_size(file) == std::size_t{1} << 20U);
}

TEST_CASE("arriving messages do not tear what is being typed") {
  EchoProcess server({"--delay", "700ms"});
  Terminal terminal(connect(server.url()), 40);
  terminal.wait_for("* connected");
  terminal.type("one");
  terminal.press("Enter");
  terminal.type("a line that is longer than the forty columns of this window");
  terminal.wait_for("< one\n> a line that is longer than the forty c\nolumns of this window");
  terminal.press("Enter");
  terminal.wait_for("< a line that is longer than the forty c");
}

TEST_CASE("a flood of messages leaves the prompt and the line below it") {
  std::string flood;
  for (int i = 0; i < 400; ++i) {
    flood += text_frame("message " + std::to_string(i));
  }
  const CannedServer server(
      [flood](const std::string& request) { return accept_answer(request, flood); });
  Terminal terminal(connect(server.url()));
  terminal.type("typed meanwhile");
  terminal.wait_for("< message 398\n< message 399\n> typed meanwhile");
  // Each of them once, in order, and nothing in between.
  const std::string screen = terminal.screen();
  for (int i = 100; i < 399; ++i) {
    CHECK(screen.find("< message " + std::to_string(i) + "\n< message " + std::to_string(i + 1) +
                      "\n") != std::string::npos);
  }
}

TEST_CASE("a line that wraps survives another size of the window") {
  Session session("", 60);
  session.terminal.type("a line that is longer than the thirty columns that remain");
  session.terminal.wait_for("that remain");
  session.terminal.resize(30, 24);
  session.terminal.type(" X");
  session.terminal.press("Enter");
  session.terminal.wait_for("< a line that is longer than t\nhe thirty columns that remain\nX\n>");
}

TEST_CASE("the terminal is left as it was found") {
  const EchoProcess server;
  Terminal terminal(connect(server.url()) + "; stty -a");
  terminal.wait_for("* connected");
  terminal.type("some");
  terminal.press("Enter");
  terminal.wait_for("< some");
  terminal.press("C-d");
  terminal.wait_for("exit 0");
  CHECK(terminal.screen().find(" icanon") != std::string::npos);
  CHECK(terminal.screen().find(" echo ") != std::string::npos);
}

TEST_CASE("Ctrl-R finds what was typed, in the next session too") {
  EchoProcess server;
  std::filesystem::path home;
  {
    Terminal terminal(connect(server.url()));
    terminal.wait_for("* connected");
    terminal.type("find me again");
    terminal.press("Enter");
    terminal.wait_for("< find me again");
    terminal.type("something else");
    terminal.press("Enter");
    terminal.wait_for("< something else");
    terminal.press("C-r");
    terminal.type("me ag");
    terminal.wait_for("bck:me ag");
    terminal.press("Enter");
    terminal.wait_for("< find me again\n> something else\n< something else\n");
    terminal.press("C-d");
    terminal.wait_for("exit 0");
    home = terminal.home();
    bool kept = false;
    for (const auto& entry :
         std::filesystem::directory_iterator(home / ".local/state/wskit/history")) {
      std::ifstream stream(entry.path());
      const std::string history(std::istreambuf_iterator<char>(stream), {});
      kept = history.find("find\\040me\\040again") != std::string::npos;
      CHECK((std::filesystem::status(entry.path()).permissions() & std::filesystem::perms(0077)) ==
            std::filesystem::perms::none);
    }
    CHECK(kept);
  }
}

TEST_CASE("Ctrl-C takes back what is typed, then ends the session") {
  Session session;
  session.terminal.type("never sent");
  session.terminal.wait_for("> never sent");
  session.terminal.press("C-c");
  session.terminal.wait_for("> never sent\n>");
  session.terminal.type("sent");
  session.terminal.press("Enter");
  session.terminal.wait_for("< sent");
  session.terminal.press("C-c");
  session.terminal.wait_for("exit 130");
  CHECK(session.terminal.screen().find("< never sent") == std::string::npos);
}

TEST_CASE("nothing that a server sends acts on the terminal") {
  const CannedServer server([](const std::string& request) {
    return accept_answer(request, text_frame("\x1b[31mred\x07 \x1b]0;title\x07 \u009b2J end"));
  });
  Terminal terminal(connect(server.url()));
  terminal.wait_for("< \\x1b[31mred\\x07 \\x1b]0;title\\x07 \\xc2\\x9b2J end");
}

TEST_CASE("commands are completed and do what they say") {
  Session session;
  Terminal& terminal = session.terminal;
  terminal.type("/he");
  terminal.press("Tab");
  terminal.wait_for("/help  /hex  /headers");
  terminal.type("lp");
  terminal.press("Enter");
  terminal.wait_for("/reconnect");
  terminal.type("/hex 00 ff 1b");
  terminal.press("Enter");
  terminal.wait_for("< binary, 3 bytes: 00ff1b");
  terminal.type("//slash");
  terminal.press("Enter");
  terminal.wait_for("< /slash");
  terminal.type("/pi");
  terminal.press("Tab");
  terminal.press("Enter");
  terminal.wait_for("* pong after ");
  terminal.type("/stats");
  terminal.press("Enter");
  terminal.wait_for("* received 2 messages, 9 bytes");
  terminal.type("/filter ^b");
  terminal.press("Enter");
  terminal.type("a hidden");
  terminal.press("Enter");
  terminal.type("b shown");
  terminal.press("Enter");
  terminal.wait_for("< b shown");
  CHECK(terminal.screen().find("< a hidden") == std::string::npos);
  terminal.type("/headers");
  terminal.press("Enter");
  terminal.wait_for("  101 Switching Protocols");
  terminal.type("/nonsense");
  terminal.press("Enter");
  terminal.wait_for("* no command /nonsense");
  terminal.type("/close 4000 done");
  terminal.press("Enter");
  terminal.wait_for("exit 0");
}

TEST_CASE("a lost connection is said and ends the session with 56") {
  Session session;
  session.server.process().signal(SIGKILL);
  session.terminal.wait_for("exit 56");
}

TEST_CASE("a session is made again after /reconnect, with its init messages") {
  Session session("--init hello");
  session.terminal.wait_for("> hello\n< hello");
  session.terminal.type("/reconnect");
  session.terminal.press("Enter");
  session.terminal.wait_for("* connecting again\n* connected");
  session.terminal.type("still here");
  session.terminal.press("Enter");
  session.terminal.wait_for("< still here");
}

TEST_CASE("a lost connection is made again while nobody types") {
  const std::string socket =
      std::filesystem::temp_directory_path() / ("wskit-again-" + std::to_string(::getpid()));
  const std::vector<std::string> serve{WSKIT_BINARY, "serve", "echo", "--unix-socket", socket};
  auto server = std::make_unique<Process>(serve);
  CHECK_FALSE(server->read_line().empty());
  const Terminal terminal(connect("ws+unix:" + socket, "--reconnect --init hello"), 120);
  terminal.wait_for("< hello");
  server->signal(SIGKILL);
  CHECK(server->wait().code == 128 + SIGKILL);
  std::filesystem::remove(socket);
  terminal.wait_for("connecting again in");
  server = std::make_unique<Process>(serve);
  CHECK_FALSE(server->read_line().empty());
  // Connected a second time, and all that without a key.
  terminal.wait_for(" ms\n* connected to ws+unix:" + socket +
                    ":/; /help lists commands\n> hello\n< hello\n>");
  std::filesystem::remove(socket);
}

TEST_CASE("a refused connection says why before any prompt") {
  Terminal terminal(connect("ws://127.0.0.1:" + std::to_string(closed_port()) + "/"));
  terminal.wait_for("exit 7");
  CHECK(terminal.screen().find("\n>") == std::string::npos);
}

TEST_CASE("timestamps stand in front of messages") {
  Session session("--timestamps rel --no-pretty");
  session.terminal.type("{\"a\":1}");
  session.terminal.press("Enter");
  session.terminal.wait_for(" < {\"a\":1}");
  CHECK(session.terminal.screen().find("\n+0.") != std::string::npos);
}

TEST_CASE("a session is recorded, both directions") {
  const EchoProcess server;
  const std::string file =
      std::filesystem::temp_directory_path() / ("wskit-session-" + std::to_string(::getpid()));
  {
    Terminal terminal(connect(server.url(), "--record " + file));
    terminal.wait_for("* connected");
    terminal.type("hello");
    terminal.press("Enter");
    terminal.wait_for("< hello");
    terminal.press("C-d");
    terminal.wait_for("exit 0");
  }
  std::ifstream stream(file);
  const std::string recording(std::istreambuf_iterator<char>(stream), {});
  std::filesystem::remove(file);
  CHECK_THAT(recording, Catch::StartsWith("{\"wskit\":1,"));
  CHECK_THAT(recording, Catch::Contains(R"("dir":"send","type":"text","data":"hello"})"));
  CHECK_THAT(recording, Catch::Contains(R"("dir":"recv","type":"text","data":"hello"})"));
  CHECK_THAT(recording, Catch::Contains(R"("dir":"send","type":"close","code":1000)"));
  CHECK_THAT(recording, Catch::Contains(R"("dir":"recv","type":"close","code":1000)"));
}

TEST_CASE("Ctrl-C takes back unfinished JSON as a whole") {
  Session session;
  session.terminal.type("{\"z\": [");
  session.terminal.press("Enter");
  session.terminal.wait_for("\n.");
  session.terminal.press("C-c");
  session.terminal.wait_for("[\n>");
  session.terminal.type("next");
  session.terminal.press("Enter");
  session.terminal.wait_for("> next\n< next\n>");
}

TEST_CASE("a stopped session goes on with its prompt") {
  Session session;
  session.terminal.type("half");
  session.terminal.wait_for("> half");
  const Exit found = test::run({"/usr/bin/pgrep", "-f", "connect " + session.server.url()});
  const std::string pid = found.out.substr(0, found.out.find('\n'));
  REQUIRE_FALSE(pid.empty());
  CHECK(test::run({"/bin/kill", "-STOP", pid}).code == 0);
  CHECK(test::run({"/bin/kill", "-CONT", pid}).code == 0);
  session.terminal.type(" done");
  session.terminal.press("Enter");
  session.terminal.wait_for("< half done\n");
}

TEST_CASE("a session ends when its time is over") {
  const EchoProcess server;
  const Terminal terminal(connect(server.url(), "--max-time 3s"));
  terminal.wait_for("* --max-time is over\n* closed with 1000 (normal closure)\nexit 0");
}

TEST_CASE("with a wait a terminal gets one exchange") {
  const EchoProcess server;
  const Terminal terminal(connect(server.url(), "-x hello -w 1"));
  terminal.wait_for("hello\nexit 0");
}

TEST_CASE("Ctrl-C ends a session that waits for the answer to its Close") {
  // Accepts, and answers nothing.
  const CannedServer server([](const std::string& request) { return accept_answer(request, ""); });
  Terminal terminal(connect(server.url()));
  terminal.wait_for("* connected");
  terminal.wait_for("\n>");
  terminal.type("/quit");
  terminal.press("Enter");
  // A Ctrl-C takes with it what the terminal has not read yet: the Close shows that it has.
  REQUIRE(server.hears_more());
  terminal.press("C-c");
  terminal.wait_for("* closing; Ctrl-C again ends at once");
  terminal.press("C-c");
  terminal.wait_for("exit 130");
}

TEST_CASE("a message that cannot be sent is refused before a connection is made") {
  const Terminal terminal("printf '\\377' >$HOME/x; " +
                          connect("ws://127.0.0.1:1/", "-x \"$(cat $HOME/x)\""));
  terminal.wait_for("exit 2");
}

TEST_CASE("test shows on a terminal which test takes long, and nothing of it stays") {
  const EchoProcess server;
  const ScriptFile script("test quick\n> x\n< x\ntest slow\n> x\n< [1h] never\n");
  Terminal terminal(WSKIT_BINARY " test " + script.path() + " " + server.url(), 120);
  // Drawn each second; which second it says depends on when the test before it ended.
  terminal.wait_for(": slow (");
  terminal.press("C-c");
  terminal.wait_for("exit 130");
  CHECK(terminal.screen().find("\n" + script.path() + ": slow (") == std::string::npos);
}
