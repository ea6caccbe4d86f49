// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>
#include <vector>

#include "serve/topic_request.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;

namespace {

using Filters = std::vector<std::string>;

std::expected<TopicRequest, Refusal> parse(std::string target,
                                           const std::vector<wire::Header>& headers = {}) {
  wire::HttpRequest request{.method = "GET", .target = std::move(target)};
  for (const wire::Header& header : headers) {
    request.headers.add(header.name, header.value);
  }
  return parse_topic_request(request, {.max_topics = 3, .max_poll_wait = std::chrono::minutes(1)});
}

std::string refusal(const std::string& target) {
  const auto parsed = parse(target);
  return parsed ? "none" : parsed.error().why;
}

}  // namespace

TEST_CASE("the path names a topic, and the query further ones") {
  CHECK(parse("/t/a/b")->filters == Filters{"a/b"});
  CHECK(parse("/t?topic=a&topic=b%2Fc")->filters == Filters{"a", "b/c"});
  CHECK(parse("/t/x?topic=a")->filters == Filters{"a", "x"});
  CHECK(parse("/t/a/%23")->filters == Filters{"a/#"});
  CHECK(parse("/t?topic=+/a")->filters == Filters{"+/a"});
  CHECK(names_topics("/t"));
  CHECK(names_topics("/t?topic=a"));
  CHECK(names_topics("/t/a"));
  CHECK(!names_topics("/topic"));
  CHECK(!names_topics("/"));
}

TEST_CASE("what is published goes to the one topic that is named without wildcards") {
  CHECK(parse("/t/a")->topic() == "a");
  CHECK(parse("/t/a/+")->topic().empty());
  CHECK(parse("/t?topic=a&topic=b")->topic().empty());
}

TEST_CASE("a topic that is none is refused with what is wrong") {
  for (const std::string bad : {"/t", "/t/", "/t/a%23", "/t/a+b", "/t/%00", "/t/%ff", "/t/%4"}) {
    INFO(bad);
    CHECK(refusal(bad) != "none");
  }
  CHECK(refusal("/t?topic=a&topic=b&topic=c") == "none");
  CHECK(refusal("/t?topic=a&topic=b&topic=c&topic=d") == "a connection has at most 3 topics");
}

TEST_CASE("a subscription begins now, at the oldest message, or after a cursor") {
  const std::string cursor = broker::Cursor(7, {.partition = 0, .major = 5, .minor = 0}).text();
  CHECK(std::holds_alternative<broker::FromNow>(parse("/t/a")->start));
  CHECK(std::holds_alternative<broker::FromOldest>(parse("/t/a?after=0")->start));
  CHECK(std::get<broker::Cursor>(parse("/t/a?after=" + cursor)->start).text() == cursor);
  CHECK(refusal("/t/a?after=nonsense") != "none");
  CHECK(refusal("/t/a?after=") == "after is a cursor, or 0 for the oldest message");
}

TEST_CASE("the last event's id goes before what the url has asked for at first") {
  const std::string cursor = broker::Cursor(7, {.partition = 0, .major = 5, .minor = 0}).text();
  const auto start = [&](const std::string& id) {
    return parse("/t/a?after=0", {{"Last-Event-ID", id}})->start;
  };
  CHECK(std::get<broker::Cursor>(start(cursor)).text() == cursor);
  CHECK(std::holds_alternative<broker::FromOldest>(start("")));
}

TEST_CASE("flags are 0 or 1, the envelope is json, and no poll waits for too long") {
  CHECK(parse("/t/a")->echo);
  CHECK(!parse("/t/a?echo=0")->echo);
  CHECK(parse("/t/a?stream=1")->stream);
  CHECK(parse("/t/a?envelope=json")->envelope);
  CHECK(refusal("/t/a?echo=no") == "echo is 0 or 1");
  CHECK(refusal("/t/a?stream=") == "stream is 0 or 1");
  CHECK(refusal("/t/a?envelope=xml") == "the only envelope is json");
  CHECK(parse("/t/a")->wait == std::chrono::seconds(30));
  CHECK(parse("/t/a?wait=5s")->wait == std::chrono::seconds(5));
  CHECK(parse("/t/a?wait=5h")->wait == std::chrono::minutes(1));
  CHECK(refusal("/t/a?wait=soon") != "none");
}

TEST_CASE("events are for who accepts them by name") {
  const auto accepts = [](const std::string& value) {
    wire::HttpRequest request;
    request.headers.add("Accept", value);
    return accepts_events(request);
  };
  CHECK(accepts("text/event-stream"));
  CHECK(accepts("text/html, Text/Event-Stream;q=0.9"));
  CHECK(!accepts("*/*"));
  CHECK(!accepts("text/event-streams"));
}
