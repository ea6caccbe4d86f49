// SPDX-License-Identifier: MIT
// wskit record, and what becomes of recordings that were cut short.
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// A HAR file of one WebSocket that talked to an echo server.
std::string echo_har(const std::string& url) {
  return R"({"log":{"entries":[{"startedDateTime":"2026-01-20T15:30:45.1Z","request":{"url":")" +
         url +
         R"(","headers":[{"name":"Cookie","value":"sid=hunter2"}]},"_webSocketMessages":[)"
         R"({"type":"send","time":1768923045.2,"opcode":1,"data":"two\nlines {{x}}"},)"
         R"({"type":"receive","time":1768923045.21,"opcode":1,"data":"two\nlines {{x}}"},)"
         R"({"type":"send","time":1768923045.3,"opcode":2,"data":"AAEC"},)"
         R"({"type":"receive","time":1768923045.31,"opcode":2,"data":"AAEC"}]}]}})";
}

}  // namespace

TEST_CASE("a HAR file is imported without its secrets, replays, and becomes a script that passes") {
  const EchoProcess server;
  const ScratchFile archive("session.har");
  const ScratchFile recording("imported.jsonl");
  const ScratchFile script("imported.wst");
  archive.write(echo_har(server.url()));
  REQUIRE(test::wskit({"record", "--import", archive.path(), "-o", recording.path()}).code == 0);
  CHECK_THAT(recording.content(),
             !Catch::Contains("hunter2") && Catch::Contains(R"("Cookie":"<redacted>")"));
  CHECK_THAT(test::wskit({"record", "--import", archive.path(), "--record-secrets"}).out,
             Catch::Contains("sid=hunter2"));
  for (const std::string& file : {recording.path(), archive.path()}) {
    CHECK(test::wskit({"replay", file, server.url(), "--check", "-q"}).code == 0);
  }
  REQUIRE(test::wskit({"record", "--convert", recording.path(), script.path()}).code == 0);
  const Exit tested = run({"/usr/bin/env", "COOKIE=x", WSKIT_BINARY, "test", script.path()});
  INFO(tested.out + tested.err + script.content());
  CHECK(tested.code == 0);
}

TEST_CASE("when no WebSocket of a HAR file is chosen, those that are there are listed") {
  const ScratchFile archive("list.har");
  archive.write(echo_har("ws://h/chat?token=hunter2"));
  const Exit none = test::wskit({"record", "--import", archive.path(), "--url", "/other"});
  CHECK(none.code == 2);
  CHECK(none.out.empty());
  CHECK_THAT(none.err, Catch::Contains("ws://h/chat?token=*** (4 messages)"));
  archive.write(R"({"log":{"entries":[]}})");
  const Exit empty = test::wskit({"record", "--import", archive.path()});
  CHECK(empty.code == 2);
  CHECK_THAT(empty.err, Catch::Contains("has no WebSocket"));
}

TEST_CASE("wrong arguments of record") {
  const auto complaint = [](const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"record"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Exit exit = test::wskit(all);
    CHECK(exit.code == 2);
    return exit.err;
  };
  CHECK_THAT(complaint({}), Catch::Contains("is needed"));
  CHECK_THAT(complaint({"ws://h/", "--import", "a.har"}), Catch::Contains("is needed"));
  CHECK_THAT(complaint({"ws://h/", "--url", "x"}), Catch::Contains("--import"));
  CHECK_THAT(complaint({"--import", "/nonexistent.har"}), Catch::Contains("/nonexistent.har"));
  CHECK_THAT(complaint({"--convert", "a.jsonl", "b.jsonl"}), Catch::Contains("FILE.wst"));
  const ScratchFile broken("broken.jsonl");
  broken.write("{\"wskit\":1}\n{\"t\":-1}\n");
  CHECK_THAT(complaint({"--convert", broken.path(), "/dev/null.wst"}),
             Catch::Contains(broken.path() + ":2: "));
}

TEST_CASE("a transcript becomes the recording again that it was made of") {
  const std::string content =
      "{\"wskit\":1,\"url\":\"ws://h/\",\"request\":{\"headers\":{\"Cookie\":\"<redacted>\"}}}\n"
      R"({"t":0.000001,"conn":2,"ev":"open","status":101,"subprotocol":"chat"})"
      "\n"
      R"({"t":0.000001,"conn":2,"dir":"send","type":"text","data":"[5s] {{x}}"})"
      "\n"
      R"({"t":1.500000,"conn":2,"dir":"recv","type":"close","code":1000,"reason":"a\nb"})"
      "\n";
  const ScratchFile first("first.jsonl");
  const ScratchFile script("between.wst");
  const ScratchFile second("second.jsonl");
  first.write(content);
  REQUIRE(test::wskit({"record", "--convert", first.path(), script.path()}).code == 0);
  const Exit back = test::wskit({"record", "--convert", script.path(), second.path()});
  INFO(back.err);
  REQUIRE(back.code == 0);
  CHECK(second.content() == content);
  script.write("test t\n> text a\n< json {\"b\":1}\n");
  const Exit refused =
      test::wskit({"record", "--convert", script.path(), second.path(), "--force"});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Catch::Contains(script.path() + ":3:1: ") &&
                              Catch::Contains("only by running: wskit test " + script.path() +
                                              " --record OUT.jsonl"));
  CHECK(second.content() == content);
}

TEST_CASE("a conversion replaces a file only when it is forced to") {
  const ScratchFile recording("forced.jsonl");
  const ScratchFile script("forced.wst");
  recording.write("{\"wskit\":1}\n{\"t\":0,\"type\":\"text\",\"data\":\"a\"}\n");
  script.write("# written by hand\n");
  const Exit refused = test::wskit({"record", "--convert", recording.path(), script.path()});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Catch::Contains(script.path() + " exists; --force replaces it"));
  CHECK(script.content() == "# written by hand\n");
  CHECK(test::wskit({"record", "--convert", recording.path(), script.path(), "--force"}).code == 0);
  CHECK_THAT(script.content(), Catch::Contains("> text a\n"));
  CHECK(test::wskit({"record", "--import", "a.har", "--force"}).code == 2);
}

TEST_CASE(
    "what a recording does not tell comes from the environment, or is refused with its line") {
  const EchoProcess server;
  const ScratchFile recording("redacted.jsonl");
  const ScratchFile script("redacted.wst");
  const auto convert = [&](const std::string& data) {
    recording.write("{\"wskit\":1,\"url\":\"" + server.url() +
                    "\"}\n{\"t\":0,\"dir\":\"send\",\"type\":\"text\",\"data\":\"" + data +
                    "\"}\n{\"t\":0,\"dir\":\"recv\",\"type\":\"text\",\"data\":\"" + data +
                    "\"}\n");
    return test::wskit({"record", "--convert", recording.path(), script.path(), "--force"});
  };
  REQUIRE(convert(R"( two\nlines: <redacted>, {{x}})").code == 0);
  const Exit unset = test::wskit({"test", script.path()});
  CHECK_THAT(unset.err, Catch::Contains("the environment variable REDACTED is not set"));
  const Exit tested = run({"/usr/bin/env", "REDACTED=s3cret", WSKIT_BINARY, "test", script.path()});
  INFO(tested.out + tested.err + script.content());
  CHECK(tested.code == 0);
  const Exit refused = convert(R"({<redacted>})");
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Catch::Contains(recording.path() + ":2: <redacted> cannot become"));
}

TEST_CASE("what was recorded until the process was killed replays") {
  const EchoProcess server;
  const ScratchFile file("killed.jsonl");
  std::vector<std::string> command{WSKIT_BINARY, "record",    server.url(), "-q",
                                   "-o",         file.path(), "--eof-wait", "forever"};
  for (int i = 0; i < 100; ++i) {
    command.insert(command.end(), {"-x", "message " + std::to_string(i)});
  }
  Process record(command);
  const auto deadline = std::chrono::steady_clock::now() + Process::kPatience;
  while (file.content().find("message 99") == std::string::npos) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
  record.signal(SIGKILL);
  CHECK(record.wait().code == 128 + SIGKILL);
  const Exit replayed =
      test::wskit({"replay", file.path(), server.url(), "--pace", "asap", "--only", "send"});
  INFO(replayed.err);
  CHECK(replayed.code == 0);
  CHECK_THAT(replayed.out, Catch::Contains("100 messages"));
}

TEST_CASE("a line that was cut off is said with its number") {
  const EchoProcess server;
  const ScratchFile file("cut.jsonl");
  file.write("{\"wskit\":1}\n{\"type\":\"text\",\"data\":\"a\"}\n{\"t\":3,\"dir\":\"se");
  const Exit exit = test::wskit({"replay", file.path(), server.url()});
  INFO(exit.err);
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::Contains(":3: ") && Catch::Contains("was cut off"));
  const ScratchFile script("cut.wst");
  const Exit converted = test::wskit({"record", "--convert", file.path(), script.path()});
  CHECK(converted.code == 0);
  CHECK_THAT(converted.err, Catch::Contains(":3: ") && Catch::Contains("was cut off"));
  CHECK_THAT(script.content(), Catch::Contains("> text a\n"));
}

TEST_CASE("a full disk is said at once when a session is recorded") {
  const EchoProcess server;
  const Exit exit = in_shell("record -o /dev/full " + server.url(), "printf 'x\\n' |");
  CHECK(exit.code == 23);
  CHECK_THAT(exit.err, Catch::Contains("/dev/full") && Catch::Contains("No space left"));
}
