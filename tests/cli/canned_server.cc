// SPDX-License-Identifier: MIT
#include "tests/cli/canned_server.h"

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/handshake.h"

namespace wskit::test {
namespace {

int listen_on_loopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(fd, 16) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("a canned server cannot listen");
  }
  port = ntohs(address.sin_port);
  return fd;
}

/// False when the server is to stop, or nothing comes for long.
bool readable(int fd, int wake) {
  constexpr int kPatienceMs = 60'000;
  std::array<pollfd, 2> polls{pollfd{fd, POLLIN, 0}, pollfd{wake, POLLIN, 0}};
  return ::poll(polls.data(), polls.size(), kPatienceMs) > 0 && polls[1].revents == 0;
}

}  // namespace

CannedServer::CannedServer(Answer answer, Then then)
    : answer_(std::move(answer)), then_(then), listener_(listen_on_loopback(port_)) {
  if (::pipe(wake_) != 0) {
    throw std::runtime_error("a canned server cannot make a pipe");
  }
  thread_ = std::thread([this] { serve(); });
}

CannedServer CannedServer::silent() {
  return CannedServer([](const std::string&) { return std::string(); });
}

CannedServer::~CannedServer() {
  ::close(wake_[1]);
  thread_.join();
  ::close(wake_[0]);
  ::close(listener_);
}

std::string CannedServer::url(const std::string& scheme) const {
  return scheme + "://127.0.0.1:" + std::to_string(port_) + "/";
}

bool CannedServer::hears_more() const {
  return more_heard_.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
}

void CannedServer::note_more() {
  if (!std::exchange(heard_more_, true)) {
    more_.set_value();
  }
}

void CannedServer::serve() {
  while (readable(listener_, wake_[0])) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
      serve_one(fd);
      ::close(fd);
    }
  }
}

void CannedServer::serve_one(int fd) {
  std::string request;
  bool answered = false;
  std::array<char, 4096> buffer{};
  while (readable(fd, wake_[0])) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      return;
    }
    request.append(buffer.data(), static_cast<std::size_t>(got));
    // A TLS client never sends an empty line: its first bytes are answered too.
    const bool complete = request.find("\r\n\r\n") != std::string::npos || request[0] == '\x16';
    if (answered) {
      note_more();
    }
    if (answered || !complete) {
      continue;
    }
    answered = true;
    const std::string answer = answer_(request);
    static_cast<void>(::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL));
    if (then_ == Then::close) {
      return;
    }
  }
}

std::string accept_answer(const std::string& request, const std::string& frames) {
  const std::string field = "Sec-WebSocket-Key: ";
  const std::size_t begin = request.find(field) + field.size();
  const std::string key = request.substr(begin, request.find("\r\n", begin) - begin);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         wire::accept_for(key) + "\r\n\r\n" + frames;
}

std::uint16_t closed_port() {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port));
  return port;
}

}  // namespace wskit::test
