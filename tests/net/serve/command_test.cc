// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/raw_client.h"

using namespace wskit::test;

namespace {

std::uint16_t port_of(const std::string& url) {
  const std::size_t colon = url.rfind(':');
  return colon == std::string::npos ? std::uint16_t{0}
                                    : static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
}

std::vector<std::string> echo_command(std::vector<std::string> further) {
  std::vector<std::string> command{WSKIT_BINARY, "serve", "echo"};
  if (std::ranges::find(further, "--unix-socket") == further.end()) {
    command.insert(command.end(), {"--listen", "127.0.0.1:0"});
  }
  command.insert(command.end(), further.begin(), further.end());
  return command;
}

// A directory of this test's own, gone with it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "wskit-serve-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
      throw std::runtime_error("mkdtemp");
    }
    path_ = path;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// User and system time of a process.
double cpu_seconds(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(stat), {}};
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) {
    fields >> skipped;
  }
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

TEST_CASE("the first line is the URL and SIGTERM ends in order") {
  Process server(echo_command({}));
  const std::string url = server.read_line();
  REQUIRE(url.starts_with("ws://127.0.0.1:"));
  RawClient client(port_of(url));
  REQUIRE(client.upgrade());
  client.send_frame(0x81, "hello");
  const auto echo = client.read_frame();
  REQUIRE(echo);
  CHECK(echo->payload == "hello");

  server.signal(SIGTERM);
  CHECK(client.read_close() == 1001);
  client.send_frame(0x88, "\x03\xe9");
  const Exit exit = server.wait();
  CHECK(exit.code == 0);
  CHECK(exit.out.empty());
  CHECK(exit.err.empty());
}

TEST_CASE("short of descriptors it neither spins nor fills the log and recovers") {
  Process server(echo_command({}), 60);
  const std::uint16_t port = port_of(server.read_line());
  std::vector<RawClient> clients;
  for (int i = 0; i < 120; ++i) {
    clients.emplace_back(port);
    clients.back().send(upgrade_request());
  }
  REQUIRE(clients.front().request("").starts_with("HTTP/1.1 101"));
  const double before = cpu_seconds(server.pid());
  CHECK_FALSE(clients.back().wait_for_end(std::chrono::milliseconds(1000)));
  CHECK(cpu_seconds(server.pid()) - before < 0.25);
  clients.front().send_frame(0x81, "still served");
  const auto echo = clients.front().read_frame();
  REQUIRE(echo);
  CHECK(echo->payload == "still served");

  clients.clear();
  RawClient late(port);
  CHECK(late.upgrade());
  server.signal(SIGTERM);
  late.send_frame(0x88, "\x03\xe9");
  const Exit exit = server.wait();
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::Contains("new connections wait"));
  CHECK(std::ranges::count(exit.err, '\n') <= 3);
}

TEST_CASE("the ready file holds the URL") {
  const ScratchDirectory scratch;
  const std::string file = scratch.file("ready");
  Process server(echo_command({"--ready-file", file}));
  const std::string url = server.read_line();
  CHECK(content_of(file) == url + "\n");
  server.signal(SIGINT);
  CHECK(server.wait().code == 0);
}

TEST_CASE("it serves on a unix socket and removes it") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("echo.sock");
  Process server(echo_command({"--unix-socket", path, "--threads", "2"}));
  CHECK(server.read_line() == "ws+unix:" + path);
  RawClient client = RawClient::over_unix(path);
  REQUIRE(client.upgrade());
  client.send_frame(0x81, "hello");
  const auto echo = client.read_frame();
  REQUIRE(echo);
  CHECK(echo->payload == "hello");
  server.signal(SIGTERM);
  client.send_frame(0x88, "\x03\xe9");
  CHECK(server.wait().code == 0);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a unix socket that a killed server left behind is taken over") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("echo.sock");
  {
    Process killed(echo_command({"--unix-socket", path}));
    REQUIRE_FALSE(killed.read_line().empty());
  }
  REQUIRE(std::filesystem::exists(path));
  Process server(echo_command({"--unix-socket", path}));
  CHECK_FALSE(server.read_line().empty());
  const Exit second = run(echo_command({"--unix-socket", path}));
  CHECK(second.code == 2);
  CHECK_THAT(second.err, Catch::Contains("in use"));
}

TEST_CASE("peers that do not answer the close are cut after the drain time") {
  Process server(echo_command({"--drain-time", "200ms"}));
  RawClient client(port_of(server.read_line()));
  REQUIRE(client.upgrade());
  server.signal(SIGTERM);
  CHECK(client.read_close() == 1001);
  CHECK(server.wait().code == 0);
}

TEST_CASE("a second signal cuts at once") {
  Process server(echo_command({"--drain-time", "1h"}));
  RawClient client(port_of(server.read_line()));
  REQUIRE(client.upgrade());
  server.signal(SIGTERM);
  CHECK(client.read_close() == 1001);
  server.signal(SIGTERM);
  CHECK(server.wait().code == 0);
}

TEST_CASE("a self-signed certificate is written for the clients and told about") {
  const ScratchDirectory scratch;
  const std::string ca = scratch.file("ca.pem");
  Process server(echo_command({"--self-signed", "--write-ca", ca}));
  CHECK(server.read_line().starts_with("wss://127.0.0.1:"));
  CHECK(content_of(ca).starts_with("-----BEGIN CERTIFICATE-----"));
  CHECK_THAT(server.err(), Catch::Contains("--cacert " + ca));
  CHECK_THAT(server.err(), Catch::Contains("SHA-256"));
}

TEST_CASE("a port in use is an error that names it") {
  Process server(echo_command({}));
  const std::string port = std::to_string(port_of(server.read_line()));
  const Exit exit = run({WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:" + port});
  CHECK(exit.code == 2);
  CHECK(exit.out.empty());
  CHECK_THAT(exit.err, Catch::Contains("127.0.0.1:" + port));
  CHECK(std::ranges::count(exit.err, '\n') == 1);
}

TEST_CASE("bad options are one line on standard error and exit 2") {
  const std::vector<std::vector<std::string>> cases{
      {"--listen", "nonsense"},
      {"--listen", "127.0.0.1:99999"},
      {"--listen", "192.0.2.1:0"},
      {"--threads", "0"},
      {"--threads", "x"},
      {"--stall", "5s"},
      {"--stall", "1s,2s"},
      {"--delay", "fast"},
      {"--delay", "10ms", "--jitter", "20ms"},
      {"--max-message", "0"},
      {"--max-message", "-1"},
      {"--max-message", "1TiB"},
      {"--ping-timeout", "0"},
      {"--ping-timeout", "1ms"},
      {"--ping-interval", "1ns"},
      {"--handshake-timeout", "300ms"},
      {"--handshake-timeout", "0"},
      {"--subprotocol", "a b"},
      {"--subprotocol", ""},
      {"--allow-origin", "foo"},
      {"--cert", "/nonexistent.pem"},
      {"--cert", "/nonexistent.pem", "--key", "/nonexistent.key"},
      {"--self-signed", "--cert", "/dev/null", "--key", "/dev/null"},
      {"--write-ca", "/tmp/x"},
      {"--unix-socket", ""},
      {"--no-such-option"},
      {"further"},
  };
  for (const auto& options : cases) {
    std::vector<std::string> command{WSKIT_BINARY, "serve", "echo"};
    command.insert(command.end(), options.begin(), options.end());
    const Exit exit = run(command);
    INFO(options.front() << " " << options.back() << ": " << exit.err);
    CHECK(exit.code == 2);
    CHECK(exit.out.empty());
    CHECK(std::ranges::count(exit.err, '\n') == 1);
  }
}

TEST_CASE("a name to listen on that does not exist ends with 6") {
  const Exit exit = run(echo_command({"--listen", "no.such.host.invalid:0"}));
  CHECK(exit.code == 6);
  CHECK(exit.out.empty());
  CHECK_THAT(exit.err,
             Catch::Contains("no.such.host.invalid") && Catch::Contains("--listen takes"));
  CHECK(std::ranges::count(exit.err, '\n') == 1);
}

TEST_CASE("a directory in place of a certificate's file is told to be one") {
  const ScratchDirectory scratch;
  const Exit exit = run(echo_command({"--cert", scratch.file(""), "--key", scratch.file("")}));
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains(scratch.file("") + ": Is a directory"));
}

TEST_CASE("a handshake time-out that is not whole seconds is refused with the next one that is") {
  const Exit exit = run(echo_command({"--handshake-timeout", "1300ms"}));
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains("1300ms") && Catch::Contains("write 2s"));
}

TEST_CASE("a ready file that cannot be written ends the server before it says that it is ready") {
  const ScratchDirectory scratch;
  const std::string file = scratch.file("absent/ready");
  const Exit exit = run(echo_command({"--ready-file", file}));
  CHECK(exit.code == 23);
  CHECK(exit.out.empty());
  CHECK_THAT(exit.err, Catch::Contains(file));
}
