// SPDX-License-Identifier: MIT
#include "http/event_stream.h"

#include <algorithm>

#include <fmt/format.h>

namespace wskit::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

Expected<bool> EventStreamParser::next(std::string_view& bytes) {
  if (told_) {
    begin_event();
  }
  while (take_line(bytes)) {
    if (end_line()) {
      told_ = true;
      return true;
    }
    if (event_.data.size() > max_bytes_) {
      break;
    }
  }
  if (std::max(line_.size(), event_.data.size()) > max_bytes_) {
    return fail(ErrorCode::too_big,
                fmt::format("an event of the stream is longer than {} bytes", max_bytes_));
  }
  return false;
}

// True when line_ is one whole line, without its end.
bool EventStreamParser::take_line(std::string_view& bytes) {
  if (after_cr_ && bytes.starts_with('\n')) {
    bytes.remove_prefix(1);
  }
  if (bytes.empty()) {
    return false;
  }
  after_cr_ = false;
  const std::size_t end = bytes.find_first_of("\r\n");
  line_ += bytes.substr(0, end);
  if (end == std::string_view::npos) {
    bytes = {};
    return false;
  }
  after_cr_ = bytes[end] == '\r';
  bytes.remove_prefix(end + 1);
  return true;
}

// Whether it was the empty one after an event.
bool EventStreamParser::end_line() {
  std::string_view line = line_;
  if (at_start_ && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  at_start_ = false;
  if (line.empty()) {
    line_.clear();
    if (!has_data_) {
      begin_event();
      return false;
    }
    event_.data.pop_back();  // the LF after the last line
    return true;
  }
  const std::size_t colon = line.find(':');
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) {
    value.remove_prefix(1);
  }
  take_field(line.substr(0, colon), value);
  line_.clear();
  return false;
}

void EventStreamParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    event_.data += value;
    event_.data += '\n';
    has_data_ = true;
  } else if (name == "event") {
    event_.name = value.empty() ? "message" : value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
}

void EventStreamParser::begin_event() {
  told_ = false;
  has_data_ = false;
  event_.name = "message";
  event_.data.clear();
}

}  // namespace wskit::http
