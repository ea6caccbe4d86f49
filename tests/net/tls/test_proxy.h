// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/net/tls/dialing.h"

namespace wskit::test {

/// A proxy on the loop of the tests, written against the RFCs: takes CONNECT or SOCKS5, with TLS if
/// it is given a certificate's name, and passes bytes on to 127.0.0.1.
class TestProxy {
 public:
  explicit TestProxy(net::Loop& loop, const std::string& certificate = {})
      : loop_(loop), server_(loop) {
    if (!certificate.empty()) {
      context_ = std::make_unique<TlsServerContext>(TlsServerOptions{.certificate = certificate});
    }
    server_.on_end = [this](End& end) { accept(end); };
  }

  [[nodiscard]] std::string url(const std::string& scheme) const {
    return scheme + "://" + server_.address().to_string();
  }
  /// What was asked for: "CONNECT host:port" or "SOCKS host:port", with " as USER" if told.
  std::vector<std::string> asked;

 private:
  struct Tunnel {
    End* client = nullptr;
    std::unique_ptr<TlsPeer> tls;
    /// From the client, in plain text.
    std::string received;
    std::string user;
    bool greeted = false;
    std::unique_ptr<End> target;

    void answer(std::string_view text) {
      if (tls) {
        tls->write(text);
        flush();
      } else {
        client->write(text);
      }
    }
    void flush() {
      if (const std::string records = tls->take(); !records.empty()) {
        client->write(records);
      }
    }
  };

  void accept(End& end) {
    tunnels_.push_back(std::make_unique<Tunnel>());
    Tunnel& tunnel = *tunnels_.back();
    tunnel.client = &end;
    if (context_) {
      tunnel.tls = std::make_unique<TlsPeer>(*context_);
    }
    end.then_data = [this, &tunnel] {
      std::string bytes = std::exchange(tunnel.client->received, {});
      if (tunnel.tls) {
        tunnel.tls->receive(bytes);
        tunnel.flush();
        if (!tunnel.tls->error.empty()) {
          tunnel.client->then_data = nullptr;
          return tunnel.client->stream->finish();
        }
        bytes = std::exchange(tunnel.tls->received, {});
      }
      tunnel.received += bytes;
      serve(tunnel);
    };
  }

  void serve(Tunnel& tunnel) {
    if (tunnel.target) {
      tunnel.target->write(std::exchange(tunnel.received, {}));
    } else if (tunnel.received.starts_with("CONNECT ")) {
      serve_connect(tunnel);
    } else if (!tunnel.received.empty()) {
      serve_socks(tunnel);
    }
  }

  void serve_connect(Tunnel& tunnel) {
    if (tunnel.received.find("\r\n\r\n") == std::string::npos) {
      return;
    }
    const std::string request = std::exchange(tunnel.received, {});
    const std::string host = request.substr(8, request.find(" HTTP/1.1") - 8);
    asked.push_back("CONNECT " + host);
    connect(tunnel, static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1))),
            "HTTP/1.1 200 Connection established\r\n\r\n");
  }

  // Wants user name and password from those who can.
  void serve_socks(Tunnel& tunnel) {
    std::string& in = tunnel.received;
    if (!std::exchange(tunnel.greeted, true)) {
      const bool can = in.find('\x02', 2) != std::string::npos;
      in.clear();
      return tunnel.answer(can ? std::string("\x05\x02", 2) : std::string("\x05\x00", 2));
    }
    if (in.front() == '\x01') {
      tunnel.user = " as " + in.substr(2, static_cast<std::size_t>(in[1]));
      in.clear();
      return tunnel.answer(std::string("\x01\x00", 2));
    }
    constexpr std::size_t kAddress = 5;
    const auto port =
        static_cast<std::uint16_t>(static_cast<unsigned char>(in[in.size() - 2]) * 256 +
                                   static_cast<unsigned char>(in.back()));
    const bool name = in[3] == '\x03';
    asked.push_back("SOCKS " + (name ? in.substr(kAddress, in.size() - kAddress - 2) : "address") +
                    ":" + std::to_string(port) + tunnel.user);
    in.clear();
    connect(tunnel, port, std::string("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10));
  }

  void connect(Tunnel& tunnel, std::uint16_t port, const std::string& answer) {
    tunnel.target = std::make_unique<End>(loop_, net::SocketAddress::ip("127.0.0.1", port).value());
    tunnel.target->then_connect = [&tunnel, answer] { tunnel.answer(answer); };
    tunnel.target->then_data = [&tunnel] {
      tunnel.answer(std::exchange(tunnel.target->received, {}));
    };
  }

  net::Loop& loop_;
  std::unique_ptr<TlsServerContext> context_;
  Server server_;
  std::vector<std::unique_ptr<Tunnel>> tunnels_;
};

}  // namespace wskit::test
