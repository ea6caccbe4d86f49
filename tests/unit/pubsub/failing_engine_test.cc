// SPDX-License-Identifier: MIT
// What clients are told of an engine that does not do what it is asked.
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "broker/broker.h"
#include "tests/unit/pubsub/azure_fixture.h"
#include "tests/unit/pubsub/centrifugo_fixture.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// Answers every question with an error.
class FailingEngine final : public broker::Broker {
 public:
  [[nodiscard]] std::string_view name() const override { return "failing"; }
  [[nodiscard]] std::string_view guarantee() const override { return "none"; }
  [[nodiscard]] broker::NodeId attach(broker::Listener& listener,
                                      std::function<void()> /*wake*/) override {
    listener_ = &listener;
    return 0;
  }
  void detach(broker::NodeId /*node*/) override {}
  [[nodiscard]] bool poll(broker::NodeId /*node*/, std::size_t /*max_events*/) override {
    for (const auto& answer : std::exchange(answers_, {})) {
      answer(*listener_);
    }
    return !answers_.empty();
  }
  void publish(broker::NodeId /*node*/, broker::Token token,
               broker::PublishRequest /*request*/) override {
    later([token](broker::Listener& node) { node.on_published(token, failure()); });
  }
  void interest(broker::NodeId /*node*/, std::string_view /*filter*/, bool /*on*/) override {}
  void history(broker::NodeId /*node*/, broker::Token token,
               broker::HistoryRequest /*request*/) override {
    later([token](broker::Listener& node) { node.on_history(token, failure()); });
  }
  void join(broker::NodeId /*node*/, std::string_view /*topic*/,
            broker::Member /*member*/) override {}
  void leave(broker::NodeId /*node*/, std::string_view /*topic*/,
             std::string_view /*connection*/) override {}
  void members(broker::NodeId /*node*/, broker::Token token, std::string_view /*topic*/) override {
    later([token](broker::Listener& node) { node.on_members(token, failure()); });
  }
  void hold_session(broker::NodeId /*node*/, std::string_view /*key*/) override {}
  void store_session(broker::NodeId /*node*/, std::string_view /*key*/, std::string /*session*/,
                     Nanoseconds /*ttl*/) override {}
  void drop_session(broker::NodeId /*node*/, std::string_view /*key*/) override {}
  void take_session(broker::NodeId /*node*/, broker::Token token,
                    std::string_view /*key*/) override {
    later([token](broker::Listener& node) { node.on_session(token, failure()); });
  }

 private:
  static std::unexpected<Error> failure() { return fail(ErrorCode::usage, "out of order"); }
  void later(std::function<void(broker::Listener&)> answer) {
    answers_.push_back(std::move(answer));
  }

  broker::Listener* listener_ = nullptr;
  std::deque<std::function<void(broker::Listener&)>> answers_;
};

struct FailingFixture {
  void poll_all() {
    while (hub.poll()) {
    }
  }
  FailingEngine engine;
  pubsub::Hub hub{engine, [] {}};
};

}  // namespace

TEST_CASE("an Azure client hears of a message that the engine did not take") {
  FailingFixture fixture;
  AzureClient client(fixture.hub, "c");
  client.connection.open();
  client.connection.on_message(R"({"type":"sendToGroup","group":"g","data":1,"ackId":1})");
  fixture.poll_all();
  CHECK_THAT(client.texts.back(), Catch::Contains("InternalServerError"));
  CHECK(client.close_code == 0);
  client.connection.on_message(R"({"type":"sendToGroup","group":"g","data":1})");
  fixture.poll_all();
  CHECK(client.close_code == 1011);
}

TEST_CASE("an Azure client is closed with 1011 if its group or its session cannot be read") {
  FailingFixture fixture;
  AzureClient joins(fixture.hub, "c");
  joins.connection.open();
  joins.connection.on_message(R"({"type":"joinGroup","group":"g","ackId":1})");
  AzureClient resumes(fixture.hub, "d", {}, "", "token");
  resumes.connection.resume();
  fixture.poll_all();
  CHECK(joins.close_code == 1011);
  CHECK(resumes.close_code == 1011);
}

TEST_CASE("a Centrifugo client is told 100, or closed with 3004, if the engine fails") {
  FailingFixture fixture;
  CentrifugoClient client(fixture.hub, "c");
  client.connection.open(Instant());
  const auto ask = [&](std::string_view command) {
    client.connection.on_message(command, Instant());
    fixture.poll_all();
    client.connection.flush();
    return client.take();
  };
  CHECK(ask(R"({"id":1,"connect":{}})").size() == 1);
  CHECK(error_code(ask(R"({"id":2,"publish":{"channel":"a","data":1}})")) == 100);
  CHECK(error_code(ask(R"({"id":3,"presence":{"channel":"a"}})")) == 100);
  CHECK(error_code(ask(R"({"id":4,"history":{"channel":"a"}})")) == 100);
  CHECK(client.close_code == 0);
  ask(R"({"id":5,"subscribe":{"channel":"a"}})");
  CHECK(client.close_code == 3004);
}
