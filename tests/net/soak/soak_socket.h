// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wskit::test {

/// A connection to a port of loopback that does not block, except while it connects.
class SoakSocket {
 public:
  SoakSocket() = default;
  /// `receive_buffer` > 0: bytes of the kernel's, so that a stalled one is noticed soon; segments
  /// are small then, because the peer's kernel buffers ten and more of them.
  explicit SoakSocket(std::uint16_t port, int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      const int segment = 536;
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
      ::setsockopt(fd_, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    }
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
      throw std::runtime_error(std::string("soak: connect: ") + std::strerror(errno));
    }
  }
  SoakSocket(SoakSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SoakSocket& operator=(SoakSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~SoakSocket() { close(); }

  [[nodiscard]] int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) {
      ::close(std::exchange(fd_, -1));
    }
  }
  /// Closes with a RST.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  /// How much of it was taken; -1: the connection is dead.
  [[nodiscard]] ssize_t send(std::string_view bytes) const {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
  }
  /// Bytes that are there; false at the end of the stream.
  [[nodiscard]] bool receive(std::string& buffer) const {
    buffer.resize(std::size_t{64} << 10);
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }

 private:
  int fd_ = -1;
};

}  // namespace wskit::test
