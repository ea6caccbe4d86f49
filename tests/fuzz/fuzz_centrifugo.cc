// SPDX-License-Identifier: MIT
// Messages of a client of the Centrifugo protocol, with a NUL between them: all it is sent is whole
// lines of JSON, and nothing is left of it at its end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "broker/memory_broker.h"
#include "core/check.h"
#include "core/json.h"
#include "pubsub/centrifugo_connection.h"
#include "pubsub/hub.h"
#include "tests/support/manual_clock.h"

namespace {

using wskit::check;
using namespace wskit::pubsub;

class Client final : public CentrifugoPeer {
 public:
  explicit Client(Hub& hub)
      : hub_(hub), connection(hub, *this, {.client = "c", .guest = CentrifugoUser()}, {}) {}

  void push(const Piece& piece) override {
    const std::string_view frame = piece.bytes();
    const auto low = static_cast<unsigned char>(frame[1]);
    const std::string_view text = frame.substr(low == 127 ? 10 : low == 126 ? 4 : 2);
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      read(text.substr(start, end - start));
      start = end + 1;
    }
  }
  void flush_later() override {}
  void note_live(const wskit::broker::Message& /*message*/) override {}
  void publish(wskit::broker::PublishRequest request, OnPublished on_published) override {
    check(wskit::parse_json(request.payload).has_value(), "what is published is JSON");
    hub_.publish(std::move(request), std::move(on_published));
  }
  [[nodiscard]] bool backlogged() const override { return false; }
  [[nodiscard]] std::expected<CentrifugoUser, CentrifugoTokenFault> user_of(
      std::string_view token) override {
    if (token == "t") {
      return CentrifugoUser();
    }
    return std::unexpected(token == "e" ? CentrifugoTokenFault::expired
                                        : CentrifugoTokenFault::invalid);
  }
  void note_forbidden() override {}
  void close(CentrifugoDisconnect /*why*/) override { closed = true; }

 private:
  static void read(std::string_view line) {
    const auto json = wskit::parse_json(line);
    check(json.has_value() && json->is_object(), "a reply is a JSON object on one line");
    check(json->contains("id") != json->contains("push"), "it is a reply or a push");
  }

  Hub& hub_;

 public:
  bool closed = false;
  CentrifugoConnection connection;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wskit::test::ManualClock clock;
  wskit::broker::MemoryBroker engine(clock, {});
  Hub hub(engine, [] {});
  Client client(hub);
  client.connection.open(clock.now());
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  client.connection.on_message(R"({"id":1,"connect":{}})", clock.now());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    client.connection.on_message(rest.substr(0, end), clock.now());
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (hub.poll()) {
    }
    client.connection.flush();
  }
  check(!client.closed || hub.subscriptions() == 0, "nothing is left of an ended connection");
  client.connection.stop();
  return 0;
}
