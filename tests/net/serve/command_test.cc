// SPDX-License-Identifier: MIT
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

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
  Process server({WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:0"});
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
  Process server({WSKIT_BINARY, "serve", "echo", "--listen", "127.0.0.1:0"}, 60);
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
