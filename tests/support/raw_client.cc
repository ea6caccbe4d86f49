// SPDX-License-Identifier: MIT
#include "tests/support/raw_client.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wskit::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kMask = "\x37\xfa\x21\x3d";  // RFC 6455 5.7

[[noreturn]] void give_up_on_server(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

bool wait_for(int fd, short events, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd polled{fd, events, 0};
  return left.count() > 0 && ::poll(&polled, 1, static_cast<int>(left.count())) > 0;
}

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value = value << 8 | byte_at(bytes, i);
  }
  return value;
}

int connect_to(int family, const sockaddr* where, socklen_t size) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, where, size) != 0) {
    give_up_on_server("connect");
  }
  return fd;
}

int connect_tcp(std::uint16_t port, std::string_view host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(std::string(host).c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    throw std::runtime_error("not an address");
  }
  sockaddr_storage where{};
  std::memcpy(&where, found->ai_addr, found->ai_addrlen);
  const socklen_t size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return connect_to(where.ss_family, reinterpret_cast<const sockaddr*>(&where), size);
}

}  // namespace

unsigned RawFrame::close_code() const {
  return payload.size() < 2 ? 0 : static_cast<unsigned>(big_endian(payload.substr(0, 2)));
}

std::string masked_frame(unsigned first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame.push_back(static_cast<char>(0x80 | size));
  } else {
    const int bytes = size <= 0xFFFF ? 2 : 8;
    frame.push_back(static_cast<char>(bytes == 2 ? 0xFE : 0xFF));
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
      frame.push_back(static_cast<char>(size >> shift));
    }
  }
  frame.append(kMask);
  for (std::size_t i = 0; i < size; ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ kMask[i % kMask.size()]));
  }
  return frame;
}

std::string upgrade_request(std::string_view headers, std::string_view path) {
  std::string text = "GET ";
  text.append(path).append(
      " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
  text.append(headers).append("\r\n");
  return text;
}

RawClient::RawClient(std::uint16_t port, std::string_view host) : fd_(connect_tcp(port, host)) {}

RawClient RawClient::over_unix(const std::string& path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof where.sun_path - 1);
  return RawClient(connect_to(AF_UNIX, reinterpret_cast<const sockaddr*>(&where), sizeof where));
}

RawClient::~RawClient() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

bool RawClient::send(std::string_view bytes, Timeout patience) {
  const auto deadline = Clock::now() + patience;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !wait_for(fd_, POLLOUT, deadline)) {
      return false;
    }
  }
  return true;
}

void RawClient::set_small_receive_buffer() {
  const int bytes = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void RawClient::shut_down_writing() {
  ::shutdown(fd_, SHUT_WR);
}

void RawClient::reset() {
  const linger abort{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(fd_);
  fd_ = -1;
}

bool RawClient::read_more(Clock::time_point deadline) {
  std::array<char, 65'536> buffer;
  if (ended_ || !wait_for(fd_, POLLIN, deadline)) {
    return false;
  }
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    ended_ = true;
    was_reset_ = got < 0 && errno == ECONNRESET;
    return false;
  }
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

bool RawClient::have(std::size_t bytes, Clock::time_point deadline) {
  while (in_.size() < bytes) {
    if (!read_more(deadline)) {
      return false;
    }
  }
  return true;
}

std::string RawClient::request(std::string_view head) {
  const auto deadline = Clock::now() + kPatience;
  if (!send(head)) {
    return {};
  }
  std::size_t end = std::string::npos;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more(deadline)) {
      return {};
    }
  }
  std::string answer = in_.substr(0, end + 2);
  in_.erase(0, end + 4);
  return answer;
}

bool RawClient::upgrade(std::string_view headers, std::string_view path) {
  return request(upgrade_request(headers, path)).starts_with("HTTP/1.1 101 ");
}

bool RawClient::send_frame(unsigned first_byte, std::string_view payload, Timeout patience) {
  return send(masked_frame(first_byte, payload), patience);
}

std::optional<std::string> RawClient::read_chunk(Timeout patience) {
  const auto deadline = Clock::now() + patience;
  std::size_t end = std::string::npos;
  while ((end = in_.find("\r\n")) == std::string::npos) {
    if (!read_more(deadline)) {
      return std::nullopt;
    }
  }
  const std::size_t size = std::stoul(in_.substr(0, end), nullptr, 16);
  const std::size_t start = end + 2;
  if (!have(start + size + 2, deadline)) {
    return std::nullopt;
  }
  std::string chunk = in_.substr(start, size);
  in_.erase(0, start + size + 2);
  return chunk;
}

std::optional<RawFrame> RawClient::read_frame(Timeout patience) {
  const auto deadline = Clock::now() + patience;
  if (!have(2, deadline)) {
    return std::nullopt;
  }
  RawFrame frame;
  frame.fin = (byte_at(in_, 0) & 0x80) != 0;
  frame.rsv = byte_at(in_, 0) >> 4 & 7;
  frame.opcode = byte_at(in_, 0) & 15;
  frame.masked = (byte_at(in_, 1) & 0x80) != 0;
  std::uint64_t size = byte_at(in_, 1) & 0x7F;
  const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (!have(2 + extra, deadline)) {
    return std::nullopt;
  }
  if (extra > 0) {
    size = big_endian(std::string_view(in_).substr(2, extra));
  }
  if (!have(2 + extra + size, deadline)) {
    return std::nullopt;
  }
  frame.payload = in_.substr(2 + extra, size);
  in_.erase(0, 2 + extra + size);
  return frame;
}

int RawClient::read_close() {
  while (const auto frame = read_frame()) {
    if (frame->opcode == 8) {
      return static_cast<int>(frame->close_code());
    }
  }
  return -1;
}

bool RawClient::wait_for_end(Timeout patience) {
  const auto deadline = Clock::now() + patience;
  while (read_more(deadline)) {
    in_.clear();
  }
  return ended_;
}

std::string RawClient::read_all() {
  const auto deadline = Clock::now() + kPatience;
  while (read_more(deadline)) {
  }
  return std::exchange(in_, {});
}

}  // namespace wskit::test
