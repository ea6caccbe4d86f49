// SPDX-License-Identifier: MIT
// What the options put into the upgrade request, seen by the server.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "core/base64.h"
#include "tests/cli/seeing_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// A file that goes with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content = {})
      : path_((std::filesystem::temp_directory_path() /
               ("wskit-request-" + std::to_string(::getpid()) + "-" + std::to_string(++count_)))
                  .string()) {
    std::ofstream(path_) << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  static inline int count_ = 0;
  std::string path_;
};

Exit bench_with(const std::string& url, const std::vector<std::string>& more) {
  std::vector<std::string> command{"bench", url, "-c", "1", "-n", "1", "-q"};
  command.insert(command.end(), more.begin(), more.end());
  return test::wskit(command);
}

/// The request that these options make.
std::string request_with(const std::vector<std::string>& options,
                         const std::string& userinfo = {}) {
  Seeing server;
  const Exit exit = bench_with(server.url(userinfo), options);
  INFO(exit.err);
  CHECK(exit.code == 22);
  return server.request();
}

std::string authorization(const std::string& user) {
  return "\r\nAuthorization: Basic " + base64_encode(user) + "\r\n";
}

void check_usage(const std::vector<std::string>& options, const std::string& why) {
  const Exit exit = bench_with("ws://127.0.0.1:9/", options);
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains(why) && !Catch::Contains("hunter2"));
}

}  // namespace

TEST_CASE("headers are added, emptied and left out as in curl") {
  const std::string request =
      request_with({"-H", "X-One: 1", "-H", "X-Two;", "-H", "User-Agent:", "-HX-Three:3"});
  CHECK_THAT(request, Catch::Contains("\r\nX-One: 1\r\nX-Two: \r\nX-Three: 3\r\n"));
  CHECK_THAT(request, !Catch::Contains("User-Agent"));
  check_usage({"-H", "Authorization hunter2"}, "-H 'Authorization...' has no colon");
  check_usage({"-H", "Upgrade:"}, "belongs to the handshake");
}

TEST_CASE("headers are read from a file") {
  const TemporaryFile file("X-One: 1\r\n\nUser-Agent:\nX-Two: 2  \n");
  const std::string request = request_with({"-H", "@" + file.path()});
  CHECK_THAT(request, Catch::Contains("\r\nX-One: 1\r\nX-Two: 2\r\n"));
  CHECK_THAT(request, !Catch::Contains("User-Agent"));
  const TemporaryFile broken("hunter2\n");
  check_usage({"-H", "@" + broken.path()}, broken.path() + ": -H has no colon");
  check_usage({"-H", "@/no/such/file"}, "/no/such/file");
}

TEST_CASE("the user agent has an option of its own") {
  CHECK_THAT(request_with({"-A", "me/1"}), Catch::Contains("\r\nUser-Agent: me/1\r\n"));
  CHECK_THAT(request_with({"--user-agent", ""}), !Catch::Contains("User-Agent"));
}

TEST_CASE("a login comes from -u, else from the URL, else from a netrc file") {
  const TemporaryFile netrc(
      "machine 127.0.0.1 login net password rc\n"
      "machine 127.0.0.1 login other password rc2\n");
  const std::vector<std::string> with_netrc{"--netrc-file", netrc.path()};
  CHECK_THAT(request_with({"-u", "me:secret", "--netrc-file", netrc.path()}, "url:word@"),
             Catch::Contains(authorization("me:secret")));
  CHECK_THAT(request_with(with_netrc, "url:word@"), Catch::Contains(authorization("url:word")));
  CHECK_THAT(request_with(with_netrc), Catch::Contains(authorization("net:rc")));
  CHECK_THAT(request_with(with_netrc, "other@"), Catch::Contains(authorization("other:rc2")));
  CHECK_THAT(request_with({"-u", "me:"}), Catch::Contains(authorization("me:")));
  CHECK_THAT(request_with({"-u", "me:secret", "-H", "Authorization:"}),
             !Catch::Contains("Authorization"));
  check_usage({"--netrc-file", "/no/such/file"}, "/no/such/file");
  const TemporaryFile broken("machine 127.0.0.1 password hunter2 hunter2 x\n");
  check_usage({"--netrc-file", broken.path()}, broken.path() + ": the netrc file is broken: ");
}

TEST_CASE("the netrc file of the home directory is read with --netrc alone") {
  const auto home =
      std::filesystem::temp_directory_path() / ("wskit-home-" + std::to_string(::getpid()));
  std::filesystem::create_directory(home);
  std::ofstream(home / ".netrc") << "default login net password rc\n";
  const auto asked = [&](const std::vector<std::string>& more) {
    Seeing server;
    std::vector<std::string> command{
        "/usr/bin/env", "HOME=" + home.string(), WSKIT_BINARY, "bench", server.url(), "-n", "1"};
    command.insert(command.end(), more.begin(), more.end());
    CHECK(run(command).code == 22);
    return server.request();
  };
  CHECK_THAT(asked({"--netrc"}), Catch::Contains(authorization("net:rc")));
  CHECK_THAT(asked({}), !Catch::Contains("Authorization"));
  std::filesystem::remove_all(home);
}

TEST_CASE("a user without a password is asked for it at a terminal and refused without one") {
  Seeing server;
  const std::string bench_line =
      std::string(WSKIT_BINARY) + " bench " + server.url() + " -n 1 -u me";
  // script gives the program a terminal and types what comes on its standard input.
  const Exit exit = run(
      {"/bin/sh", "-c", "printf 'sey\\177cret\\r' | script -qec '" + bench_line + "' /dev/null"});
  INFO(exit.out);
  CHECK(exit.code == 22);
  CHECK_THAT(exit.out, Catch::Contains("password of me: "));
  CHECK_THAT(server.request(), Catch::Contains(authorization("me:secret")));
  const Exit refused = run({"/bin/sh", "-c", "setsid " + bench_line});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Catch::Contains("-u has no password, and there is no terminal"));
}

TEST_CASE("cookies from the command line and from a jar and from -H are one header") {
  const TemporaryFile jar(
      "# Netscape HTTP Cookie File\n"
      "127.0.0.1\tFALSE\t/chat\tFALSE\t0\tstored\t1\n"
      "127.0.0.1\tFALSE\t/other\tFALSE\t0\tno\t1\n"
      "example.org\tFALSE\t/\tFALSE\t0\tno\t2\n"
      "127.0.0.1\tFALSE\t/\tTRUE\t0\tno\t3\n"
      "127.0.0.1\tFALSE\t/\tFALSE\t1000\tno\t4\n");
  CHECK_THAT(request_with({"--cookie", "a=1", "--cookie", "@" + jar.path(), "--cookie", "b=2; c=3",
                           "-H", "Cookie: d=4"}),
             Catch::Contains("\r\nCookie: stored=1; a=1; b=2; c=3; d=4\r\n"));
  check_usage({"--cookie", "hunter2"}, "--cookie: there is no '=': write NAME=VALUE, or @FILE");
  check_usage({"--cookie", "@/no/such/jar"}, "/no/such/jar");
  const TemporaryFile broken("hunter2\n");
  check_usage({"--cookie", "@" + broken.path()}, broken.path() + ": line 1 is not a cookie");
}

TEST_CASE("cookies that the server sets are written to a jar that only its owner can read") {
  Seeing server("Set-Cookie: a=new; Path=/\r\nSet-Cookie: b=2; Domain=other.example\r\n");
  const TemporaryFile old(
      "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\told\nh\tFALSE\t/\tFALSE\t0\tkept\t1\n");
  const std::string path = old.path() + ".jar";
  static_cast<void>(bench_with(server.url(), {"--cookie", "@" + old.path(), "--cookie-jar", path}));
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) ==
        "# Netscape HTTP Cookie File\n"
        "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\tnew\n"
        "h\tFALSE\t/\tFALSE\t0\tkept\t1\n");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  std::filesystem::remove(path);
  CHECK(bench_with(server.url(), {"--cookie-jar", "/no/such/directory/jar"}).code == 23);
}

TEST_CASE("a recording has no secret of the request in it") {
  EchoProcess server;
  const Exit exit =
      test::wskit({"send", server.url(), "hi", "--format", "jsonl", "-u", "me:hunter2", "--cookie",
                   "a=hunter2", "-H", "X-Auth-Token: hunter2", "-H", "X-Plain: p"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out, Catch::Contains("X-Auth-Token") && Catch::Contains("X-Plain") &&
                           !Catch::Contains("hunter2"));
}

TEST_CASE("TLS options for a URL without TLS are warned of in one line") {
  Seeing server;
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"-k"}, {"--servername", "h"}, {"--tlsv1.3"}}) {
    const Exit exit = bench_with(server.url(), options);
    CHECK(exit.code == 22);
    CHECK_THAT(exit.err, Catch::StartsWith("wskit bench: warning: TLS options have no effect on a "
                                           "URL without TLS; with it is wss://\n"));
  }
  CHECK_THAT(bench_with(server.url(), {}).err, !Catch::Contains("warning"));
}
