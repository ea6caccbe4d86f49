// SPDX-License-Identifier: MIT
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"
#include "wire/frame.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::string frame(std::uint8_t first_byte, const std::string& payload) {
  return std::string{static_cast<char>(first_byte), static_cast<char>(payload.size())} + payload;
}

std::string text_frame(const std::string& payload) {
  return frame(0x81, payload);
}

std::string close_frame(unsigned code, const std::string& reason = "") {
  return frame(0x88, std::string{static_cast<char>(code >> 8U), static_cast<char>(code)} + reason);
}

/// Accepts, sends the frames, and then ends the TCP connection or not.
CannedServer server_that_sends(const std::string& frames,
                               CannedServer::Then then = CannedServer::Then::wait) {
  return CannedServer(
      [frames](const std::string& request) { return accept_answer(request, frames); }, then);
}

}  // namespace

TEST_CASE("send prints the reply, with nothing on standard input") {
  const EchoProcess server;
  const Exit exit = in_shell("send " + server.url() + " hello -1 </dev/null");
  CHECK(exit.out == "hello\n");
  CHECK(exit.err.empty());
  CHECK(exit.code == 0);
}

TEST_CASE("send passes messages on as they were typed") {
  const EchoProcess server;
  const Exit exit = test::wskit(
      {"send", server.url(), "[1,2]", "[\"REQ\",\"a\"]", "", "-5", "-w", "5", "--", "-x"});
  CHECK(exit.out == "[1,2]\n[\"REQ\",\"a\"]\n\n-5\n-x\n");
  CHECK(exit.code == 0);
}

TEST_CASE("a header before the URL does not swallow it") {
  const EchoProcess server;
  const Exit exit = test::wskit({"send", "-H", "X-Request-Id: 1", server.url(), "hi", "-1"});
  CHECK(exit.out == "hi\n");
  CHECK(exit.code == 0);
}

TEST_CASE("replies are not lost at the end of standard input, however late they come") {
  const EchoProcess server({"--delay", "300ms"});
  const Exit exit = in_shell("send " + server.url() + " --count 3", "printf 'a\\nb\\nc' |");
  CHECK(exit.out == "a\nb\nc\n");
  CHECK(exit.code == 0);
  CHECK(in_shell("send " + server.url(), "echo quiet |").out == "quiet\n");
}

TEST_CASE("send waits for the reply that matches and stops there") {
  const CannedServer server =
      server_that_sends(text_frame("{\"type\":\"noise\"}") +
                        text_frame("{\"type\":\"answer\",\"id\":7}") + text_frame("after"));
  const Exit exit = test::wskit({"send", server.url(), "q", "--wait", "json:{\"id\":7}",
                                 "--close-status-code", "1000", "--timeout", "15s"});
  CHECK(exit.out == "{\"type\":\"noise\"}\n{\"type\":\"answer\",\"id\":7}\n");
  CHECK(exit.code == 0);
}

TEST_CASE("a reply that does not come is a time limit, code 28") {
  const EchoProcess server;
  const Exit exit =
      test::wskit({"send", server.url(), "x", "--wait", "text:y", "--timeout", "200ms"});
  CHECK(exit.code == 28);
  CHECK_THAT(exit.err, Catch::Contains("text:y") && Catch::Contains("200 ms"));
}

TEST_CASE("a server that closes normally before the reply is a failed check, code 1") {
  const CannedServer server =
      server_that_sends(close_frame(1000, "bye"), CannedServer::Then::close);
  const Exit exit = test::wskit({"send", server.url(), "x", "-1"});
  CHECK(exit.code == 1);
  CHECK_THAT(exit.err, Catch::Contains("1000") && Catch::Contains("bye"));
}

TEST_CASE("a server that closes with an error is code 56, and its reason is said") {
  const CannedServer server = server_that_sends(
      text_frame("hello") + close_frame(1011, "out\x1b[31m of order"), CannedServer::Then::close);
  const Exit exit = test::wskit({"send", server.url(), "x"});
  CHECK(exit.out == "hello\n");
  CHECK(exit.code == 56);
  CHECK_THAT(exit.err, Catch::Contains("1011 (internal error)"));
  CHECK(exit.err.find('\x1b') == std::string::npos);
}

TEST_CASE("an expected close makes its code a success, and any other a failure") {
  const CannedServer server =
      server_that_sends(close_frame(4001, "kicked"), CannedServer::Then::close);
  CHECK(test::wskit({"send", server.url(), "x", "--expect-close", "4001"}).code == 0);
  const Exit other = test::wskit({"send", server.url(), "x", "--expect-close", "4002"});
  CHECK(other.code == 1);
  CHECK_THAT(other.err, Catch::Contains("4001") && Catch::Contains("expected 4002"));
}

TEST_CASE("a connection that is cut is code 56") {
  const CannedServer server = server_that_sends("", CannedServer::Then::close);
  const Exit exit = test::wskit({"send", server.url(), "x", "-1"});
  CHECK(exit.code == 56);
  // The end or, when the message came after it, a reset.
  CHECK_THAT(exit.err, Catch::Contains("without a Close frame") || Catch::Contains("reset"));
}

TEST_CASE("a handshake that is never answered ends with code 28") {
  const CannedServer server = CannedServer::silent();
  CHECK(test::wskit({"send", server.url(), "x", "--connect-timeout", "200ms"}).code == 28);
}

TEST_CASE("a refused upgrade shows its status and body, code 22") {
  const CannedServer server([](const std::string&) {
    return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\nno token yet";
  });
  const Exit exit = test::wskit({"send", server.url(), "x"});
  CHECK(exit.code == 22);
  CHECK_THAT(exit.err, Catch::Contains("401") && Catch::Contains("no token yet"));
  CHECK(exit.out.empty());
}

TEST_CASE("no wait still sees to it that what was sent arrives") {
  const EchoProcess server;
  const Exit exit = in_shell("send " + server.url() + " --no-wait", "seq 1 5000 |");
  CHECK(exit.code == 0);
  // The echo of the last message comes before the answer to the Close frame.
  CHECK_THAT(exit.out, Catch::EndsWith("\n5000\n"));
}

TEST_CASE("an empty standard input is a usage error") {
  const EchoProcess server;
  const Exit exit = in_shell("send " + server.url() + " </dev/null");
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains("standard input holds no message"));
}

TEST_CASE("a message that is no text is refused with its number") {
  const EchoProcess server;
  const Exit exit = in_shell("send " + server.url(), "printf 'ok\\n\\377\\n' |");
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains("message 2") && Catch::Contains("UTF-8"));
  const Exit binary = in_shell("send " + server.url() + " -b -1 --format hex", "printf '\\377' |");
  CHECK(binary.out == "ff\n");
  CHECK(binary.code == 0);
}

TEST_CASE("binary replies on a pipe are base64 with one warning") {
  const EchoProcess server;
  const Exit exit = in_shell("send " + server.url() + " -b -w 2", "printf '\\377\\n\\376' |");
  CHECK(exit.out == "/w==\n/g==\n");
  CHECK_THAT(exit.err, Catch::Contains("base64"));
  CHECK(std::ranges::count(exit.err, '\n') == 1);
}

TEST_CASE("JSON Lines carry any message there and back") {
  const EchoProcess server;
  const std::string lines = R"({"type":"text","data":"a\nb"})"
                            "\n"
                            R"({"type":"binary","b64":"AAEK/w=="})"
                            "\n";
  const Exit exit = in_shell("send " + server.url() + " --input-format jsonl --format jsonl -w 2",
                             "printf '%s' '" + lines + "' |");
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Catch::Contains(R"("dir":"recv","type":"text","data":"a\nb")"));
  CHECK_THAT(exit.out, Catch::Contains(R"("dir":"recv","type":"binary","b64":"AAEK/w==")"));
}

TEST_CASE("wrong arguments of send are usage errors that say what could be written") {
  const EchoProcess server;
  const auto complaint = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"send", server.url()});
    const Exit exit = test::wskit(arguments);
    CHECK(exit.code == 2);
    CHECK(exit.out.empty());
    return exit.err;
  };
  CHECK_THAT(complaint({"x", "--wiat", "3"}), Catch::Contains("did you mean --wait"));
  CHECK_THAT(complaint({"x", "--wait", "re:("}), Catch::Contains("offset"));
  CHECK_THAT(complaint({"x", "--wait", "json:{"}), Catch::Contains("not JSON"));
  CHECK_THAT(complaint({"x", "--wait", "soon"}), Catch::Contains("text:"));
  CHECK_THAT(complaint({"x", "--wait", "0"}), Catch::Contains("--wait: '0'"));
  CHECK_THAT(complaint({"x", "--wait", "3", "--no-wait"}), Catch::Contains("--no-wait"));
  CHECK_THAT(complaint({"x", "--close-status-code", "1006"}), Catch::Contains("1006"));
  CHECK_THAT(complaint({"x", "--eof-wait", "never"}), Catch::Contains("never"));
  CHECK_THAT(complaint({"-b", "-t", "x"}), Catch::Contains("contradict"));
}

TEST_CASE("head -1 ends send at once and silently") {
  const EchoProcess server;
  const Exit exit = test::run({"/bin/bash", "-c",
                               "seq 1 1000000 | " WSKIT_BINARY " send " + server.url() +
                                   " --eof-wait forever | head -1; echo ${PIPESTATUS[1]}"});
  CHECK(exit.out == "1\n141\n");
  CHECK(exit.err.empty());
}

TEST_CASE("a full disk under the output or the recording is said, code 23") {
  const EchoProcess server;
  for (const std::string option : {"-o", "--record"}) {
    const Exit exit = test::wskit({"send", server.url(), "x", "-w", "2", option, "/dev/full"});
    CHECK(exit.code == 23);
    CHECK_THAT(exit.err, Catch::Contains("/dev/full") && Catch::Contains("No space left"));
  }
}

TEST_CASE("no close ends the connection without a Close frame, after all was sent") {
  const EchoProcess server;
  const Exit exit = test::wskit({"send", server.url(), "hello", "-1", "--no-close", "-vv"});
  CHECK(exit.out == "hello\n");
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::Contains("> text, 5 bytes: hello\n< text, 5 bytes: hello\n"));
  CHECK(exit.err.find("close 1000") == std::string::npos);
  CHECK(in_shell("send " + server.url() + " --no-close --no-wait", "seq 1 20000 |").code == 0);
}

TEST_CASE("every frame is shown with -vv, its bytes harmless") {
  const CannedServer server =
      server_that_sends(text_frame("a\x1b[31m") + frame(0x89, "ping") + close_frame(1000, "bye"),
                        CannedServer::Then::close);
  const Exit exit = test::wskit({"send", server.url(), "x", "-vv"});
  CHECK_THAT(exit.err, Catch::Contains("< text, 6 bytes: a\\x1b[31m\n< ping, 4 bytes: ping\n< "
                                       "close 1000, 3 bytes: bye\n"));
}

TEST_CASE("a reply that was lost with its connection is waited for no longer than the timeout") {
  const std::string socket =
      std::filesystem::temp_directory_path() / ("wskit-send-" + std::to_string(::getpid()));
  const std::vector<std::string> serve{WSKIT_BINARY, "serve",   "echo", "--unix-socket",
                                       socket,       "--delay", "60s"};
  auto server = std::make_unique<Process>(serve);
  CHECK_FALSE(server->read_line().empty());
  Process send({WSKIT_BINARY, "send", "ws+unix:" + socket, "x", "-1", "--reconnect", "--timeout",
                "2s", "--init", "ready", "--format", "jsonl", "-vv"});
  while (send.err().find("> text, 1 byte: x") == std::string::npos) {
    REQUIRE_FALSE(send.read_line().empty());
  }
  server->signal(SIGKILL);
  CHECK(server->wait().code == 128 + SIGKILL);
  std::filesystem::remove(socket);
  server = std::make_unique<Process>(serve);
  CHECK_FALSE(server->read_line().empty());
  const Exit exit = send.wait();
  CHECK(exit.code == 28);
  CHECK_THAT(exit.err, Catch::Contains("connected again after"));
  std::filesystem::remove(socket);
}

TEST_CASE("a message above the limit ends the connection before it is received") {
  // The header of a frame of 200 MiB, and nothing of it.
  const std::string header{'\x82', '\x7f', 0, 0, 0, 0, '\x0c', '\x80', 0, 0};
  const CannedServer server = server_that_sends(header);
  const Exit exit = test::wskit({"send", server.url(), "x", "-1", "--max-message", "100MiB"});
  CHECK(exit.code == 56);
  CHECK_THAT(exit.err, Catch::Contains("209715200") && Catch::Contains("--max-message"));
  CHECK(exit.out.empty());
}

TEST_CASE("text of the server that is not UTF-8 is a broken protocol") {
  const CannedServer server = server_that_sends(text_frame("a\xff"));
  const Exit exit = test::wskit({"send", server.url(), "x", "-1"});
  CHECK(exit.code == 56);
  CHECK_THAT(exit.err, Catch::Contains("UTF-8"));
  CHECK(exit.out.empty());
}

TEST_CASE("what comes after the wait is over is not printed") {
  const EchoProcess server({"--delay", "60s"});
  const Exit late = test::wskit({"send", server.url(), "x", "-1", "--timeout", "200ms"});
  CHECK(late.code == 28);
  CHECK(late.out.empty());
  const Exit timed = test::wskit({"send", server.url(), "x", "--wait", "200ms"});
  CHECK(timed.code == 0);
  CHECK(timed.out.empty());
}

TEST_CASE("a server that never answers the Close frame cannot change the result") {
  // A text message, and nothing more.
  const CannedServer server = server_that_sends(text_frame("hello"));
  const Exit exit = test::wskit({"send", server.url(), "x", "-1"});
  CHECK(exit.out == "hello\n");
  CHECK(exit.code == 0);
}

TEST_CASE("a server that never stops talking is left after the timeout") {
  const EchoProcess server;
  const Exit exit = test::wskit({"send", server.url(), "x", "--heartbeat", "hb",
                                 "--heartbeat-interval", "20ms", "--timeout", "500ms"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Catch::StartsWith("x\nhb\nhb\n"));
}

TEST_CASE("the whole input can be one message") {
  const EchoProcess server;
  const Exit exit = in_shell("send " + server.url() + " -b -1 --input-format raw --format hex",
                             "printf 'a\\nb\\0\\377\\n' |");
  CHECK(exit.out == "610a6200ff0a\n");
}

TEST_CASE("control frames of JSON Lines are messages to send, too") {
  const EchoProcess server;
  const Exit close = in_shell("send " + server.url() + " --input-format jsonl --expect-close 4002",
                              "echo '{\"type\":\"close\",\"code\":4002}' |");
  CHECK(close.err.empty());
  CHECK(close.code == 0);
  const Exit counted = in_shell("send " + server.url() + " --input-format jsonl -n 2",
                                "printf '%s\\n' '{\"type\":\"text\",\"data\":\"a\"}' "
                                "'{\"type\":\"text\",\"data\":\"b\"}' "
                                "'{\"type\":\"text\",\"data\":\"c\"}' '{\"type\":\"close\"}' |");
  CHECK(counted.out == "a\nb\n");
  CHECK(counted.code == 0);
}

TEST_CASE("no Close frame at all can be what is expected") {
  const CannedServer server = server_that_sends("", CannedServer::Then::close);
  CHECK(test::wskit({"send", server.url(), "x", "--expect-close", "1006"}).code == 0);
}

TEST_CASE("a single hyphen for the output is standard output") {
  const EchoProcess server;
  CHECK(test::wskit({"send", server.url(), "hi", "-1", "-o", "-"}).out == "hi\n");
}
