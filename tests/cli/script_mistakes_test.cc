// SPDX-License-Identifier: MIT
// Scripts that cannot be understood, as the program tells it: the same that the parser's own tests
// have, once each.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report/lines.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/script_file.h"
#include "tests/cli/wskit.h"
#include "tests/unit/script/malformed_cases.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// Listens and accepts nothing: who connected, if only for a moment, stands in its queue.
class Doorstep {
 public:
  Doorstep() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, generic, size) == 0);
    REQUIRE(::listen(listener_, SOMAXCONN) == 0);
    REQUIRE(::getsockname(listener_, generic, &size) == 0);
    url_ = fmt::format("ws://127.0.0.1:{}/", ntohs(address.sin_port));
  }
  Doorstep(const Doorstep&) = delete;
  Doorstep& operator=(const Doorstep&) = delete;
  ~Doorstep() { ::close(listener_); }

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] bool somebody_came() const {
    const int fd = ::accept(listener_, nullptr, nullptr);
    const bool nobody = fd < 0 && errno == EAGAIN;
    ::close(fd);
    return !nobody;
  }

 private:
  int listener_;
  std::string url_;
};

std::vector<std::string> command_for(const script::Malformed& malformed, const std::string& script,
                                     const Doorstep& door) {
  if (malformed.name.contains("[server]")) {
    return {"serve", "script", script, "--listen", "127.0.0.1:0"};
  }
  return malformed.name.contains("[no url]") ? std::vector<std::string>{"test", script}
                                             : std::vector<std::string>{"test", script, door.url()};
}

void check_complaint(const script::Malformed& malformed, const Doorstep& door) {
  INFO(malformed.name);
  const ScriptFile directory("", "empty");
  for (const auto& [name, text] : malformed.files) {
    std::filesystem::create_directories(std::filesystem::path(directory.path(name)).parent_path());
    directory.add(name, text);
  }
  const Exit exit = test::wskit(command_for(malformed, directory.path("t.wst"), door));
  std::string err = exit.err;
  report::replace_all(err, directory.path(""), "");
  INFO(exit.err);
  CHECK(exit.code == 2);
  CHECK(exit.out.empty());
  CHECK(err.starts_with(fmt::format("{}:{}:{}: {}", malformed.file, malformed.line,
                                    script::column_of(malformed), malformed.message)));
  CHECK(err.ends_with(fmt::format("\n{}\n{}\n", malformed.text, malformed.caret)));
  CHECK(std::ranges::count(err, '\n') == 3);
}

}  // namespace

TEST_CASE("a malformed script is told with its place, line and caret, and nothing is sent") {
  const Doorstep door;
  std::size_t count = 0;
  for (const std::string_view text : script::kAllMalformed) {
    for (const script::Malformed& malformed : script::read_malformed(text)) {
      check_complaint(malformed, door);
      ++count;
    }
  }
  CHECK(count >= 200);
  CHECK_FALSE(door.somebody_came());
}

TEST_CASE("a caret stands below its character behind tabs, and behind bytes that are escaped") {
  const ScriptFile script("test t\n>\t\x02\xC3\xA4 {{x\n");
  const Exit exit = test::wskit({"test", script.path(), "ws://127.0.0.1:9/"});
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::EndsWith("\n>\t\\x02\xC3\xA4 {{x\n \t      ^\n"));
}

TEST_CASE("all commands tell a script's mistake in the same lines") {
  const ScriptFile script("test t\n> x\n<\tjson {\"a\":\n");
  const ScratchFile recording("mistake.jsonl");
  const std::string told = script.path() + ":3:13: expected JSON";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"test", script.path(), "ws://127.0.0.1:9/"},
        {"serve", "script", script.path(), "--listen", "127.0.0.1:0"},
        {"serve", "script", script.path(), "--listen", "127.0.0.1:0", "--mirror"},
        {"bench", "ws://127.0.0.1:9/", "--script", script.path()},
        {"record", "--convert", script.path(), recording.path()}}) {
    const Exit exit = test::wskit(command);
    INFO(command.front() + ": " + exit.err);
    CHECK(exit.code == 2);
    CHECK(exit.err.starts_with(told));
    CHECK(exit.err.ends_with("\n<\tjson {\"a\":\n \t          ^\n"));
  }
}

TEST_CASE("a file that is no script is told in a few characters of it") {
  const ScriptFile script(std::string(100'000, '\xff'));
  const Exit exit = test::wskit({"test", script.path(), "ws://127.0.0.1:9/"});
  CHECK(exit.code == 2);
  CHECK(exit.err.starts_with(script.path() + ":1:1: expected UTF-8"));
  CHECK(exit.err.size() < 1500);
}

TEST_CASE("the line of a step that failed is shown in part when it is long, tabs as blanks") {
  const EchoProcess server;
  const ScriptFile script("test t\n< [10ms]\ttext " + std::string(100'000, 'x') + "\n");
  const Exit exit = test::wskit({"test", script.path(), server.url()});
  CHECK(exit.code == 1);
  CHECK_THAT(exit.out, Catch::Contains(":2: < [10ms] text xxx"));
  CHECK(exit.out.size() < 1000);
}
