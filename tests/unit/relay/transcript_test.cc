// SPDX-License-Identifier: MIT
#include "relay/transcript.h"

#include <string>
#include <vector>

#include "core/bytes.h"
#include "tests/support/catch.h"
#include "wire/frame.h"

using namespace wskit;
using relay::Transcript;
using relay::TranscriptOptions;
using script::Direction;
using wire::FrameHeader;
using wire::Opcode;

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: chat.v2\r\n\r\n";
constexpr std::string_view kDeflateAnswer =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n\r\n";

std::string frame(const FrameHeader& header, std::string_view payload) {
  std::string bytes(wire::max_frame_size(payload.size()), '\0');
  bytes.resize(
      wire::encode_frame(std::as_writable_bytes(std::span(bytes)), header, as_bytes(payload)));
  return bytes;
}

std::string from_client(Opcode opcode, std::string_view payload, FrameHeader header = {}) {
  header.opcode = opcode;
  header.masked = true;
  header.mask_key =
      wire::MaskKey{std::byte{0x12}, std::byte{0x34}, std::byte{0x56}, std::byte{0x78}};
  return frame(header, payload);
}

std::string from_server(Opcode opcode, std::string_view payload, FrameHeader header = {}) {
  header.opcode = opcode;
  return frame(header, payload);
}

/// A transcript, and what it has written since it was last asked.
class Taken {
 public:
  explicit Taken(const TranscriptOptions& options = {})
      : options_(options), transcript_(options_, 7, Instant()) {}

  void send(std::string bytes) { read(Direction::send, std::move(bytes)); }
  void recv(std::string bytes) { read(Direction::recv, std::move(bytes)); }
  /// One byte at a time.
  void recv_slowly(std::string_view bytes) {
    for (const char c : bytes) {
      recv(std::string(1, c));
    }
  }
  void open() {
    recv(std::string(kAnswer));
    (void)lines();
  }
  void end() { transcript_.put_end(nullptr, kNow, out_); }
  Transcript& operator*() { return transcript_; }
  std::string& out() { return out_; }

  /// Without what all of them begin with.
  std::vector<std::string> lines() {
    const std::string_view beginning = R"({"t":1.500000,"conn":7,)";
    std::vector<std::string> lines;
    std::string_view rest = out_;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      REQUIRE(end != std::string_view::npos);
      const std::string_view line = rest.substr(0, end);
      REQUIRE(line.starts_with(beginning));
      CHECK(parse_json(line).has_value());
      lines.emplace_back(line.substr(beginning.size()));
      rest.remove_prefix(end + 1);
    }
    out_.clear();
    return lines;
  }

  static constexpr Instant kNow{std::chrono::milliseconds(1500)};

 private:
  void read(Direction direction, std::string bytes) {
    transcript_.read(direction, std::as_writable_bytes(std::span(bytes)), kNow, out_);
  }

  TranscriptOptions options_;
  Transcript transcript_;
  std::string out_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("messages of both directions become lines, however the bytes are cut") {
  const std::string answer_and_frames =
      std::string(kAnswer) + from_server(Opcode::text, "caf\xc3\xa9") +
      from_server(Opcode::binary, std::string("\0\xff", 2)) + from_server(Opcode::ping, "p") +
      from_server(Opcode::close,
                  "\x03\xe8"
                  "bye");
  const Lines expected{R"("ev":"open","status":101,"subprotocol":"chat.v2"})",
                       "\"dir\":\"recv\",\"type\":\"text\",\"data\":\"caf\xc3\xa9\"}",
                       R"("dir":"recv","type":"binary","b64":"AP8="})",
                       R"("dir":"recv","type":"ping","b64":"cA=="})",
                       R"("dir":"recv","type":"close","code":1000,"reason":"bye"})"};
  Taken whole;
  whole.recv(answer_and_frames);
  CHECK(whole.lines() == expected);
  Taken slow;
  slow.recv_slowly(answer_and_frames);
  CHECK(slow.lines() == expected);
  whole.send(from_client(Opcode::text, "hello") + from_client(Opcode::pong, ""));
  CHECK(whole.lines() == Lines{R"("dir":"send","type":"text","data":"hello"})",
                               R"("dir":"send","type":"pong","b64":""})"});
}

TEST_CASE("compressed messages are inflated by what the answer says") {
  Taken taken;
  taken.recv(std::string(kDeflateAnswer));
  CHECK(
      taken.lines() ==
      Lines{
          R"("ev":"open","status":101,"extensions":"permessage-deflate; client_no_context_takeover"})"});
  // RFC 7692 7.2.3.2: the second "Hello" refers to the first.
  const FrameHeader compressed{.rsv1 = true};
  taken.recv(
      from_server(Opcode::text, "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0'), compressed) +
      from_server(Opcode::text, std::string("\xf2\x00\x11\x00\x00", 5), compressed));
  taken.send(
      from_client(Opcode::binary, "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0'), compressed));
  CHECK(taken.lines() == Lines{R"("dir":"recv","type":"text","data":"Hello"})",
                               R"("dir":"recv","type":"text","data":"Hello"})",
                               R"("dir":"send","type":"binary","b64":"SGVsbG8="})"});
}

TEST_CASE("fragments are one message, and lines of their own on request") {
  const std::string fragments = from_client(Opcode::text, "one ", {.fin = false}) +
                                from_client(Opcode::ping, "!") +
                                from_client(Opcode::continuation, "two");
  Taken plain;
  plain.open();
  plain.send(fragments);
  CHECK(plain.lines() == Lines{R"("dir":"send","type":"ping","b64":"IQ=="})",
                               R"("dir":"send","type":"text","data":"one two"})"});
  Taken framed({.frames = true});
  framed.open();
  framed.send(fragments);
  CHECK(
      framed.lines() ==
      Lines{
          R"("ev":"frame","dir":"send","type":"text","fin":false,"compressed":false,"bytes":4})",
          R"("dir":"send","type":"ping","b64":"IQ=="})",
          R"("ev":"frame","dir":"send","type":"continuation","fin":true,"compressed":false,"bytes":3})",
          R"("dir":"send","type":"text","data":"one two"})"});
}

TEST_CASE("what is not legal is told of once, and the other direction is read on") {
  Taken taken;
  taken.open();
  taken.send(from_client(Opcode::text, "good") + from_server(Opcode::text, "unmasked") + "more");
  const Lines lines = taken.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == R"("dir":"send","type":"text","data":"good"})");
  CHECK_THAT(lines[1], Catch::StartsWith(R"("ev":"violation","dir":"send","error":")") &&
                           Catch::Contains("mask"));
  taken.send("anything");
  taken.recv(from_server(Opcode::text, "still read"));
  CHECK(taken.lines() == Lines{R"("dir":"recv","type":"text","data":"still read"})"});
  taken.end();
  CHECK_THAT(taken.lines().at(0),
             Catch::StartsWith(R"("ev":"end","sent":)") && Catch::Contains(R"("sent_unread":)"));
}

TEST_CASE("a message longer than the limit is told of without its content") {
  Taken taken({.max_message_bytes = 10});
  taken.open();
  taken.send(from_client(Opcode::binary, "0123456789"));
  taken.send(from_client(Opcode::binary, "01234567890"));
  taken.send(from_client(Opcode::text, "ok"));
  CHECK(taken.lines() == Lines{R"("dir":"send","type":"binary","b64":"MDEyMzQ1Njc4OQ=="})",
                               R"("ev":"omitted","dir":"send","type":"binary","bytes":11})",
                               R"("dir":"send","type":"text","data":"ok"})"});
}

TEST_CASE("text that is compressed and not UTF-8 is told of") {
  Taken taken;
  taken.recv(std::string(kDeflateAnswer));
  (void)taken.lines();
  // A stored block with the byte 0xff.
  taken.recv(
      from_server(Opcode::text, std::string("\x00\x01\x00\xfe\xff\xff\x00", 7), {.rsv1 = true}));
  CHECK(
      taken.lines() ==
      Lines{R"("ev":"violation","dir":"recv","error":"a compressed text message is not UTF-8"})"});
}

TEST_CASE("frames before the answer are read with it, if they are not too many") {
  Taken taken;
  taken.send(from_client(Opcode::text, "early"));
  CHECK(taken.lines().empty());
  taken.recv(std::string(kAnswer));
  CHECK(taken.lines() == Lines{R"("ev":"open","status":101,"subprotocol":"chat.v2"})",
                               R"("dir":"send","type":"text","data":"early"})"});
  Taken flooded;
  for (int i = 0; i < 100; ++i) {
    flooded.send(from_client(Opcode::text, std::string(1000, 'x')));
  }
  flooded.recv(std::string(kAnswer));
  flooded.send(from_client(Opcode::text, "late"));
  const Lines lines = flooded.lines();
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[1], Catch::StartsWith(R"("ev":"violation","dir":"send")"));
}

TEST_CASE("answers that open no WebSocket are lines with their status") {
  Taken refused;
  refused.recv(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 401 Unauthorized\r\n"
      "Content-Length: 4\r\n\r\nbody");
  CHECK(refused.lines() == Lines{R"("ev":"answer","status":401})"});
  refused.end();
  CHECK(refused.lines() == Lines{R"("ev":"end","sent":0,"received":4})"});
  Taken odd;
  odd.recv("SSH-2.0-odd\r\n");
  CHECK_THAT(odd.lines().at(0), Catch::StartsWith(R"("ev":"violation","dir":"recv","error":")"));
}

TEST_CASE("requests have no secrets unless they are asked for") {
  relay::RelayedRequest request{.url = wire::parse_uri("wss://h/chat?token=t0p").value()};
  request.request.method = "GET";
  request.request.headers.add("Host", "h");
  request.request.headers.add("Cookie", "sid=s3cret");
  Taken taken;
  (*taken).put_request(request, Taken::kNow, taken.out());
  CHECK(
      taken.lines() ==
      Lines{
          R"("ev":"request","method":"GET","url":"wss://h/chat?token=***","headers":{"Host":"h","Cookie":"<redacted>"}})"});
  Taken open({.secrets = true});
  (*open).put_request(request, Taken::kNow, open.out());
  CHECK(
      open.lines() ==
      Lines{
          R"("ev":"request","method":"GET","url":"wss://h/chat?token=t0p","headers":{"Host":"h","Cookie":"sid=s3cret"}})"});
}

TEST_CASE("messages are redacted as the rules say") {
  const auto redaction = script::Redaction::parse({"s3\\w+"}).value();
  Taken taken({.redaction = &redaction});
  taken.open();
  taken.send(from_client(Opcode::text, "pin s3cret") +
             from_client(Opcode::close, "\x03\xe8s3cret"));
  CHECK(taken.lines() ==
        Lines{R"("dir":"send","type":"text","data":"pin <redacted>"})",
              R"("dir":"send","type":"close","code":1000,"reason":"<redacted>"})"});
}

TEST_CASE("unreachable servers and broken connections are told of") {
  Taken taken;
  (*taken).put_unreachable({ErrorCode::tcp_refused, "connect h:1: refused"}, Taken::kNow,
                           taken.out());
  const Error error{ErrorCode::reset, "connection reset"};
  (*taken).put_end(&error, Taken::kNow, taken.out());
  CHECK(taken.lines() == Lines{R"("ev":"unreachable","error":"connect h:1: refused"})",
                               R"("ev":"end","sent":0,"received":0,"error":"connection reset"})"});
}
