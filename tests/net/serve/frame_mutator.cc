// SPDX-License-Identifier: MIT
#include "tests/net/serve/frame_mutator.h"

#include <algorithm>
#include <array>

#include "tests/net/serve/deflated_zeros.h"
#include "tests/support/raw_client.h"

namespace wskit::test {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressedBit = 0x40;
constexpr unsigned kPingByte = 0x89;
constexpr unsigned kPongByte = 0x8A;
constexpr unsigned kCloseByte = 0x88;
constexpr const char* kDeflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

const std::vector<std::string> kPlainTexts = {
    "hello", "", "\xe2\x82\xac", R"({"a":1})", std::string(125, 'x'), std::string(126, 'y')};

Dialect azure(const char* headers) {
  return {
      .path = "/client/hubs/chat",
      .headers = headers,
      .texts = {R"({"type":"joinGroup","group":"room","ackId":1})",
                R"({"type":"leaveGroup","group":"room","ackId":2})",
                R"({"type":"sendToGroup","group":"room","ackId":3,"data":{"a":[1,2.5e3,null]}})",
                R"({"type":"sendToGroup","group":"room","dataType":"text","data":"\u20ac"})",
                R"({"type":"sendToGroup","group":"room","dataType":"binary","data":"AAEC"})",
                R"({"type":"event","event":"e","ackId":4,"dataType":"json","data":{}})",
                R"({"type":"sequenceAck","sequenceId":1})", R"({"type":"ping"})"}};
}

Dialect centrifugo() {
  return {
      .path = "/connection/websocket",
      .headers = kDeflate,
      .texts = {R"({"id":1,"connect":{}})",
                R"({"id":2,"subscribe":{"channel":"room","recover":true,"offset":1,"epoch":"e"}})",
                R"({"id":3,"publish":{"channel":"room","data":{"a":1}}})",
                R"({"id":4,"history":{"channel":"room","limit":3,"reverse":true}})",
                R"({"id":5,"presence":{"channel":"room"}})",
                R"({"id":6,"unsubscribe":{"channel":"room"}})"
                "\n"
                R"({"id":7,"presence_stats":{"channel":"room"}})",
                R"({"id":8,"rpc":{"method":"m","data":[]}})", R"({"send":{"data":1}})", "{}"}};
}

}  // namespace

std::vector<Dialect> echo_dialects() {
  return {{.path = "/", .headers = "", .texts = kPlainTexts},
          {.path = "/chat?a=b", .headers = kDeflate, .texts = kPlainTexts}};
}

std::vector<Dialect> pubsub_dialects() {
  return {{.path = "/t/room", .headers = "", .texts = kPlainTexts},
          {.path = "/t/room?envelope=json", .headers = kDeflate, .texts = kPlainTexts},
          {.path = "/t?topic=room&topic=%23", .headers = "", .texts = kPlainTexts},
          azure("Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n"),
          azure("Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1\r\n"),
          centrifugo()};
}

std::size_t FrameMutator::below(std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
}

std::string FrameMutator::garbage(std::size_t size) {
  std::string bytes(size, '\0');
  std::ranges::generate(bytes, [this] { return static_cast<char>(random_()); });
  return bytes;
}

void FrameMutator::flip_bits(std::string& bytes, std::size_t within) {
  const std::size_t end = std::min(bytes.size(), within);
  for (std::size_t i = 1 + below(4); i > 0 && end > 0; --i) {
    bytes[below(end)] ^= static_cast<char>(1U << below(8));
  }
}

void FrameMutator::spoil(std::string& bytes) {
  constexpr std::string_view kSigns = "{}[]\",:\\0e-\n";
  const std::size_t at = below(bytes.size() + 1);
  switch (below(6)) {
    case 0:
      return flip_bits(bytes, bytes.size());
    case 1:
      return bytes.resize(at);
    case 2:
      bytes.insert(at, garbage(1 + below(20)));
      return;
    case 3:
      bytes.erase(at, 1 + below(8));
      return;
    case 4:
      bytes.insert(at, bytes.substr(at, 1 + below(30)));
      return;
    default:
      bytes.insert(at, below(20) == 0 ? 2'000 : 1, kSigns[below(kSigns.size())]);
      return;
  }
}

std::string FrameMutator::payload(const Dialect& dialect) {
  std::string text = dialect.texts[below(dialect.texts.size())];
  if (below(100) == 0) {
    text = garbage(below(70'000));
  }
  if (below(4) == 0) {
    spoil(text);
  }
  return text;
}

std::string FrameMutator::right_frame(const Dialect& dialect) {
  static const std::string kZeros = deflated_zeros(5'000);
  const auto opcode = static_cast<unsigned>(1 + below(2));
  switch (below(12)) {
    case 0:
      return masked_frame(kPingByte, garbage(below(126)));
    case 1:
      return masked_frame(kPongByte, garbage(below(126)));
    case 2: {
      const std::size_t code = below(4) == 0 ? below(65'536) : 1000 + below(16);
      const std::string status{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
      return masked_frame(kCloseByte, below(8) == 0 ? std::string() : status + "bye");
    }
    case 3:
      return masked_frame(kFinal | kCompressedBit | opcode,
                          below(2) == 0 ? kZeros : garbage(1 + below(50)));
    case 4: {
      const std::string text = payload(dialect);
      const std::size_t cut = below(text.size() + 1);
      return masked_frame(opcode, std::string_view(text).substr(0, cut)) +
             (below(2) == 0 ? masked_frame(kPingByte, "between") : std::string()) +
             masked_frame(kFinal, std::string_view(text).substr(cut));
    }
    default:
      return masked_frame(kFinal | opcode, payload(dialect));
  }
}

// Lengths at the borders of what there is, of what may be sent, and of what may be counted.
void FrameMutator::claim_size(std::string& frame) {
  constexpr std::array<std::uint64_t, 10> kSizes = {
      0,    125, 126, 65'535, 65'536, 1U << 20U, (1U << 20U) + 1, 1ULL << 62U, (1ULL << 63U) + 5,
      ~0ULL};
  const std::uint64_t size = kSizes.at(below(kSizes.size()));
  const bool long_form = below(2) == 0;
  std::string header(1, frame[0]);
  header.push_back(static_cast<char>(long_form ? 0xFF : 0xFE));
  for (int shift = long_form ? 56 : 8; shift >= 0; shift -= 8) {
    header.push_back(static_cast<char>(size >> shift));
  }
  frame.replace(0, 2, header);
}

std::string FrameMutator::frame(const Dialect& dialect) {
  std::string bytes = right_frame(dialect);
  constexpr std::size_t kHeader = 14;
  switch (below(12)) {
    case 0:
      flip_bits(bytes, kHeader);
      break;
    case 1:
      spoil(bytes);
      break;
    case 2:
      claim_size(bytes);
      break;
    case 3:
      bytes[0] = static_cast<char>(random_());
      break;
    default:
      break;
  }
  return bytes;
}

std::string FrameMutator::request(const Dialect& dialect, bool right) {
  std::string head = upgrade_request(dialect.headers, dialect.path);
  if (!right) {
    spoil(head);
  }
  return head;
}

}  // namespace wskit::test
