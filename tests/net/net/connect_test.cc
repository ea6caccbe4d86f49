// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop.h"
#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"

using namespace wskit::test;
using wskit::ErrorCode;
using wskit::net::SocketAddress;
using wskit::net::SocketOptions;

namespace {

/// A port where nobody listens: bound, so that nobody else takes it.
class ClosedPort {
 public:
  ClosedPort() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(fd_, any, sizeof(address)) == 0);
    socklen_t size = sizeof(address);
    REQUIRE(::getsockname(fd_, any, &size) == 0);
    address_ = SocketAddress::from_kernel(*any, size);
  }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort() { ::close(fd_); }

  [[nodiscard]] const SocketAddress& address() const { return address_; }

 private:
  int fd_;
  SocketAddress address_;
};

/// A directory that is removed with all that is in it.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "wskit-net-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] SocketAddress socket() const {
    return SocketAddress::unix_path((path_ / "socket").string()).value();
  }

 private:
  std::filesystem::path path_;
};

wskit::Error outcome(wskit::net::Loop& loop, const SocketAddress& peer,
                     const SocketOptions& options = {}) {
  End client(loop, peer, options);
  CHECK(client.errors == 0);
  run_until(loop, [&] { return client.errors == 1; });
  CHECK(client.connects == 0);
  return client.error;
}

}  // namespace

WSKIT_LOOP_TEST("a refused connection says who refused") {
  const ClosedPort port;
  const auto error = outcome(loop, port.address());
  CHECK(error.code == ErrorCode::tcp_refused);
  CHECK(error.message == "connect " + port.address().to_string() + ": Connection refused");
}

WSKIT_SOCKET_TEST("a source address that is not ours is a local failure") {
  Server server(loop);
  SocketOptions options;
  options.source = SocketAddress::ip("192.0.2.1", 0).value();
  const auto error = outcome(loop, server.address(), options);
  CHECK(error.code == ErrorCode::local_eaddrnotavail);
  CHECK(error.message.find("bind the source address") != std::string::npos);
}

WSKIT_LOOP_TEST("a connection starts from the source address that was asked for") {
  Server server(loop);
  SocketOptions options;
  options.source = SocketAddress::ip("127.0.0.77", 0).value();
  End client(loop, server.address(), options);
  run_until(loop, [&] { return client.connects == 1 && server.ends.size() == 1; });
  CHECK(server.peers.front().to_string().starts_with("127.0.0.77:"));
}

WSKIT_SOCKET_TEST("an unknown interface is a failure that names the step") {
  Server server(loop);
  SocketOptions options;
  options.interface = "nosuchif0";
  const auto error = outcome(loop, server.address(), options);
  CHECK(error.message.find("bind to the interface") != std::string::npos);
}

WSKIT_SOCKET_TEST("socket buffers are as large as asked for") {
  Server server(loop);
  SocketOptions options;
  options.receive_buffer = 8192;
  options.send_buffer = 8192;
  End client(loop, server.address(), options);
  run_until(loop, [&] { return server.ends.size() == 1; });
  End& peer = *server.ends.front();
  client.stream->pause();
  peer.write(std::string(16 << 20, 'x'));
  std::size_t last = 1;
  while (peer.sent != last) {
    last = peer.sent;
    run_for(loop, std::chrono::milliseconds(50));
  }
  // The sender's own buffer grows to some 4 MB; the receiver's would add up to 6 MB more.
  CHECK(peer.stream->unsent() > 8U << 20);
}

WSKIT_SOCKET_TEST("an IPv6 connection works like any other") {
  const int probe = ::socket(AF_INET6, SOCK_STREAM, 0);
  const auto any6 = SocketAddress::ip("::1", 0).value();
  const bool there = probe >= 0 && ::bind(probe, any6.data(), any6.size()) == 0;
  ::close(probe);
  if (!there) {
    skip("no IPv6 on this machine");
  }
  Server server(loop, any6);
  End client(loop, server.address());
  client.write("six");
  run_until(loop, [&] { return !server.ends.empty() && server.ends.front()->received == "six"; });
  CHECK(server.address().to_string().starts_with("[::1]:"));
  CHECK(server.peers.front().to_string().starts_with("[::1]:"));
}

WSKIT_SOCKET_TEST("a unix socket carries bytes both ways and goes with its listener") {
  const Directory directory;
  Server server(loop, directory.socket());
  server.on_end = [](End& end) { end.echo = true; };
  End client(loop, directory.socket());
  CHECK(client.connects == 0);
  client.write(std::string(3 << 20, 'u'));
  run_until(loop, [&] { return client.received.size() == 3U << 20; });
  CHECK(client.connects == 1);
  server.listener.reset();
  const auto error = outcome(loop, directory.socket());
  CHECK(error.message ==
        "connect " + directory.socket().to_string() + ": No such file or directory");
}

WSKIT_SOCKET_TEST("more unix connections than the backlog holds are made one after the other") {
  const Directory directory;
  Server server(loop, directory.socket());
  std::vector<std::unique_ptr<End>> clients;
  for (int i = 0; i < 6000; ++i) {
    clients.push_back(std::make_unique<End>(loop, directory.socket()));
  }
  run_until(loop, [&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const auto& client) { return client->connects == 1; });
  });
  run_until(loop, [&] { return server.ends.size() == clients.size(); });
  CHECK(std::none_of(clients.begin(), clients.end(),
                     [](const auto& client) { return client->errors > 0; }));
}

WSKIT_LOOP_TEST("a port that is taken is a failure that says so") {
  Server server(loop);
  Server other(loop);
  const auto result = loop.listen(server.address(), other);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::listen_failed);
  CHECK(result.error().message ==
        "listen on " + server.address().to_string() + ": bind: Address already in use");
}

WSKIT_LOOP_TEST("a thousand connections echo side by side") {
  Server server(loop);
  server.on_end = [](End& end) { end.echo = true; };
  std::vector<std::unique_ptr<End>> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(std::make_unique<End>(loop, server.address()));
    clients.back()->write("message of " + std::to_string(i));
  }
  run_until(loop, [&] {
    return std::all_of(clients.begin(), clients.end(), [](const auto& client) {
      return client->received.size() == client->sent && client->sent > 0;
    });
  });
  for (std::size_t i = 0; i < clients.size(); ++i) {
    REQUIRE(clients[i]->received == "message of " + std::to_string(i));
  }
}
