// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// Answers every request with a redirect, and keeps the last one.
class Redirecting {
 public:
  explicit Redirecting(std::string location, std::string more = {})
      : location_(std::move(location)), more_(std::move(more)) {}
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::string request() {
    const std::scoped_lock lock(mutex_);
    return request_;
  }

 private:
  std::string answer(const std::string& request) {
    const std::scoped_lock lock(mutex_);
    request_ = request;
    return "HTTP/1.1 302 Found\r\nLocation: " + location_ + "\r\n" + more_ +
           "Content-Length: 0\r\n\r\n";
  }

  std::string location_;
  std::string more_;
  std::mutex mutex_;
  std::string request_;
  CannedServer server_{[this](const std::string& request) { return answer(request); },
                       CannedServer::Then::close};
};

Exit bench_redirected(const std::string& url, const std::vector<std::string>& more) {
  std::vector<std::string> command{"bench", url, "-c", "3", "-n", "30", "--json", "-", "-q"};
  command.insert(command.end(), more.begin(), more.end());
  return test::wskit(command);
}

}  // namespace

TEST_CASE("bench follows redirects with -L, each connection by itself") {
  EchoProcess echo;
  Redirecting server("http" + echo.url().substr(2));
  const Exit exit = bench_redirected(server.url(), {"-L"});
  INFO(exit.err);
  CHECK(exit.code == 0);
  const Json result = result_of(exit);
  CHECK(result["counts"]["ok"] == 30);
  CHECK(result["metrics"]["connect_total"]["count"] == 3);
}

TEST_CASE("without -L a redirect is a failure that says where it leads") {
  Redirecting server("https://ws.example/chat");
  const Exit exit = bench_redirected(server.url(), {});
  CHECK(exit.code == 22);
  CHECK_THAT(exit.err, Catch::EndsWith("the server answered 302 Found instead of upgrading, and "
                                       "points to https://ws.example/chat; -L follows it\n"));
}

TEST_CASE("a redirect leads from no TLS to TLS, and its options hold there") {
  EchoProcess echo({"--self-signed"});
  Redirecting server("https" + echo.url().substr(3));
  CHECK(bench_redirected(server.url(), {"-L"}).code == 60);
  const Exit exit = bench_redirected(server.url(), {"-L", "-k"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, !Catch::Contains("no effect"));
}

TEST_CASE("another server is given no credentials by a redirect") {
  Redirecting second("http://127.0.0.1:1/");
  Redirecting first(second.url());
  const Exit exit = bench_redirected(first.url(), {"-L", "-u", "me:secret", "--cookie", "a=1", "-H",
                                                   "X-Auth-Token: t", "-H", "X-Plain: p"});
  CHECK(exit.code == 7);
  for (const char* const secret : {"Authorization: ", "Cookie: a=1", "X-Auth-Token: t"}) {
    CHECK_THAT(first.request(), Catch::Contains(secret));
    CHECK_THAT(second.request(), !Catch::Contains(secret));
  }
  CHECK_THAT(second.request(), Catch::Contains("X-Plain: p"));
}

TEST_CASE("redirects in a circle and more than --max-redirs end with 22 and the whole way") {
  Redirecting circle("/");
  const Exit round = bench_redirected(circle.url(), {"-L"});
  CHECK(round.code == 22);
  CHECK_THAT(round.err, Catch::Contains("the redirects go round in a circle, " + circle.url() +
                                        " -> " + circle.url()));
  Redirecting server("a/");
  const Exit many = bench_redirected(server.url(), {"-L", "--max-redirs", "2"});
  CHECK(many.code == 22);
  CHECK_THAT(many.err, Catch::Contains("more than 2 redirects, " + server.url() + " -> " +
                                       server.url() + "a/ -> " + server.url() + "a/a/ -> " +
                                       server.url() + "a/a/a/; --max-redirs allows more"));
  CHECK(bench_redirected(server.url(), {"-L", "--max-redirs", "-1"}).code == 2);
}

TEST_CASE("cookies that are set on the way go along and into the jar") {
  EchoProcess echo;
  Redirecting second("http" + echo.url().substr(2));
  Redirecting first(second.url(), "Set-Cookie: session=1\r\n");
  const std::string jar =
      (std::filesystem::temp_directory_path() / ("wskit-redirect-" + std::to_string(::getpid())))
          .string();
  CHECK(bench_redirected(first.url(), {"-L", "--cookie-jar", jar}).code == 0);
  // Cookies know no ports (RFC 6265 8.5).
  CHECK_THAT(second.request(), Catch::Contains("\r\nCookie: session=1\r\n"));
  std::ifstream file(jar);
  CHECK_THAT(std::string(std::istreambuf_iterator<char>(file), {}),
             Catch::EndsWith("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\t1\n"));
  std::filesystem::remove(jar);
}
