// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::http {

/// One event of a text/event-stream.
struct ServerEvent {
  std::string name;  // "message" unless the stream says otherwise
  std::string data;  // its lines parted by LF
  std::string id;    // the last one that the stream gave, with this event or before it
};

/// Takes events out of the body of a text/event-stream as it comes (WHATWG HTML 9.2.6). Comments,
/// `retry` and fields of other names are passed over.
class EventStreamParser {
 public:
  /// A line, or the lines of an event together, may have so many bytes.
  explicit EventStreamParser(std::size_t max_event_bytes = std::size_t{16} << 20)
      : max_bytes_(max_event_bytes) {}

  /// Takes `bytes` up to the end of the next event: true when it is whole, and event() has it until
  /// the next call; false when all are taken. Fails with ErrorCode::too_big.
  [[nodiscard]] Expected<bool> next(std::string_view& bytes);
  [[nodiscard]] const ServerEvent& event() const { return event_; }

 private:
  [[nodiscard]] bool take_line(std::string_view& bytes);
  [[nodiscard]] bool end_line();
  void take_field(std::string_view name, std::string_view value);
  void begin_event();

  std::size_t max_bytes_;
  std::string line_;
  bool at_start_ = true;   // of the stream, where a byte order mark may stand
  bool after_cr_ = false;  // an LF that comes now ends the line that has ended
  bool told_ = false;      // event_ is whole, and was told
  bool has_data_ = false;
  ServerEvent event_{.name = "message", .data = {}, .id = {}};
};

}  // namespace wskit::http
