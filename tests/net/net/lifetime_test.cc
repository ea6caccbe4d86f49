// SPDX-License-Identifier: MIT
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.h"
#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"

using namespace wskit::test;

namespace {

/// Destroys the client's stream in the callback that `hook` names, when it is called.
void destroy_in(wskit::net::Loop& loop, std::function<void()> End::* hook) {
  Pair pair(loop);
  bool destroyed = false;
  pair.client.*hook = [&] {
    pair.client.stream.reset();
    destroyed = true;
  };
  pair.client.write("request");
  pair.peer().write("answer");
  pair.peer().stream->finish();
  run_until(loop, [&] { return destroyed; });
  const End& client = pair.client;
  const int events = client.data_events + client.eofs + client.errors;
  run_until(loop, [&] { return pair.peer().eofs + pair.peer().errors > 0; });
  CHECK(client.data_events + client.eofs + client.errors == events);
}

}  // namespace

WSKIT_LOOP_TEST("a stream may be destroyed when data comes") {
  destroy_in(loop, &End::then_data);
}

WSKIT_LOOP_TEST("a stream may be destroyed when it is offered") {
  destroy_in(loop, &End::then_offer);
}

WSKIT_LOOP_TEST("a stream may be destroyed when bytes were sent") {
  destroy_in(loop, &End::then_sent);
}

WSKIT_LOOP_TEST("a stream may be destroyed when the peer has finished") {
  destroy_in(loop, &End::then_eof);
}

WSKIT_LOOP_TEST("a stream may be destroyed when it connects") {
  Server server(loop);
  auto client = std::make_unique<End>(loop, server.address());
  client->write("never sent");
  client->then_connect = [&] { client.reset(); };
  run_until(loop, [&] { return client == nullptr && server.ends.size() == 1; });
  run_until(loop, [&] { return server.ends.front()->eofs == 1; });
  CHECK(server.ends.front()->received.empty());
}

WSKIT_LOOP_TEST("a stream may be destroyed when it fails") {
  Pair pair(loop);
  pair.client.then_error = [&] { pair.client.stream.reset(); };
  pair.peer().stream->reset_on_close();
  pair.peer().stream.reset();
  run_until(loop, [&] { return pair.client.errors == 1; });
  CHECK(pair.client.stream == nullptr);
}

WSKIT_LOOP_TEST("a stream may be destroyed while it connects") {
  Server server(loop);
  {
    End client(loop, server.address());
    client.write("never sent");
  }
  End second(loop, server.address());
  second.write("sent");
  const auto arrived = [&] {
    return std::ranges::any_of(server.ends,
                               [](const auto& end) { return end->received == "sent"; });
  };
  run_until(loop, arrived);
  CHECK(std::ranges::none_of(server.ends, [](const auto& end) {
    return end->received.find("never") != std::string::npos;
  }));
}

WSKIT_LOOP_TEST("a stream may be destroyed in a neighbour's callback") {
  Server server(loop);
  constexpr std::size_t kPairs = 20;
  std::vector<std::unique_ptr<End>> clients;
  int called = 0;
  for (std::size_t i = 0; i < kPairs; ++i) {
    clients.push_back(std::make_unique<End>(loop, server.address()));
  }
  run_until(loop, [&] { return server.ends.size() == kPairs; });
  for (auto& client : clients) {
    client->then_data = [&clients, &called, self = client.get()] {
      ++called;
      for (auto& other : clients) {
        if (other.get() != self) {
          other.reset();
        }
      }
    };
  }
  // All become readable in one batch; the first callback destroys the rest.
  for (auto& end : server.ends) {
    end->write("to all");
  }
  run_until(loop, [&] { return called > 0; });
  run_for(loop, std::chrono::milliseconds(5));
  CHECK(called == 1);
}

WSKIT_LOOP_TEST("the place of a destroyed stream is taken without mixing up their events") {
  Server server(loop);
  server.on_end = [](End& end) { end.echo = true; };
  for (int i = 0; i < 50; ++i) {
    End first(loop, server.address());
    first.write("first");
    run_until(loop, [&] { return first.received == "first"; });
    first.write("again");
    run_until(loop, [&] { return first.sent == 10; });
    first.stream.reset();
    End second(loop, server.address());
    second.write("second");
    run_until(loop, [&] { return second.received.size() >= 6; });
    CHECK(second.received == "second");
    CHECK(second.errors == 0);
  }
}

WSKIT_LOOP_TEST("a listener may be destroyed when it accepts") {
  Server server(loop);
  const auto address = server.address();
  server.on_end = [&](End& end) {
    end.echo = true;
    server.listener.reset();
  };
  End client(loop, address);
  client.write("hello");
  run_until(loop, [&] { return client.received == "hello"; });
  End late(loop, address);
  run_until(loop, [&] { return late.errors == 1; });
  CHECK(late.error.code == wskit::ErrorCode::tcp_refused);
  CHECK(server.ends.size() == 1);
}

WSKIT_LOOP_TEST("writing to a stream that has failed is forgotten") {
  Pair pair(loop);
  pair.client.then_error = [&] { pair.client.write("nobody hears"); };
  pair.peer().stream->reset_on_close();
  pair.peer().stream.reset();
  run_until(loop, [&] { return pair.client.errors == 1; });
  run_until(loop, [&] { return pair.client.stream->unsent() == 0; });
  CHECK(pair.client.errors == 1);
  CHECK(pair.client.sent == 0);
}
