// SPDX-License-Identifier: MIT
#include "tests/interop/foreign_program.h"

#include <chrono>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/catch.h"

namespace wskit::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool answers(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool found = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  REQUIRE(found);
  return ntohs(address.sin_port);
}

ForeignProgram::ForeignProgram(const std::string& command) {
  const std::string program = command.substr(0, command.find(' '));
  if (run({"/bin/sh", "-c", "command -v " + program}).code != 0) {
    skip(program + " is not installed; scripts/deps test does it");
  }
  // Somebody else may take the port first.
  constexpr int kTries = 5;
  for (int i = 0; i < kTries && !started(command); ++i) {
  }
  REQUIRE(process_);
}

bool ForeignProgram::started(const std::string& command) {
  port_ = free_port();
  std::string line = "exec " + command;
  line.replace(line.find("{port}"), 6, std::to_string(port_));
  process_ = std::make_unique<Process>(std::vector<std::string>{"/bin/sh", "-c", line});
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (answers(port_)) {
      return true;
    }
    std::this_thread::yield();
  }
  process_.reset();
  return false;
}

}  // namespace wskit::test
