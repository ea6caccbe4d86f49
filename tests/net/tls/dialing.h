// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/dialer.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/tls_peer.h"

namespace wskit::test {

/// Dials once and keeps the outcome.
struct Dialing final : net::DialHandler {
  Dialing(net::Loop& loop, net::Dialer& dialer, const net::Endpoint& endpoint)
      : dial(dialer.dial(endpoint, *this)) {
    run_until(loop, [&] { return dialed || error; });
  }

  void on_dialed(net::Dialed result) override {
    end = std::make_unique<End>(std::move(result.stream));
    dialed = std::move(result);
    dial.reset();
  }
  void on_dial_failed(const Error& failure) override {
    error = failure;
    dial.reset();
  }

  std::optional<net::Dialed> dialed;
  std::optional<Error> error;
  std::unique_ptr<End> end;
  std::unique_ptr<net::Dial> dial;
};

/// A dialer with its own resolver.
struct TestDialer {
  TestDialer(net::Loop& loop, const net::DialOptions& options)
      : resolver(net::Resolver::create()),
        dialer(net::Dialer::create(loop, *resolver, options).value()) {}

  std::unique_ptr<net::Resolver> resolver;
  std::unique_ptr<net::Dialer> dialer;
};

/// Listens, shakes hands with each connection on OpenSSL alone, and keeps or echoes what it gets.
class TlsTestServer {
 public:
  struct Connection {
    explicit Connection(const TlsServerContext& context) : tls(context) {}
    End* end = nullptr;
    TlsPeer tls;
    /// Sends what waits in `tls`.
    void flush() {
      if (const std::string records = tls.take(); !records.empty()) {
        end->write(records);
      }
    }
  };

  explicit TlsTestServer(net::Loop& loop, const TlsServerOptions& options = {})
      : context_(options), server_(loop) {
    server_.on_end = [this](End& end) { accept(end); };
  }

  [[nodiscard]] net::Endpoint endpoint(const std::string& host = "localhost") const {
    return {host, server_.address().port(), {}, true};
  }
  /// Echo from now on.
  bool echo = false;
  std::vector<std::unique_ptr<Connection>> connections;

 private:
  void accept(End& end) {
    connections.push_back(std::make_unique<Connection>(context_));
    Connection& connection = *connections.back();
    connection.end = &end;
    end.then_data = [this, &connection] { serve(connection); };
  }

  void serve(Connection& connection) {
    connection.tls.receive(std::exchange(connection.end->received, {}));
    if (echo && !connection.tls.received.empty()) {
      connection.tls.write(std::exchange(connection.tls.received, {}));
    }
    connection.flush();
    if (!connection.tls.error.empty()) {
      connection.end->stream->finish();
      connection.end->then_data = nullptr;
    }
  }

  TlsServerContext context_;
  Server server_;
};

/// Dial options that trust the CA of the tests.
[[nodiscard]] inline net::DialOptions trusting_dials() {
  net::DialOptions options;
  options.tls.ca_file = certificate_path("ca.pem");
  return options;
}

}  // namespace wskit::test
