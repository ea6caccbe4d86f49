// SPDX-License-Identifier: MIT
#include "broker/cursor.h"

#include "core/base64.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::broker;

namespace {

constexpr std::uint64_t kBig = 0xFFFF'FFFF'FFFF'FFFF;

}  // namespace

TEST_CASE("a cursor's text gives the same cursor again") {
  for (const Position& position :
       {Position{}, Position{0, 1, 0}, Position{0, 127, 128}, Position{0xFFFF'FFFF, kBig, kBig}}) {
    const Cursor cursor(kBig - 1, position);
    CHECK(cursor.text() == cursor_text(kBig - 1, position));
    CHECK(Cursor::parse(cursor.text()).value() == cursor);
  }
  Cursor several(7);
  several.advance(Position{3, 1, 2});
  several.advance(Position{1, 5, 6});
  CHECK(Cursor::parse(several.text()).value() == several);
  CHECK(Cursor::parse(Cursor(5).text()).value() == Cursor(5));
}

TEST_CASE("the cursors of the memory engine are short") {
  CHECK(cursor_text(kBig, {0, 1'000'000, 0}).size() == 19);
}

TEST_CASE("what no cursor is written as is refused") {
  const std::string good = cursor_text(1, {0, 5, 0});
  const auto bytes = base64url_decode(good).value();
  const auto refused = [](const std::string& text) { return !Cursor::parse(text); };
  CHECK_FALSE(refused(good));
  CHECK(refused(""));
  CHECK(refused("0"));
  CHECK(refused(good + "A"));
  CHECK(refused(good + "="));
  CHECK(refused(good.substr(0, good.size() - 1)));
  CHECK(refused(base64url_encode("\x02" + bytes.substr(1))));
  CHECK(refused(base64url_encode(bytes.substr(0, bytes.size() - 1))));
  CHECK(refused(base64url_encode(bytes + bytes.substr(9))));                     // twice the same
  CHECK(refused(base64url_encode(bytes.substr(0, 10) + "\x85" + '\0' + '\0')));  // 5 in two bytes
  CHECK(refused(std::string(100'000, 'A')));
  CHECK(Cursor::parse("<b>").error().message == "cursor '<b>': not one of this server");
  CHECK(Cursor::parse("<b>").error().code == ErrorCode::usage);
}

TEST_CASE("a cursor covers what came before in the same partition") {
  Cursor cursor(1, {2, 10, 5});
  CHECK(cursor.covers(Position{2, 10, 5}));
  CHECK(cursor.covers(Position{2, 9, 99}));
  CHECK_FALSE(cursor.covers(Position{2, 10, 6}));
  CHECK_FALSE(cursor.covers(Position{1, 1, 1}));
  cursor.advance(Position{2, 3, 0});
  CHECK_FALSE(cursor.covers(Position{2, 11, 0}));
  cursor.advance(Position{2, 11, 0});
  CHECK(cursor.covers(Position{2, 11, 0}));
}

TEST_CASE("a cursor covers another one of its epoch that has seen no more") {
  Cursor cursor(1, {2, 10, 5});
  const Cursor other(1, {0, 1, 1});
  CHECK(cursor.covers(Cursor(1)));
  CHECK_FALSE(cursor.covers(Cursor(2)));
  CHECK_FALSE(cursor.covers(other));
  cursor.advance(other);
  CHECK(cursor.covers(other));
  CHECK(cursor.covers(Cursor(1, {2, 10, 5})));
}
