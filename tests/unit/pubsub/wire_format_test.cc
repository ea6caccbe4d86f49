// SPDX-License-Identifier: MIT
#include "pubsub/wire_format.h"

#include <string>

#include "core/json.h"
#include "pubsub/delivery.h"
#include "pubsub/recent_deliveries.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::pubsub;

namespace {

broker::Message message(std::string payload, bool text = true) {
  broker::Message made;
  made.topic = "a/\"b\"";
  made.payload = std::move(payload);
  made.text = text;
  made.id = "ID";
  return made;
}

std::string encoded(Format format, std::string payload, bool text = true) {
  std::string out = "before ";
  append(out, format, message(std::move(payload), text));
  REQUIRE(out.starts_with("before "));
  return out.substr(7);
}

std::string encoded(Format format, const GapNotice& notice) {
  std::string out;
  append(out, format, notice);
  return out;
}

}  // namespace

TEST_CASE("a raw frame is the payload, unmasked, as text or binary") {
  CHECK(encoded(Format::frame, "hi") == "\x81\x02hi");
  CHECK(encoded(Format::frame, "hi", false) == "\x82\x02hi");
  CHECK(encoded(Format::frame, "") == std::string("\x81\0", 2));
  const std::string big(300, 'x');
  CHECK(encoded(Format::frame, big) == "\x81\x7E\x01\x2C" + big);
}

TEST_CASE("an item is JSON with cursor, topic and the payload, which is base64 if it is binary") {
  CHECK(encoded(Format::item, "hi") == R"({"id":"ID","topic":"a/\"b\"","data":"hi"})");
  CHECK(encoded(Format::item, std::string("\xFF\0", 2), false) ==
        R"({"id":"ID","topic":"a/\"b\"","b64":"/wA="})");
  CHECK(encoded(Format::line, "hi") == encoded(Format::item, "hi") + "\n");
  const std::string item = encoded(Format::item, "hi");
  CHECK(encoded(Format::envelope_frame, "hi") ==
        std::string{'\x81', static_cast<char>(item.size())} + item);
}

TEST_CASE("every character of a text survives the JSON formats") {
  std::string text;
  for (int i = 0; i < 0x80; ++i) {
    text += static_cast<char>(i);
  }
  text += "\xC3\xBC\xE2\x80\xA8\xF0\x9F\x98\x80";
  const auto json = parse_json(encoded(Format::item, text));
  REQUIRE(json);
  CHECK(json->at("data") == text);
  CHECK(encoded(Format::line, text).find('\n') == encoded(Format::line, text).size() - 1);
}

TEST_CASE("an event has the cursor as its id, and a data line for each line") {
  CHECK(encoded(Format::event, "hi") == "id: ID\ndata: hi\n\n");
  CHECK(encoded(Format::event, "") == "id: ID\ndata: \n\n");
  CHECK(encoded(Format::event, "a\n\n b\n") == "id: ID\ndata: a\ndata: \ndata:  b\ndata: \n\n");
  CHECK(encoded(Format::envelope_event, "a\nb") ==
        "id: ID\ndata: {\"id\":\"ID\",\"topic\":\"a/\\\"b\\\"\",\"data\":\"a\\nb\"}\n\n");
}

TEST_CASE("events that SSE cannot carry as they are go as base64") {
  CHECK(encoded(Format::event, "a\r\nb") == "id: ID\nevent: base64\ndata: YQ0KYg==\n\n");
  CHECK(encoded(Format::event, "a\nb", false) == "id: ID\nevent: binary\ndata: YQpi\n\n");
}

TEST_CASE("a gap is announced in the receiver's format") {
  const GapNotice slow{.reason = GapNotice::Reason::slow, .messages = 12};
  CHECK(encoded(Format::item, slow) == R"({"gap":{"reason":"slow","messages":12}})");
  const GapNotice lost{.id = "NOW", .oldest = "OLD"};
  CHECK(encoded(Format::event, lost) ==
        "id: NOW\nevent: gap\n"
        "data: {\"reason\":\"history\",\"id\":\"NOW\",\"oldest\":\"OLD\"}\n\n");
  CHECK(encoded(Format::envelope_event, lost) == encoded(Format::event, lost));
  CHECK(encoded(Format::line, slow) == encoded(Format::item, slow) + "\n");
  CHECK(encoded(Format::envelope_frame, slow) == "\x81\x27" + encoded(Format::item, slow));
  CHECK_FALSE(can_announce(Format::frame));
}

TEST_CASE("a delivery encodes once for all who share a format") {
  std::string scratch;
  Delivery delivery(std::make_shared<broker::Message>(message("hi")), scratch);
  const Piece first = delivery.piece(Format::frame);
  const Piece second = delivery.piece(Format::frame);
  CHECK(first.bytes() == "\x81\x02hi");
  CHECK(first.bytes().data() == second.bytes().data());
  CHECK(delivery.piece(Format::event).bytes() == "id: ID\ndata: hi\n\n");
  CHECK(first.topic() == "a/\"b\"");
}

TEST_CASE("receivers who come back at once share what was encoded, up to a bound") {
  std::string scratch;
  RecentDeliveries recent(scratch);
  const auto shared = std::make_shared<broker::Message>(message("hi"));
  const char* const first = recent.of(shared).piece(Format::frame).bytes().data();
  CHECK(recent.of(shared).piece(Format::frame).bytes().data() == first);

  const Piece kept = recent.of(shared).piece(Format::frame);
  const std::weak_ptr<broker::Message> big =
      [&, payload = std::string(RecentDeliveries::kMaxBytes, 'x')] {
        const auto made = std::make_shared<broker::Message>(message(payload));
        CHECK(recent.of(made).piece(Format::frame).bytes().size() > payload.size());
        return std::weak_ptr(made);
      }();
  CHECK_FALSE(big.expired());
  recent.trim();
  CHECK(big.expired());
  CHECK(recent.of(shared).piece(Format::frame).bytes().data() != kept.bytes().data());
}
