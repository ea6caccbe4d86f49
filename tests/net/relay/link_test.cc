// SPDX-License-Identifier: MIT
// That bytes, ends and resets pass, and who waits for whom.
#include <string>

#include "tests/net/relay/fixture.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;

WSKIT_LOOP_TEST("every byte passes in both directions, the server's answer included") {
  RelayUnderTest test(loop);
  auto [client, server] = test.join();
  CHECK(server->received == request_for(test.server.address()));
  std::string to_client = "HTTP/1.1 101 Whatever\r\nX-Odd:  spaces \r\n\r\n";
  server->write(to_client);
  std::string to_server = server->received;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::string up = noise(1 + i * 997 % 70'000, i);
    const std::string down = noise(1 + i * 1'003 % 70'000, i + 1'000);
    client->write(up);
    server->write(down);
    to_server += up;
    to_client += down;
    if (i % 20 == 0) {
      run_for(loop, std::chrono::milliseconds(1));
    }
  }
  run_until(loop, [&] {
    return server->received.size() == to_server.size() &&
           client->received.size() == to_client.size();
  });
  CHECK((server->received == to_server));
  CHECK((client->received == to_client));
}

WSKIT_LOOP_TEST("what the client sends behind its request passes too") {
  RelayUnderTest test(loop);
  const auto client = test.connect();
  const std::string early = noise(10'000);
  client->write(request_for(test.relay.address()) + early);
  run_until(loop, [&] {
    return test.server.ends.size() == 1 && test.server.ends[0]->received.ends_with(early);
  });
  CHECK(test.server.ends[0]->received == request_for(test.server.address()) + early);
}

WSKIT_LOOP_TEST("the end of one direction passes and leaves the other open") {
  RelayUnderTest test(loop);
  auto [client, server] = test.join();
  client->write("last");
  client->stream->finish();
  run_until(loop, [&] { return server->eofs == 1; });
  CHECK(server->received.ends_with("last"));
  server->write("answer");
  run_until(loop, [&] { return client->received == "answer"; });
  CHECK(test.relay.connections() == 1);
  server->stream->finish();
  run_until(loop, [&] { return client->eofs == 1 && test.relay.connections() == 0; });
  CHECK(client->errors == 0);
}

WSKIT_LOOP_TEST("what was sent before an end arrives before it, however much it is") {
  RelayUnderTest test(loop);
  auto [client, server] = test.join();
  const std::string much = noise(5'000'000);
  server->write(much);
  server->stream->finish();
  run_until(loop, [&] { return client->eofs == 1; });
  CHECK((client->received == much));
}

WSKIT_LOOP_TEST("a reset passes on as a reset") {
  RelayUnderTest test(loop);
  auto [client, server] = test.join();
  client->stream->reset_on_close();
  client->stream.reset();
  run_until(loop, [&] { return server->errors == 1; });
  CHECK(server->error.code == ErrorCode::reset);
  run_until(loop, [&] { return test.relay.connections() == 0; });

  auto [other_client, other_server] = test.join();
  other_server->stream->reset_on_close();
  other_server->stream.reset();
  run_until(loop, [&] { return other_client->errors == 1; });
  CHECK(other_client->error.code == ErrorCode::reset);
}

WSKIT_LOOP_TEST("a server that cannot be reached is a 502 and is told") {
  RelayUnderTest test(loop);
  test.server.listener.reset();
  const auto client = test.connect();
  client->write(request_for(test.relay.address()));
  run_until(loop, [&] { return client->eofs == 1; });
  CHECK(client->received.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
  REQUIRE(test.unreachable.size() == 1);
  CHECK(test.unreachable[0].code == ErrorCode::tcp_refused);
  CHECK_THAT(client->received, Catch::Contains(test.unreachable[0].message));
  client->stream->finish();
  run_until(loop, [&] { return test.relay.connections() == 0; });
}

WSKIT_LOOP_TEST("a reader that does not read stops the writer, in both directions") {
  RelayUnderTest test(loop);
  auto [client, server] = test.join();
  const std::string much = noise(64'000'000);
  const auto check_one = [&](End& reader, End& writer) {
    reader.discard = true;
    reader.received_bytes = 0;
    const std::size_t before = writer.sent;
    reader.stream->pause();
    writer.write(much);
    run_for(loop, std::chrono::milliseconds(100));
    // What the kernel keeps for the two connections, and little more.
    CHECK(writer.sent - before < much.size() / 2);
    reader.stream->resume();
    run_until(loop, [&] { return reader.received_bytes == much.size(); });
    CHECK(writer.sent - before == much.size());
  };
  check_one(*client, *server);
  check_one(*server, *client);
}
