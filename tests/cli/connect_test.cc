// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("connect on a pipe sends lines and prints what comes back, nothing else") {
  const EchoProcess server;
  const Exit exit = in_shell("connect " + server.url(), "printf 'one\\n[1,2]\\n{\"a\": 1}' |");
  CHECK(exit.out == "one\n[1,2]\n{\"a\": 1}\n");
  CHECK(exit.err.empty());
  CHECK(exit.code == 0);
}

TEST_CASE("connect keeps receiving after the end of its input until the replies came") {
  const EchoProcess server({"--delay", "400ms"});
  CHECK(in_shell("connect " + server.url() + " --count 2", "printf 'a\\nb\\n' |").out == "a\nb\n");
  CHECK(in_shell("connect " + server.url(), "echo x |").out == "x\n");
}

TEST_CASE("messages of the command line are sent instead of standard input") {
  const EchoProcess server;
  const Exit exit =
      in_shell("connect " + server.url() + " -x one -x '[\"two\",2]' --count 2", "echo never |");
  CHECK(exit.out == "one\n[\"two\",2]\n");
  CHECK(exit.code == 0);
}

TEST_CASE("messages between NUL bytes and behind lengths keep their line ends") {
  const EchoProcess server;
  const Exit null =
      in_shell("connect " + server.url() + " -0 --count 2 --format hex", "printf 'a\\nb\\0c' |");
  CHECK(null.out == "610a62\n63\n");
  const Exit counted =
      in_shell("connect " + server.url() + " --input-format len32 -b --count 1 --format hex",
               "printf '\\0\\0\\0\\003\\377\\n\\0' |");
  CHECK(counted.out == "ff0a00\n");
}

TEST_CASE("a message longer than the limit is refused, not split") {
  const EchoProcess server;
  const Exit exit = in_shell("connect " + server.url() + " --max-message 64k",
                             "head -c 100000 /dev/zero | tr '\\0' x |");
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains("65536") && Catch::Contains("--max-message"));
}

TEST_CASE("a message of 100,000 bytes passes whole") {
  const EchoProcess server;
  const Exit exit =
      in_shell("connect " + server.url() + " --count 1", "head -c 100000 /dev/zero | tr '\\0' x |");
  CHECK(exit.out.size() == 100'001);
  CHECK(exit.out.find_first_not_of('x') == 100'000);
}

TEST_CASE("a million lines go through connect and back unchanged, in constant memory") {
  const EchoProcess server;
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("wskit-million-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  const std::string in = directory / "in";
  const std::string out = directory / "out";
  const std::string usage = directory / "usage";
  const Exit exit =
      test::run({"/bin/bash", "-c",
                 "seq -f '{\"seq\":%.0f,\"name\":\"some text\"}' 1000000 >" + in +
                     " && " WSKIT_PYTHON " " WSKIT_CLI_TESTS "/child_usage.py " + usage +
                     " " WSKIT_BINARY " connect " + server.url() + " --count 1000000 <" + in +
                     " >" + out + "; echo \"rc $?\"; cmp " + in + " " + out + " && echo same"});
  std::uint64_t peak_kib = 0;
  std::uint64_t user_ms = 0;
  std::ifstream(usage) >> peak_kib >> user_ms;
  std::filesystem::remove_all(directory);
  CHECK(exit.out == "rc 0\nsame\n");
  CHECK(exit.err.empty());
  CHECK(peak_kib > 0);
  CHECK(peak_kib < 64 * 1024);
  // 2 us a message, far above what it takes.
  CHECK(user_ms < 2000);
}

TEST_CASE("a slow reader holds the server and the input back, in constant memory") {
  const EchoProcess server;
  const std::string usage =
      std::filesystem::temp_directory_path() / ("wskit-slow-" + std::to_string(::getpid()));
  // The reader takes about a millisecond for 64 KiB; without back-pressure 100 MB would pile up.
  const std::string reader =
      "import hashlib,sys\nn=0\nfor c in iter(lambda: sys.stdin.buffer.read(65536), b''):\n"
      "  hashlib.pbkdf2_hmac('sha256', c, b'', 2000)\n  n += len(c)\nprint(n)";
  const Exit exit =
      test::run({"/bin/bash", "-c",
                 "yes $(head -c 999 /dev/zero | tr '\\0' x) | head -n 128000 | " WSKIT_PYTHON
                 " " WSKIT_CLI_TESTS "/child_usage.py " +
                     usage + " " WSKIT_BINARY " connect " + server.url() +
                     " --count 128000 | " WSKIT_PYTHON " -c \"$0\"",
                 reader});
  std::uint64_t peak_kib = 0;
  std::ifstream(usage) >> peak_kib;
  std::filesystem::remove(usage);
  CHECK(exit.out == "128000000\n");
  CHECK(exit.err.empty());
  CHECK(peak_kib > 0);
  CHECK(peak_kib < 64 * 1024);
}

TEST_CASE("head -1 ends connect at once and silently") {
  const EchoProcess server;
  const Exit exit = test::run({"/bin/bash", "-c",
                               "yes line | " WSKIT_BINARY " connect " + server.url() +
                                   " | head -1; echo ${PIPESTATUS[1]}"});
  CHECK(exit.out == "line\n141\n");
  CHECK(exit.err.empty());
}
