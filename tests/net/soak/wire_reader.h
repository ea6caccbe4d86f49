// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace wskit::test {

/// How a subscriber of the soak is connected.
enum class Way : std::uint8_t { raw, envelope, events, lines, poll, azure, reliable, centrifugo };
inline constexpr std::size_t kUrlWays = 5;  // the first ones: a cursor goes with them all
inline constexpr std::size_t kWays = 8;

[[nodiscard]] inline std::string_view name(Way way) {
  constexpr std::string_view kNames[] = {"raw",  "envelope", "events",   "lines",
                                         "poll", "azure",    "reliable", "centrifugo"};
  return kNames[static_cast<std::size_t>(way)];
}

/// What comes to one subscriber, whatever the way.
struct WireHandler {
  std::function<void(std::string_view payload, std::string_view cursor)> on_message;
  /// The server says that messages are missing; of `slow` it says how many.
  std::function<void(bool slow, std::uint64_t messages)> on_gap;
  /// How far the subscriber has come, without a message.
  std::function<void(std::string_view cursor)> on_cursor;
};

/// Parses what a server sends on one connection: the head of the answer, then frames, events, lines
/// or an answer to a poll. Knows nothing of the code under test.
class WireReader {
 public:
  enum class End : std::uint8_t { none, refused, closed, complete };

  WireReader(Way way, const WireHandler& handler) : way_(way), handler_(handler) {}

  void feed(std::string_view bytes);
  /// The stream has ended.
  void finish();

  [[nodiscard]] bool open() const { return status_ != 0; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] End end() const { return end_; }
  [[nodiscard]] unsigned close_code() const { return close_code_; }
  /// What came and is not complete.
  [[nodiscard]] const std::string& unread() const { return in_; }
  /// What broke the format.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  [[nodiscard]] bool take_head();
  void take_frames();
  [[nodiscard]] bool take_frame(std::string_view& rest);
  void on_frame(unsigned opcode, std::string_view payload);
  void take_chunks();
  void take_text();
  void take_event(std::string_view event);
  void take_object(std::string_view object);
  void take_answer();

  Way way_;
  const WireHandler& handler_;
  std::string in_;
  std::string text_;  // out of chunks
  int status_ = 0;
  unsigned close_code_ = 0;
  End end_ = End::none;
  std::string fault_;
};

}  // namespace wskit::test
