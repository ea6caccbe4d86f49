// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "net/tls_context.h"
#include "net/tls_stream.h"
#include "tests/support/fake_loop.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/tls_peer.h"

namespace wskit::test {

/// Options that trust the CA of the tests.
[[nodiscard]] inline net::TlsOptions trusting() {
  net::TlsOptions options;
  options.ca_file = certificate_path("ca.pem");
  return options;
}

/// A TlsStream and an OpenSSL server joined in memory; the test carries the bytes. Pairs may share
/// a context, as the streams of a dialer do.
struct MemoryPair {
  MemoryPair(const std::shared_ptr<net::TlsContext>& shared_context, const TlsServerContext& server,
             const std::string& host = "localhost")
      : context(shared_context), peer(server) {
    auto inner = loop.connected(unused);
    auto tls = std::make_unique<net::TlsStream>(loop, context, &context->server(host, 443),
                                                std::move(inner));
    stream = tls.get();
    client = std::make_unique<End>(std::move(tls));
  }
  MemoryPair(const net::TlsOptions& options, const TlsServerContext& server,
             const std::string& host = "localhost")
      : MemoryPair(net::TlsContext::create(options).value(), server, host) {}

  [[nodiscard]] FakeConnection& wire() { return *loop.connections.front(); }

  /// What the client sent goes to the server; says whether there was anything.
  bool to_server() {
    loop.turn();
    const std::string records = wire().take(loop.now());
    peer.receive(records);
    return !records.empty();
  }
  /// What the server sent goes to the client, in pieces of `piece` bytes.
  bool to_client(std::size_t piece = std::string::npos) {
    const std::string records = peer.take();
    for (std::size_t begin = 0; begin < records.size();) {
      const std::string_view bytes = std::string_view(records).substr(begin, piece);
      wire().receive(bytes, loop.now());
      begin += bytes.size();
    }
    return !records.empty();
  }
  /// Carries until both have nothing more to say.
  void settle(std::size_t piece = std::string::npos) {
    bool moved = true;
    while (moved) {
      moved = to_server();
      moved = to_client(piece) || moved;
    }
  }
  [[nodiscard]] bool failed_with(ErrorCode code, std::string_view message) const {
    return client->errors == 1 && client->error.code == code && client->error.message == message;
  }

  FakeLoop loop;
  End unused;
  std::shared_ptr<net::TlsContext> context;
  TlsPeer peer;
  net::TlsStream* stream = nullptr;
  std::unique_ptr<End> client;
};

/// A pair after its handshake, tickets and all.
struct OpenPair : MemoryPair {
  explicit OpenPair(const TlsServerOptions& options = {})
      : MemoryPair(trusting(), TlsServerContext(options)) {
    settle();
    check(client->connects == 1, "the handshake succeeds");
  }
};

/// Text that does not repeat itself soon.
[[nodiscard]] inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  }
  return text;
}

/// The content types of the TLS records in `bytes`, which are whole.
[[nodiscard]] inline std::vector<int> record_types(std::string_view bytes) {
  std::vector<int> types;
  while (bytes.size() >= 5) {
    types.push_back(bytes[0]);
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[3])) * 256 +
                      static_cast<unsigned char>(bytes[4]);
    bytes.remove_prefix(std::min(bytes.size(), 5 + size));
  }
  return types;
}

}  // namespace wskit::test
