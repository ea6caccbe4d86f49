// SPDX-License-Identifier: MIT
#include "tests/net/soak/wire_reader.h"

#include <charconv>

namespace wskit::test {
namespace {

constexpr unsigned kOpcodeBits = 0x0F;
constexpr unsigned kLengthBits = 0x7F;
constexpr unsigned kTextOpcode = 1;
constexpr unsigned kBinaryOpcode = 2;
constexpr unsigned kCloseOpcode = 8;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  return value;
}

/// The text between a key and the quote that ends it; the soak's texts have no escapes.
std::string_view quoted(std::string_view object, std::string_view key) {
  const std::size_t at = object.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = object.substr(at + key.size());
  return rest.substr(0, rest.find('"'));
}

std::uint64_t number_at(std::string_view object, std::string_view key) {
  const std::size_t at = object.find(key);
  std::uint64_t value = 0;
  if (at != std::string_view::npos) {
    const std::string_view digits = object.substr(at + key.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
  }
  return value;
}

}  // namespace

void WireReader::feed(std::string_view bytes) {
  in_ += bytes;
  if (status_ == 0 && !take_head()) {
    return;
  }
  if (way_ == Way::raw || way_ == Way::envelope) {
    take_frames();
  } else if (way_ != Way::poll) {
    take_chunks();
    take_text();
  }
}

void WireReader::finish() {
  if (way_ == Way::poll && status_ != 0) {
    take_answer();
  }
}

bool WireReader::take_head() {
  const std::size_t end = in_.find("\r\n\r\n");
  if (end == std::string::npos) {
    return false;
  }
  constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "
  std::from_chars(in_.data() + kStatusAt, in_.data() + end, status_);
  in_.erase(0, end + 4);
  const bool websocket = way_ == Way::raw || way_ == Way::envelope;
  if (status_ != (websocket ? 101 : 200)) {
    end_ = End::refused;
  }
  return true;
}

void WireReader::take_frames() {
  std::string_view rest = in_;
  while (end_ == End::none && take_frame(rest)) {
  }
  in_.erase(0, in_.size() - rest.size());
}

bool WireReader::take_frame(std::string_view& rest) {
  if (rest.size() < 2) {
    return false;
  }
  std::size_t header = 2;
  std::uint64_t size = static_cast<unsigned char>(rest[1]) & kLengthBits;
  if (size >= 126) {
    const std::size_t length_bytes = size == 126 ? 2 : 8;
    header += length_bytes;
    if (rest.size() < header) {
      return false;
    }
    size = big_endian(rest.substr(2, length_bytes));
  }
  if (rest.size() < header + size) {
    return false;
  }
  const unsigned opcode = static_cast<unsigned char>(rest[0]) & kOpcodeBits;
  on_frame(opcode, rest.substr(header, size));
  rest.remove_prefix(header + size);
  return true;
}

void WireReader::on_frame(unsigned opcode, std::string_view payload) {
  if (opcode == kCloseOpcode) {
    close_code_ = static_cast<unsigned>(big_endian(payload.substr(0, 2)));
    end_ = End::closed;
  } else if (opcode != kTextOpcode && opcode != kBinaryOpcode) {
    return;  // pings: the soak is never quiet for so long
  } else if (way_ == Way::raw) {
    handler_.on_message(payload, {});
  } else {
    take_object(payload);
  }
}

void WireReader::take_chunks() {
  std::string_view rest = in_;
  while (end_ == End::none) {
    const std::size_t line = rest.find("\r\n");
    std::size_t size = 0;
    if (line == std::string_view::npos) {
      break;
    }
    std::from_chars(rest.data(), rest.data() + line, size, 16);
    if (rest.size() < line + 2 + size + 2) {
      break;
    }
    text_ += rest.substr(line + 2, size);
    rest.remove_prefix(line + 2 + size + 2);
    end_ = size == 0 ? End::complete : End::none;
  }
  in_.erase(0, in_.size() - rest.size());
}

void WireReader::take_text() {
  const std::string_view separator = way_ == Way::events ? "\n\n" : "\n";
  std::string_view rest = text_;
  for (std::size_t end = 0; (end = rest.find(separator)) != std::string_view::npos;) {
    const std::string_view part = rest.substr(0, end);
    way_ == Way::events ? take_event(part) : take_object(part);
    rest.remove_prefix(end + separator.size());
  }
  text_.erase(0, text_.size() - rest.size());
}

void WireReader::take_event(std::string_view event) {
  const std::string framed = "\n" + std::string(event) + "\n";
  const auto field = [&framed](std::string_view key) {
    const std::size_t at = framed.find(key);
    return at == std::string::npos
               ? std::string_view()
               : std::string_view(framed).substr(at + key.size(),
                                                 framed.find('\n', at + 1) - at - key.size());
  };
  const std::string_view data = field("\ndata: ");
  if (field("\nevent: ") == "gap") {
    take_object(data.find("\"gap\"") == std::string_view::npos
                    ? "{\"gap\":" + std::string(data) + "}"
                    : std::string(data));
  } else if (!data.empty()) {
    handler_.on_message(data, field("\nid: "));
  } else if (!field("\nid: ").empty()) {
    handler_.on_cursor(field("\nid: "));
  }
}

void WireReader::take_object(std::string_view object) {
  if (object.empty()) {
    return;  // a heartbeat
  }
  if (object.find("\"gap\":") != std::string_view::npos) {
    handler_.on_gap(object.find("\"slow\"") != std::string_view::npos,
                    number_at(object, "\"messages\":"));
    if (const std::string_view cursor = quoted(object, R"("id":")"); !cursor.empty()) {
      handler_.on_cursor(cursor);
    }
    return;
  }
  const std::string_view payload = quoted(object, R"("data":")");
  const std::string_view cursor = quoted(object, R"("id":")");
  if (payload.empty() || cursor.empty()) {
    fault_ = object;
  } else {
    handler_.on_message(payload, cursor);
  }
}

void WireReader::take_answer() {
  if (status_ != 200) {
    return;
  }
  const std::string_view answer = in_;
  std::size_t at = answer.find(R"("messages":[)");
  if (at == std::string_view::npos || !answer.ends_with("]}\n")) {
    return;  // cut: as if it had not been asked for
  }
  const std::string_view cursor = quoted(answer.substr(0, at), R"("cursor":")");
  for (; (at = answer.find(R"({"id":")", at)) != std::string_view::npos; ++at) {
    take_object(answer.substr(at, answer.find('}', at) - at));
  }
  handler_.on_cursor(cursor);
  end_ = End::complete;
}

}  // namespace wskit::test
