// SPDX-License-Identifier: MIT
// What a peer sends and what must come of it, however its bytes are cut.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

namespace wskit::test {

struct PeerFrame {
  unsigned first_byte = 0;
  std::string payload{};
};

struct ConformanceCase {
  std::string name;
  std::vector<PeerFrame> frames;
  /// What the owner is told between on_open and the end.
  Events events{};
  /// The code of our Close frame: when `violation`, because the peer broke a rule, else in answer
  /// to its own. 0: the connection stays open. 1005: an empty Close.
  unsigned close = 0;
  bool violation = true;
};

inline constexpr unsigned kStaysOpen = 0;

namespace conformance {

inline std::string error_event(unsigned code) {
  return code == 1007 ? "error bad_utf8" : code == 1009 ? "error too_big" : "error protocol_error";
}

/// Every ping has its pong, in order, and then comes our Close, or nothing.
inline void check_answers(const ConformanceCase& expected, const std::vector<RawFrame>& frames) {
  std::size_t at = 0;
  for (const std::string& event : expected.events) {
    if (event.starts_with("ping ")) {
      REQUIRE(at < frames.size());
      CHECK(frames[at].opcode == 10);
      CHECK(frames[at].payload == event.substr(5));
      ++at;
    }
  }
  CHECK(frames.size() == at + (expected.close == kStaysOpen ? 0 : 1));
  if (expected.close != kStaysOpen && frames.size() > at) {
    CHECK(frames[at].opcode == 8);
    CHECK((expected.close == 1005 ? frames[at].payload.empty()
                                  : frames[at].close_code() == expected.close));
  }
}

template <class UnderTest>
void write_in_pieces(UnderTest& test, SimLoop& loop, const std::string& bytes, std::size_t piece) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    test.peer().write(std::string_view(bytes).substr(at, piece));
    loop.advance(std::chrono::microseconds(1));
  }
}

template <class UnderTest>
void run_once(const ConformanceCase& expected, std::size_t first_piece, std::size_t piece,
              std::string_view headers = {}) {
  INFO(expected.name << " first cut at " << first_piece << " then every " << piece);
  SimLoop loop;
  UnderTest test(loop, UnderTest::compressing());
  test.open(headers);
  std::string bytes;
  for (const PeerFrame& one : expected.frames) {
    bytes += UnderTest::peer_frame(one.first_byte, one.payload);
  }
  write_in_pieces(test, loop, bytes.substr(0, first_piece), first_piece);
  write_in_pieces(test, loop, bytes.substr(std::min(first_piece, bytes.size())), piece);
  loop.advance(std::chrono::milliseconds(1));
  Events events{"open"};
  events.insert(events.end(), expected.events.begin(), expected.events.end());
  CHECK(test.owner.events == events);
  CHECK(test.owner.connection->is_open() == (expected.close == kStaysOpen));
  check_answers(expected, test.frames());
  if (expected.close != kStaysOpen && expected.violation) {
    // We end what we send; the end itself comes when the peer has seen that.
    CHECK(test.peer().eofs == 1);
    test.peer().stream->finish();
    loop.advance(std::chrono::milliseconds(1));
    events.push_back(error_event(expected.close));
    CHECK(test.owner.events == events);
  }
}

/// How many bytes the frames of a case have.
template <class UnderTest>
std::size_t size_of(const ConformanceCase& expected) {
  std::size_t size = 0;
  for (const PeerFrame& one : expected.frames) {
    size += UnderTest::peer_frame(one.first_byte, one.payload).size();
  }
  return size;
}

}  // namespace conformance

/// Whole, byte by byte, and (when it is short) in two pieces cut at every point.
template <class UnderTest>
void run(const ConformanceCase& expected, std::string_view headers = {}) {
  constexpr std::size_t kShort = 200;
  const std::size_t size = conformance::size_of<UnderTest>(expected);
  conformance::run_once<UnderTest>(expected, size, size, headers);
  if (size > kShort) {
    conformance::run_once<UnderTest>(expected, 997, 997, headers);
    return;
  }
  conformance::run_once<UnderTest>(expected, 1, 1, headers);
  for (std::size_t cut = 1; cut < size; ++cut) {
    conformance::run_once<UnderTest>(expected, cut, size, headers);
  }
}

}  // namespace wskit::test
