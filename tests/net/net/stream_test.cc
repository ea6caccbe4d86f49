// SPDX-License-Identifier: MIT
#include "net/stream.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"

using namespace wskit::test;
using wskit::net::Loop;

namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 12345;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

}  // namespace

WSKIT_LOOP_TEST("bytes of many sizes come back in order") {
  Pair pair(loop);
  pair.peer().echo = true;
  std::string expected;
  for (const std::size_t size : {1UL, 2UL, 125UL, 511UL, 512UL, 513UL, 4096UL, 65535UL, 65536UL,
                                 131072UL, 131073UL, 1000000UL, 5000000UL}) {
    const std::string text = pattern(size);
    expected += text;
    pair.client.write(text);
    run_until(loop, [&] { return pair.client.received.size() == expected.size(); });
  }
  CHECK(pair.client.received == expected);
  CHECK(pair.client.sent == expected.size());
  CHECK(pair.client.stream->unsent() == 0);
}

WSKIT_LOOP_TEST("all that is written in a turn arrives as one piece after one offer") {
  Pair pair(loop);
  for (int i = 0; i < 100; ++i) {
    pair.client.write("0123456789");
  }
  CHECK(pair.client.stream->unsent() == 1000);
  CHECK(pair.client.offers == 0);
  run_until(loop, [&] { return pair.peer().received.size() == 1000; });
  CHECK(pair.client.offers == 1);
  CHECK(pair.peer().data_events == 1);
}

WSKIT_LOOP_TEST("an empty write holds up nothing that follows") {
  Pair pair(loop);
  pair.client.write("");
  run_for(loop, std::chrono::milliseconds(2));
  pair.client.write("more");
  run_until(loop, [&] { return pair.peer().received == "more"; });
  CHECK(pair.client.sent == 4);
}

WSKIT_LOOP_TEST("what is written before the connection stands is sent when it does") {
  Server server(loop);
  End client(loop, server.address());
  client.write("early");
  client.stream->finish();
  CHECK(client.connects == 0);
  run_until(loop, [&] { return !server.ends.empty() && server.ends.front()->eofs == 1; });
  CHECK(client.connects == 1);
  CHECK(server.ends.front()->received == "early");
}

WSKIT_LOOP_TEST("what the offer callback writes leaves with the rest") {
  Pair pair(loop);
  bool written = false;
  pair.client.then_offer = [&] {
    if (!written) {
      written = true;
      pair.client.write(" and more");
    }
  };
  pair.client.write("some");
  run_until(loop, [&] { return pair.peer().received.size() == 13; });
  CHECK(pair.peer().received == "some and more");
  CHECK(pair.client.offers == 1);
}

WSKIT_LOOP_TEST("a peer that does not read makes unsent bytes grow until it reads") {
  Pair pair(loop);
  pair.peer().stream->pause();
  const std::string text = pattern(32 << 20);
  pair.client.write(text);
  run_until(loop, [&] { return pair.client.sent > 0; });
  std::size_t last = 0;
  // What fits into the kernel's buffers leaves; then nothing moves.
  while (pair.client.sent != last) {
    last = pair.client.sent;
    run_for(loop, std::chrono::milliseconds(50));
  }
  CHECK(pair.client.sent < text.size());
  CHECK(pair.client.stream->unsent() == text.size() - pair.client.sent);
  CHECK(pair.client.offers == 1);

  // Written while waiting for room: offered only when there is some.
  pair.client.write("tail");
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(pair.client.offers == 1);
  CHECK(pair.peer().received.empty());
  pair.peer().stream->resume();
  run_until(loop, [&] { return pair.peer().received.size() == text.size() + 4; });
  CHECK(pair.peer().received == text + "tail");
  CHECK(pair.client.offers == 2);
  CHECK(pair.client.stream->unsent() == 0);
}

WSKIT_LOOP_TEST("a peer that has finished can still be sent to") {
  Pair pair(loop);
  pair.peer().write("bye");
  pair.peer().stream->finish();
  run_until(loop, [&] { return pair.client.eofs == 1; });
  CHECK(pair.client.received == "bye");
  pair.client.write("still here");
  pair.client.stream->finish();
  run_until(loop, [&] { return pair.peer().eofs == 1; });
  CHECK(pair.peer().received == "still here");
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(pair.client.eofs == 1);
  CHECK(pair.client.errors == 0);
  CHECK(pair.peer().errors == 0);
}

WSKIT_LOOP_TEST("finishing sends everything first") {
  Pair pair(loop);
  const std::string text = pattern(8 << 20);
  pair.client.write(text);
  pair.client.stream->finish();
  run_until(loop, [&] { return pair.peer().eofs == 1; });
  CHECK(pair.peer().received == text);
}

WSKIT_LOOP_TEST("a closed stream ends the peer's input after what was sent") {
  Pair pair(loop);
  pair.client.write("last words");
  pair.client.then_sent = [&] { pair.client.stream.reset(); };
  run_until(loop, [&] { return pair.peer().eofs == 1; });
  CHECK(pair.peer().received == "last words");
  CHECK(pair.peer().errors == 0);
}

WSKIT_LOOP_TEST("a reset is an error that names the peer") {
  Pair pair(loop);
  pair.peer().stream->reset_on_close();
  pair.peer().stream.reset();
  run_until(loop, [&] { return pair.client.errors == 1; });
  CHECK(pair.client.error.code == wskit::ErrorCode::reset);
  CHECK(pair.client.error.message ==
        "receive from " + pair.server.address().to_string() + ": Connection reset by peer");
  CHECK(pair.client.eofs == 0);
}

WSKIT_LOOP_TEST("what was received before the peer went is delivered before the error") {
  Pair pair(loop);
  pair.client.stream->pause();
  pair.peer().write("the reason");
  run_until(loop, [&] { return pair.peer().sent == 10; });
  // The peer closes with our bytes unread, which resets the connection, and we go on sending.
  pair.client.write("unread");
  run_until(loop, [&] { return pair.client.sent == 6; });
  pair.peer().stream->pause();
  pair.peer().stream->reset_on_close();
  pair.peer().stream.reset();
  pair.client.write("into the void");
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(pair.client.errors == 0);
  pair.client.stream->resume();
  run_until(loop, [&] { return pair.client.errors == 1; });
  CHECK(pair.client.error.code == wskit::ErrorCode::reset);
  CHECK(pair.client.received == "the reason");
}

WSKIT_LOOP_TEST("a paused stream leaves the bytes where they are") {
  Pair pair(loop);
  pair.client.stream->pause();
  pair.peer().write("one");
  run_until(loop, [&] { return pair.peer().sent == 3; });
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(pair.client.received.empty());
  pair.client.then_data = [&] { pair.client.stream->pause(); };
  pair.client.stream->resume();
  CHECK(pair.client.received.empty());
  run_until(loop, [&] { return pair.client.received == "one"; });
  pair.peer().write("two");
  run_until(loop, [&] { return pair.peer().sent == 6; });
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(pair.client.received == "one");
  pair.client.stream->resume();
  run_until(loop, [&] { return pair.client.received == "onetwo"; });
}

WSKIT_LOOP_TEST("a paused stream learns of the end when it is resumed") {
  Pair pair(loop);
  pair.client.stream->pause();
  pair.peer().write("end");
  pair.peer().stream->finish();
  run_until(loop, [&] { return pair.peer().sent == 3; });
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(pair.client.eofs == 0);
  pair.client.stream->resume();
  run_until(loop, [&] { return pair.client.eofs == 1; });
  CHECK(pair.client.received == "end");
}

WSKIT_LOOP_TEST("a stream changes hands in a callback") {
  Pair pair(loop);
  End second;
  pair.client.then_data = [&] {
    second.stream = std::move(pair.client.stream);
    second.stream->set_handler(second);
  };
  pair.peer().write("first");
  run_until(loop, [&] { return pair.client.received == "first"; });
  pair.peer().write("second");
  run_until(loop, [&] { return second.received == "second"; });
  CHECK(pair.client.received == "first");
}
