// SPDX-License-Identifier: MIT
// Connections over TLS: what they count is what they wrote, not what TLS makes of it.
#include "net/resolver.h"
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/tls_peer.h"
#include "wire/uri.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::net::Loop;
using wskit::wire::UpgradeRequest;
using wskit::ws::MessageType;

namespace {

wskit::net::DialOptions trusting() {
  wskit::net::DialOptions options;
  options.tls.ca_file = certificate_path("ca.pem");
  return options;
}

UpgradeRequest secure_request(const wskit::net::SocketAddress& address) {
  wskit::wire::UpgradeOptions options;
  options.uri = wskit::wire::parse_uri("wss://" + address.to_string() + "/").value();
  return UpgradeRequest::make(std::move(options)).value();
}

/// A client's connection over TLS to a server that the test plays, opened.
struct SecureClient {
  explicit SecureClient(Loop& the_loop)
      : loop(the_loop),
        server(loop),
        dialer(wskit::net::Dialer::create(loop, *resolver, trusting()).value()),
        client(*dialer, secure_request(server.address())) {
    server.on_end = [this](End& end) {
      end.then_data = [this, &end] {
        tls.receive(end.received);
        end.received.clear();
        flush();
      };
    };
    owner.connection = client.connect(owner);
    run_until(loop, [&] { return tls.received.ends_with("\r\n\r\n"); });
    const std::string answer = accepting_answer(tls.received);
    tls.received.clear();
    write(answer);
    run_until(loop, [&] { return !owner.events.empty(); });
    REQUIRE(owner.events == Events{"open"});
  }
  void write(std::string_view plaintext) {
    tls.write(plaintext);
    flush();
  }
  void flush() { server.ends.front()->write(tls.take()); }

  Loop& loop;
  Server server;
  TlsServerContext context;
  TlsPeer tls{context};
  std::unique_ptr<wskit::net::Resolver> resolver = wskit::net::Resolver::create();
  std::unique_ptr<wskit::net::Dialer> dialer;
  wskit::ws::Client client;
  Owner owner;
};

}  // namespace

WSKIT_LOOP_TEST("bytes sent over TLS are counted as they were given to it") {
  SecureClient test(loop);
  CHECK(test.owner.opened->tls);
  test.owner.send("hello");
  test.owner.send(std::string(100'000, 'x'));
  const std::size_t size = 11 + 100'014;
  CHECK(test.owner.connection->unsent() == size);
  CHECK(test.owner.flushed == 0);
  run_until(loop, [&] { return test.tls.received.size() == size; });
  CHECK(test.owner.connection->unsent() == 0);
  CHECK(test.owner.flushed == size);
  CHECK(test.owner.offers >= 1);
  CHECK(test.client.traffic().sent == size);
  CHECK(decode_frames(test.tls.received)[0].payload == "hello");
  test.write(frame(0x81, "back"));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  CHECK(test.owner.events.back() == "text back");
  CHECK(test.client.traffic().received == 6);
}

WSKIT_LOOP_TEST("a Close over TLS ends in order with and without a close_notify") {
  SecureClient test(loop);
  const bool notify = GENERATE(true, false);
  REQUIRE(test.owner.connection->close());
  run_until(loop, [&] { return test.tls.received.size() == 8; });
  test.write(frame(0x88, close_payload(1000)));
  if (notify) {
    test.tls.send_close_notify();
    test.flush();
  }
  test.server.ends.front()->stream->finish();
  run_until(loop, [&] { return test.owner.ended(); });
  CHECK(test.owner.events == Events{"open", "close 1000"});
}

WSKIT_LOOP_TEST("the end of a TLS connection without a Close is an error") {
  SecureClient test(loop);
  const bool notify = GENERATE(true, false);
  if (notify) {
    test.tls.send_close_notify();
    test.flush();
  }
  test.server.ends.front()->stream->finish();
  run_until(loop, [&] { return test.owner.ended(); });
  CHECK(test.owner.events == Events{"open", "error eof"});
}

WSKIT_LOOP_TEST("a pause holds what TLS has decrypted and what follows") {
  SecureClient test(loop);
  test.owner.then = [&](std::string_view) { test.owner.connection->pause(); };
  std::string frames;
  Events expected{"open"};
  for (int i = 0; i < 10; ++i) {
    frames += frame(0x82, std::string(10'000, static_cast<char>('a' + i)));
    expected.push_back("binary " + std::string(10'000, static_cast<char>('a' + i)));
  }
  test.write(frames + frame(0x88, close_payload(1000)));
  expected.emplace_back("close 1000");
  test.tls.send_close_notify();
  test.flush();
  test.server.ends.front()->stream->finish();
  for (std::size_t told = 2; told <= expected.size(); ++told) {
    run_until(loop, [&] { return test.owner.events.size() == told; });
    run_for(loop, 1ms);
    CHECK(test.owner.events.size() == told);
    test.owner.connection->resume();
  }
  CHECK(test.owner.events == expected);
}
