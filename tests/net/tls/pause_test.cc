// SPDX-License-Identifier: MIT
#include "tests/net/tls/memory_pair.h"
#include "tests/support/catch.h"

using namespace wskit::test;

TEST_CASE("a pause holds back what is received and a resume hands it over") {
  OpenPair pair;
  const std::string text = pattern(200'000);
  std::size_t pauses = 0;
  pair.client->then_data = [&] {
    ++pauses;
    pair.client->stream->pause();
  };
  pair.peer.write(text);
  pair.wire().receive(pair.peer.take());
  CHECK(pauses == 1);
  CHECK(pair.wire().paused);
  CHECK(pair.client->received.size() < text.size());
  while (pair.client->received.size() < text.size()) {
    const std::size_t before = pair.client->received.size();
    pair.client->stream->resume();
    CHECK(pair.client->received.size() == before);
    CHECK(pair.wire().paused);
    pair.loop.turn();
    REQUIRE(pair.client->received.size() > before);
  }
  CHECK(pair.client->received == text);
  CHECK(pauses > 4);
  pair.client->stream->resume();
  CHECK_FALSE(pair.wire().paused);
}

TEST_CASE("a resume taken back in the same turn hands nothing over") {
  OpenPair pair;
  pair.client->then_data = [&] { pair.client->stream->pause(); };
  pair.peer.write(pattern(100'000));
  pair.wire().receive(pair.peer.take());
  const std::size_t before = pair.client->received.size();
  pair.client->stream->resume();
  pair.client->stream->pause();
  pair.loop.turn();
  CHECK(pair.client->received.size() == before);
  pair.client->then_data = nullptr;
  pair.client->stream->resume();
  pair.loop.turn();
  CHECK(pair.client->received.size() == 100'000);
  CHECK_FALSE(pair.wire().paused);
}

TEST_CASE("the end comes after what a pause held back") {
  OpenPair pair;
  pair.client->then_data = [&] { pair.client->stream->pause(); };
  pair.peer.write(pattern(100'000));
  const bool with_close_notify = GENERATE(true, false);
  if (with_close_notify) {
    pair.peer.send_close_notify();
  }
  pair.wire().receive(pair.peer.take());
  pair.wire().eof();
  CHECK(pair.client->eofs + pair.client->errors == 0);
  pair.client->then_data = nullptr;
  pair.client->stream->resume();
  pair.loop.turn();
  CHECK(pair.client->received.size() == 100'000);
  CHECK(pair.client->eofs == (with_close_notify ? 1 : 0));
  CHECK(pair.client->errors == (with_close_notify ? 0 : 1));
}

TEST_CASE("a stream paused during the handshake is paused after it") {
  MemoryPair pair(trusting(), TlsServerContext());
  pair.client->stream->pause();
  pair.to_server();
  CHECK_FALSE(pair.wire().paused);
  pair.to_client();
  CHECK(pair.client->connects == 1);
  CHECK(pair.wire().paused);
}
