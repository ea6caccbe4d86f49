// SPDX-License-Identifier: MIT
// Proxies that we did not write: tinyproxy and ncat for CONNECT, microsocks for SOCKS5.
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/interop/foreign_program.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// tinyproxy, which reads its port from its configuration.
ForeignProgram tinyproxy(const std::string& more = {}) {
  return ForeignProgram(
      "tinyproxy -d -c /dev/stdin >/dev/null 2>&1 <<END\n"
      "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\n" +
      more + "END\n");
}

class Echo {
 public:
  explicit Echo(const std::vector<std::string>& more = {}) : process_(command(more)) {
    url_ = process_.read_line();
    REQUIRE_THAT(url_, Catch::Contains("://"));
  }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& more) {
    std::vector<std::string> all{WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Process process_;
  std::string url_;
};

Exit bench(const std::string& url, std::vector<std::string> more) {
  more.insert(more.begin(),
              {WSKIT_BINARY, "bench", url, "-c", "5", "-n", "200", "--json", "-", "-q"});
  return run(more);
}

void check_passes(const std::string& url, const std::vector<std::string>& options) {
  const Exit exit = bench(url, options);
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  CHECK(parse_json(exit.out).value()["counts"]["ok"] == 200);
}

void check_refused(const std::string& url, const std::string& proxy, const std::string& why) {
  const Exit exit = bench(url, {"--proxy", proxy});
  CHECK(exit.code == 5);
  CHECK_THAT(exit.err, Catch::Contains(why) && !Catch::Contains("hunter2"));
}

}  // namespace

TEST_CASE("tinyproxy lets ws and wss through its tunnels") {
  const ForeignProgram proxy = tinyproxy();
  const Echo ws;
  const Echo wss({"--self-signed"});
  check_passes(ws.url(), {"--proxy", proxy.url("http")});
  check_passes(wss.url(), {"-k", "--proxy", proxy.url("http")});
}

TEST_CASE("tinyproxy with a password is given it and names what is wrong without") {
  const ForeignProgram proxy = tinyproxy("BasicAuth me hunter2\n");
  const Echo ws;
  check_passes(ws.url(), {"--proxy", proxy.url("http", "me:hunter2")});
  check_passes(ws.url(), {"--proxy", proxy.url("http"), "--proxy-user", "me:hunter2"});
  check_refused(ws.url(), proxy.url("http"), "it wants a user name and password (407 ");
  check_refused(ws.url(), proxy.url("http", "me:nohunter2"),
                "it refused the user name and password (");
}

TEST_CASE("what tinyproxy does not allow is told with its words") {
  const ForeignProgram proxy = tinyproxy("ConnectPort 443\n");
  const Echo ws;
  check_refused(ws.url(), proxy.url("http"),
                "it answered 403 Access violation; many proxies allow tunnels to port 443 only");
}

TEST_CASE("microsocks lets ws and wss through, with names resolved here or there") {
  const ForeignProgram proxy("microsocks -i 127.0.0.1 -p {port}");
  const Echo ws;
  const Echo wss({"--self-signed"});
  check_passes(ws.url(), {"--proxy", proxy.url("socks5")});
  std::string named = wss.url();
  named.replace(named.find("127.0.0.1"), 9, "localhost");
  check_passes(named, {"-4", "-k", "--proxy", proxy.url("socks5")});
  check_passes(named, {"-k", "--proxy", proxy.url("socks5h")});
}

TEST_CASE("microsocks with a password is given it and names what is wrong without") {
  const ForeignProgram proxy("microsocks -i 127.0.0.1 -p {port} -u me -P hunter2");
  const Echo ws;
  check_passes(ws.url(), {"--proxy", proxy.url("socks5h", "me:hunter2")});
  check_refused(ws.url(), proxy.url("socks5h"), "it wants authentication; give a user name");
  check_refused(ws.url(), proxy.url("socks5h", "me:nohunter2"),
                "it refused the user name and password");
}

TEST_CASE("microsocks says why it made no connection") {
  const ForeignProgram proxy("microsocks -i 127.0.0.1 -p {port}");
  const std::string port = std::to_string(free_port());
  check_refused("ws://127.0.0.1:" + port + "/", proxy.url("socks5h"),
                "no tunnel to 127.0.0.1:" + port + ": connection refused (SOCKS reply 5)");
}

TEST_CASE("ncat is spoken to over TLS as an https proxy") {
  const std::string certificate = std::string(WSKIT_TEST_CERTIFICATES) + "/server";
  const ForeignProgram proxy(
      "ncat -l -k 127.0.0.1 {port} --proxy-type http --proxy-auth me:hunter2 --ssl "
      "--ssl-cert " +
      certificate + ".pem --ssl-key " + certificate + ".key");
  const Echo ws;
  const Echo wss({"--self-signed"});
  const std::string trusted = std::string(WSKIT_TEST_CERTIFICATES) + "/ca.pem";
  const std::string url = proxy.url("https", "me:hunter2");
  check_passes(ws.url(), {"--proxy", url, "--proxy-cacert", trusted});
  check_passes(wss.url(), {"-k", "--proxy", url, "--proxy-insecure"});
  const Exit exit = bench(ws.url(), {"--proxy", url});
  CHECK(exit.code == 60);
  CHECK_THAT(exit.err, Catch::Contains("--proxy-insecure skips the check"));
}
