// SPDX-License-Identifier: MIT
#include <algorithm>
#include <functional>

#include "tests/net/tls/memory_pair.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::Instant;

constexpr int kApplicationData = 23;

TEST_CASE("what is written in a turn leaves in one record at its end") {
  OpenPair pair;
  pair.client->write("one ");
  pair.client->write("two ");
  pair.client->write("three");
  CHECK(pair.wire().unsent().empty());
  CHECK(pair.client->stream->unsent() == 13);
  pair.loop.turn();
  const std::string records = pair.wire().take();
  CHECK(record_types(records) == std::vector{kApplicationData});
  pair.peer.receive(records);
  CHECK(pair.peer.received == "one two three");
}

TEST_CASE("what is larger than a record leaves in full records") {
  OpenPair pair;
  const std::string text = pattern(200'000);
  pair.client->write(text);
  pair.loop.turn();
  const std::string records = pair.wire().take();
  CHECK(record_types(records).size() == (text.size() + 16383) / 16384);
  pair.peer.receive(records);
  CHECK(pair.peer.received == text);
}

TEST_CASE("an offer is told once for what is encrypted and not for the handshake") {
  OpenPair pair;
  CHECK(pair.client->offers == 0);
  pair.client->write("hello");
  pair.loop.turn();
  (void)pair.wire().take();
  CHECK(pair.client->offers == 1);
  CHECK(pair.client->sent == 5);
}

TEST_CASE("what a handler writes when it is offered leaves with the rest") {
  OpenPair pair;
  pair.client->then_offer = [&] {
    pair.client->write(" world");
    pair.client->then_offer = nullptr;
  };
  pair.client->write("hello");
  pair.loop.turn();
  pair.peer.receive(pair.wire().take());
  CHECK(pair.peer.received == "hello world");
}

TEST_CASE("sent bytes are counted in plaintext when their last record is taken") {
  OpenPair pair;
  pair.client->write("first");
  pair.loop.turn();
  const std::size_t first_size = pair.wire().unsent().size();
  pair.client->write("second");
  pair.loop.turn();
  CHECK(pair.client->stream->unsent() == 11);

  std::string records = pair.wire().take({}, first_size - 1);
  CHECK(pair.client->sent == 0);
  records += pair.wire().take({}, 1);
  CHECK(pair.client->sent == 5);
  CHECK(pair.client->stream->unsent() == 6);
  records += pair.wire().take();
  CHECK(pair.client->sent == 11);
  CHECK(pair.client->stream->unsent() == 0);
  pair.peer.receive(records);
  CHECK(pair.peer.received == "firstsecond");
}

TEST_CASE("the progress of a backlog is told however many writes it is made of") {
  OpenPair pair;
  std::size_t written = 0;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string text = pattern(1000);
    pair.client->write(text);
    expected += text;
    written += text.size();
    pair.loop.turn();
  }
  std::string records;
  std::size_t calls = 0;
  pair.client->then_sent = [&] { ++calls; };
  while (!pair.wire().unsent().empty()) {
    records += pair.wire().take({}, 777);
    CHECK(pair.client->sent + pair.client->stream->unsent() == written);
  }
  CHECK(pair.client->sent == written);
  CHECK(calls >= 60);
  pair.peer.receive(records);
  CHECK(pair.peer.received == expected);
}

TEST_CASE("a large write tells of its progress before its end") {
  OpenPair pair;
  pair.client->write(pattern(1'000'000));
  pair.loop.turn();
  (void)pair.wire().take({}, 500'000);
  CHECK(pair.client->sent > 400'000);
  CHECK(pair.client->sent < 500'000);
}

TEST_CASE("large answers arrive whole in whatever pieces") {
  const auto piece = GENERATE(std::size_t{1000}, std::size_t{16384}, std::size_t{100'000});
  OpenPair pair;
  const std::string text = pattern(300'000);
  pair.peer.write(text);
  pair.settle(piece);
  CHECK(pair.client->received == text);
}

TEST_CASE("records that arrive together are handed over together") {
  OpenPair pair;
  for (int i = 0; i < 10; ++i) {
    pair.peer.write("0123456789");
  }
  pair.client->data_events = 0;
  pair.settle();
  CHECK(pair.client->received.size() == 100);
  CHECK(pair.client->data_events == 1);
}

TEST_CASE("data has the instant at which its records were received") {
  struct Clocked final : wskit::net::StreamHandler {
    void on_data(std::span<std::byte>, Instant received) override { at = received; }
    void on_eof() override {}
    void on_error(const wskit::Error&) override {}
    Instant at;
  };
  OpenPair pair;
  Clocked handler;
  pair.stream->set_handler(handler);
  pair.peer.write("hello");
  pair.wire().receive(pair.peer.take(), pair.loop.now() + 5ms);
  CHECK(handler.at == pair.loop.now() + 5ms);
}

TEST_CASE("finish sends close_notify behind everything written and then FIN") {
  const int version = GENERATE(12, 13);
  OpenPair pair({.min_version = version, .max_version = version});
  pair.client->write("last words");
  pair.client->stream->finish();
  CHECK_FALSE(pair.wire().finished);
  pair.to_server();
  CHECK(pair.wire().finished);
  CHECK(pair.peer.received == "last words");
  CHECK(pair.peer.closed);
  CHECK(pair.peer.error.empty());
  SECTION("and the server may still answer") {
    pair.peer.write("answer");
    pair.peer.send_close_notify();
    pair.to_client();
    CHECK(pair.client->received == "answer");
    CHECK(pair.client->eofs == 1);
    CHECK(pair.client->errors == 0);
  }
}

TEST_CASE("what was written and finished before the handshake follows it") {
  MemoryPair pair(trusting(), TlsServerContext());
  pair.client->write("early");
  pair.client->stream->finish();
  pair.settle();
  CHECK(pair.peer.received == "early");
  CHECK(pair.peer.closed);
  CHECK(pair.wire().finished);
}

TEST_CASE("close_notify is the end and what comes after it is nothing") {
  OpenPair pair;
  pair.peer.write("bye");
  pair.peer.send_close_notify();
  pair.settle();
  CHECK(pair.client->received == "bye");
  CHECK(pair.client->eofs == 1);
  pair.wire().receive("garbage");
  pair.wire().eof();
  CHECK(pair.client->eofs == 1);
  CHECK(pair.client->errors == 0);

  pair.client->write("still open this way");
  pair.client->stream->finish();
  pair.to_server();
  CHECK(pair.peer.received == "still open this way");
  CHECK(pair.peer.closed);
}

TEST_CASE("a FIN without close_notify is an error since the data may be cut") {
  OpenPair pair;
  pair.peer.write("half of");
  pair.settle();
  pair.wire().eof();
  CHECK(pair.client->received == "half of");
  CHECK(pair.client->eofs == 0);
  CHECK(
      pair.failed_with(ErrorCode::eof, "server closed the connection without a TLS close_notify"));
}

TEST_CASE("a broken record is an error and what came before it is handed over") {
  OpenPair pair;
  pair.peer.write("good");
  std::string records = pair.peer.take();
  pair.peer.write("bad");
  records += pair.peer.take();
  records.back() = static_cast<char>(records.back() ^ 1);
  pair.wire().receive(records);
  CHECK(pair.client->received == "good");
  CHECK(pair.client->errors == 1);
  CHECK(pair.client->error.code == ErrorCode::tls_failed);
  pair.client->write("into the void");
  pair.loop.turn();
  pair.wire().receive(records);
  (void)pair.wire().take();
  pair.wire().eof();
  pair.wire().fail(ErrorCode::reset, "Connection reset by peer");
  CHECK(pair.client->errors == 1);
  CHECK(pair.client->offers == 0);
  CHECK(pair.client->error.code == ErrorCode::tls_failed);
}

TEST_CASE("failures of the connection below are passed on after the handshake") {
  OpenPair pair;
  pair.wire().fail(ErrorCode::reset, "receive from X: Connection reset by peer");
  CHECK(pair.failed_with(ErrorCode::reset, "receive from X: Connection reset by peer"));
}

TEST_CASE("keys can be updated by the server") {
  OpenPair pair;
  pair.peer.send_key_update();
  pair.peer.write("after");
  pair.settle();
  pair.client->write("answer");
  pair.settle();
  CHECK(pair.client->received == "after");
  CHECK(pair.peer.received == "answer");
  CHECK(pair.peer.error.empty());
}

TEST_CASE("a reset on close is passed on") {
  OpenPair pair;
  pair.client->stream->reset_on_close();
  CHECK(pair.wire().reset_on_close);
}

TEST_CASE("a stream may be destroyed in each of its callbacks") {
  using Hook = std::function<void()> End::*;
  const Hook hook = GENERATE(&End::then_connect, &End::then_data, &End::then_offer, &End::then_sent,
                             &End::then_eof, &End::then_error);
  MemoryPair pair(trusting(), TlsServerContext());
  bool destroyed = false;
  (*pair.client).*hook = [&] {
    pair.client.reset();
    destroyed = true;
  };
  pair.client->write("request");
  pair.to_server();
  pair.to_client();
  if (!destroyed) {
    pair.to_server();
  }
  if (!destroyed) {
    pair.peer.write(pattern(100'000));
    if (hook == &End::then_error) {
      pair.to_client();
      pair.wire().eof();
    } else {
      pair.peer.send_close_notify();
      pair.to_client();
    }
  }
  CHECK(destroyed);
  CHECK_FALSE(pair.wire().alive());
  pair.loop.turn();
}

TEST_CASE("a stream may be destroyed with its end still to come") {
  MemoryPair pair(trusting(), TlsServerContext({.certificate = "expired"}));
  SECTION("while the handshake goes on") {
    CHECK(pair.wire().alive());
    pair.client.reset();
  }
  SECTION("while an alert is on its way") {
    pair.to_server();
    pair.to_client();
    REQUIRE(pair.client->errors == 0);
    pair.client.reset();
  }
  SECTION("with plaintext that waits for the end of the turn") {
    pair.client->write("never sent");
    CHECK(pair.client->stream->unsent() == 10);
    pair.client.reset();
  }
  pair.loop.turn();
  CHECK_FALSE(pair.wire().alive());
}
