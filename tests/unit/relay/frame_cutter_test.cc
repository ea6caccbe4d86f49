// SPDX-License-Identifier: MIT
#include "relay/frame_cutter.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "tests/support/catch.h"

using namespace wskit;
using relay::CutUnit;
using relay::FrameCutter;

namespace {

/// Cut from a stream that comes so many bytes at a time.
std::vector<CutUnit> cut(std::string_view stream, std::size_t step, std::size_t max_bytes) {
  FrameCutter cutter(max_bytes);
  std::vector<CutUnit> units;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    auto piece = as_bytes(stream.substr(at, step));
    while (auto unit = cutter.next(piece)) {
      units.push_back(std::move(*unit));
    }
    REQUIRE(piece.empty());
  }
  if (std::string rest = cutter.take_rest(); !rest.empty()) {
    units.push_back({.kind = CutUnit::Kind::part, .bytes = std::move(rest)});
  }
  return units;
}

std::string joined(const std::vector<CutUnit>& units) {
  std::string bytes;
  for (const CutUnit& unit : units) {
    bytes += unit.bytes;
  }
  return bytes;
}

/// A text, a fragmented binary message with a Ping in it, a masked text, a longer message, an odd
/// frame and the beginning of another.
std::string some_stream() {
  return std::string("\x81\x02hi", 4) +
         std::string(
             "\x02\x01"
             "a",
             3) +
         std::string("\x89\x01p", 3) +
         std::string(
             "\x80\x01"
             "b",
             3) +
         std::string("\x81\x81\x01\x02\x03\x04\x05", 7) + std::string("\x82\x7e\x00\xc8", 4) +
         std::string(200, 'x') + std::string("\xff\x00", 2) + std::string("\x81\x05he", 4);
}

}  // namespace

TEST_CASE("messages and control frames are cut apart, however the stream comes") {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    const auto units = cut(some_stream(), step, 1000);
    REQUIRE(units.size() == 7);
    CHECK(units[0].bytes == "\x81\x02hi");
    CHECK(units[0].opcode == wire::Opcode::text);
    CHECK(units[1].kind == CutUnit::Kind::control);
    CHECK(units[1].opcode == wire::Opcode::ping);
    CHECK(units[2].bytes == std::string("\x02\x01"
                                        "a\x80\x01"
                                        "b",
                                        6));
    CHECK(units[2].opcode == wire::Opcode::binary);
    CHECK(units[3].bytes == std::string("\x81\x81\x01\x02\x03\x04\x05", 7));
    CHECK(units[4].bytes.size() == 204);
    CHECK(units[5].kind == CutUnit::Kind::control);
    CHECK(units[6].bytes == "\x81\x05he");
  }
}

TEST_CASE("what is too long comes in parts, and no byte is lost or moved") {
  for (const std::size_t step : {1U, 5U, 64U, 1000U}) {
    const auto units = cut(some_stream(), step, 0);
    CHECK(joined(units) == some_stream());
    const auto ends = std::ranges::count(units, true, &CutUnit::ends_message);
    CHECK(ends == 4);
  }
}

TEST_CASE("a message that becomes too long with a later fragment goes on in parts") {
  const std::string stream = std::string(
                                 "\x01\x04"
                                 "aaaa\x00\x08"
                                 "bbbbbbbb\x80\x01"
                                 "c",
                                 19) +
                             "\x81\x01z";
  const auto units = cut(stream, 1000, 12);
  CHECK(joined(units) == stream);
  CHECK(units.back().kind == CutUnit::Kind::message);
  CHECK(std::ranges::count(units, true, &CutUnit::ends_message) == 1);
}

TEST_CASE("a length that cannot be is passed on for ever") {
  const std::string stream = std::string("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "rest";
  FrameCutter cutter(1000);
  auto bytes = as_bytes(stream);
  const auto unit = cutter.next(bytes);
  REQUIRE(unit.has_value());
  CHECK(unit->kind == CutUnit::Kind::part);
  CHECK(unit->bytes == stream);
  CHECK(cutter.is_within_part());
}
