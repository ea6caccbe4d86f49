// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

#include "tests/net/serve/serving.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

constexpr unsigned kRsv1 = 0x40;
constexpr std::string_view kTail("\0\0\xff\xff", 4);
constexpr std::size_t kMiB = std::size_t{1024} * 1024;

// A peer's two zlib streams (RFC 7692 7.2), without the code under test. Without takeover each
// message is made, or read, by a fresh one.
class Zlib {
 public:
  explicit Zlib(int window_bits = 15, bool takeover = true)
      : window_bits_(window_bits), takeover_(takeover) {
    start();
  }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() { end(); }

  std::string deflated(std::string_view text) {
    std::string out;
    deflate_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    deflate_.avail_in = static_cast<uInt>(text.size());
    do {
      grow(out, deflate_);
      ::deflate(&deflate_, Z_SYNC_FLUSH);
      shrink(out, deflate_);
    } while (deflate_.avail_out == 0);
    // After a flush zlib has nothing to flush for an empty text: an empty block (RFC 7692 7.2.3.6).
    out = out.empty() ? std::string(1, '\0') : out.substr(0, out.size() - kTail.size());
    restart_unless_takeover();
    return out;
  }

  std::string inflated(std::string bytes) {
    bytes += kTail;
    std::string out;
    inflate_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    inflate_.avail_in = static_cast<uInt>(bytes.size());
    do {
      grow(out, inflate_);
      if (const int result = ::inflate(&inflate_, Z_SYNC_FLUSH);
          result != Z_OK && result != Z_BUF_ERROR) {
        return "not valid";
      }
      shrink(out, inflate_);
    } while (inflate_.avail_out == 0);
    restart_unless_takeover();
    return out;
  }

 private:
  static constexpr std::size_t kPiece = 65'536;

  static void grow(std::string& out, z_stream& stream) {
    const std::size_t before = out.size();
    out.resize(before + kPiece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kPiece;
  }
  static void shrink(std::string& out, const z_stream& stream) {
    out.resize(out.size() - stream.avail_out);
  }
  void start() {
    deflate_ = {};
    inflate_ = {};
    if (deflateInit2(&deflate_, 9, Z_DEFLATED, -window_bits_, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        inflateInit2(&inflate_, -window_bits_) != Z_OK) {
      throw std::runtime_error("zlib");
    }
  }
  void end() {
    deflateEnd(&deflate_);
    inflateEnd(&inflate_);
  }
  void restart_unless_takeover() {
    if (!takeover_) {
      end();
      start();
    }
  }

  int window_bits_;
  bool takeover_;
  z_stream deflate_{};
  z_stream inflate_{};
};

std::string offer(std::string_view extensions) {
  return "Sec-WebSocket-Extensions: " + std::string(extensions) + "\r\n";
}

// The extensions that the server agrees to, empty for none.
std::string agreed(RawClient& client, std::string_view extensions) {
  constexpr std::string_view kName = "\r\nSec-WebSocket-Extensions: ";
  const std::string head = client.request(upgrade_request(offer(extensions)));
  if (!head.starts_with("HTTP/1.1 101")) {
    return head;
  }
  const std::size_t at = head.find(kName);
  return at == std::string::npos
             ? std::string()
             : head.substr(at + kName.size(), head.find("\r\n", at + 2) - at - kName.size());
}

std::string words(int seed, std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::string text;
  while (text.size() < size) {
    text += "word" + std::to_string(random() % 500) + " ";
  }
  text.resize(size);
  return text;
}

// Sends the text compressed with `ours` and reads the echo with `theirs`.
std::string echoed(RawClient& client, Zlib& ours, Zlib& theirs, std::string_view text) {
  client.send_frame(kText | kRsv1, ours.deflated(text));
  const auto echo = client.read_frame();
  if (!echo || !echo->fin || echo->opcode != 1 || echo->rsv != 4) {
    return "no compressed text";
  }
  return theirs.inflated(echo->payload);
}

// Several messages, the later ones full of what the earlier ones had.
bool echoes_all(RawClient& client, Zlib& ours, Zlib& theirs) {
  for (int i = 0; i < 4; ++i) {
    const std::string text = words(i % 2, 20'000);
    if (echoed(client, ours, theirs, text) != text) {
      return false;
    }
  }
  return echoed(client, ours, theirs, "").empty();
}

}  // namespace

TEST_CASE("compressed messages come back compressed") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
  Zlib ours;
  Zlib theirs;
  CHECK(echoes_all(client, ours, theirs));
}

TEST_CASE("what came uncompressed goes back uncompressed") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
  client.send_frame(kText, "plain");
  const auto echo = client.read_frame();
  REQUIRE(echo);
  CHECK(echo->rsv == 0);
  CHECK(echo->payload == "plain");
}

TEST_CASE("either side alone may be without context takeover") {
  // libwebsockets takes each for the other.
  const auto server = start_echo();
  {
    RawClient client(server->port());
    REQUIRE(agreed(client, "permessage-deflate; server_no_context_takeover") ==
            "permessage-deflate; server_no_context_takeover");
    Zlib ours(15, true);
    Zlib theirs(15, false);
    CHECK(echoes_all(client, ours, theirs));
  }
  RawClient client(server->port());
  REQUIRE_FALSE(agreed(client, "permessage-deflate; client_no_context_takeover").empty());
  Zlib ours(15, false);
  Zlib theirs(15, true);
  CHECK(echoes_all(client, ours, theirs));
}

TEST_CASE("the window that a client asks for is agreed to and kept") {
  const auto server = start_echo();
  for (const int bits : {9, 10, 15}) {
    RawClient client(server->port());
    const std::string wanted = "server_max_window_bits=" + std::to_string(bits);
    CHECK_THAT(agreed(client, "permessage-deflate; client_max_window_bits; " + wanted),
               Catch::Contains(wanted));
    Zlib ours(15);
    Zlib theirs(bits);
    CHECK(echoes_all(client, ours, theirs));
  }
}

TEST_CASE("of several offers one that is valid is agreed to") {
  const auto server = start_echo();
  for (const char* offers : {"permessage-deflate, permessage-deflate; client_max_window_bits",
                             "permessage-deflate; client_max_window_bits, permessage-deflate",
                             "x-unknown, permessage-deflate", "permessage-deflate, x-unknown; a=b",
                             "permessage-deflate; unknown, permessage-deflate",
                             "permessage-deflate; server_max_window_bits=99, permessage-deflate"}) {
    INFO(offers);
    RawClient client(server->port());
    CHECK_THAT(agreed(client, offers), Catch::StartsWith("permessage-deflate"));
    Zlib ours;
    Zlib theirs;
    CHECK(echoes_all(client, ours, theirs));
  }
}

TEST_CASE("an agreed offer may stand in a list of any length") {
  // libwebsockets reads no further than 255 bytes.
  const auto server = start_echo();
  const std::string first =
      "permessage-deflate; client_no_context_takeover; client_max_window_bits; "
      "server_no_context_takeover; server_max_window_bits=9";
  const std::string many = ", permessage-deflate; client_no_context_takeover" +
                           repeated(", permessage-deflate; client_max_window_bits", 20);
  RawClient client(server->port());
  CHECK_THAT(agreed(client, first + many), Catch::Contains("server_max_window_bits=9"));
  Zlib ours(15, false);
  Zlib theirs(9, false);
  CHECK(echoes_all(client, ours, theirs));
}

TEST_CASE("offers that cannot be met are declined and the connection works") {
  const auto server = start_echo();
  for (const char* offers : {"x-unknown", "permessage-deflate; unknown",
                             "permessage-deflate; server_max_window_bits=99"}) {
    INFO(offers);
    RawClient client(server->port());
    CHECK(agreed(client, offers).empty());
    client.send_frame(kText, "plain");
    CHECK(read_text(client) == "plain");
  }
  const auto without = start_echo({.compress = false});
  RawClient client(without->port());
  CHECK(agreed(client, "permessage-deflate").empty());
  client.send_frame(kText | kRsv1, "x");
  CHECK(client.read_close() == 1002);
}

TEST_CASE("a compressed message may come in fragments and byte by byte") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
  Zlib ours;
  Zlib theirs;
  const std::string text = words(1, 3000);
  const std::string bytes = ours.deflated(text);
  const std::size_t half = bytes.size() / 2;
  for (const char byte : masked_frame(kTextBegins | kRsv1, bytes.substr(0, half)) +
                             masked_frame(kPing, "") + masked_frame(kEnds, bytes.substr(half))) {
    REQUIRE(client.send({&byte, 1}));
  }
  auto frame = client.read_frame();
  if (frame && frame->opcode == 10) {
    frame = client.read_frame();
  }
  REQUIRE(frame);
  CHECK(theirs.inflated(frame->payload) == text);
}

TEST_CASE("connections that inflate at the same time do not disturb each other") {
  // libwebsockets leaves compressed bytes that it has not come to in a buffer that all connections
  // of a thread read into.
  const auto server = start_echo({.stall = serve::StallOptions{300ms, 200ms}});
  RawClient probe(server->port());
  REQUIRE(probe.upgrade());
  constexpr std::size_t kClients = 8;
  std::vector<RawClient> clients;
  std::array<Zlib, kClients> ours;
  std::array<Zlib, kClients> theirs;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back(server->port());
    REQUIRE(agreed(clients.back(), "permessage-deflate") == "permessage-deflate");
  }
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> texts;
    std::vector<std::string> frames;
    for (std::size_t i = 0; i < kClients; ++i) {
      texts.push_back(words(round * 10 + static_cast<int>(i), 60'000));
      frames.push_back(masked_frame(kText | kRsv1, ours.at(i).deflated(texts.back())));
    }
    // In a stall, so that the server reads all of them in one turn.
    do {
      REQUIRE(probe.send_frame(kPing, ""));
    } while (probe.read_frame(60ms));
    for (std::size_t i = 0; i < kClients; ++i) {
      REQUIRE(clients[i].send(frames[i]));
    }
    REQUIRE(probe.read_frame());
    for (std::size_t i = 0; i < kClients; ++i) {
      const auto echo = clients[i].read_frame();
      REQUIRE(echo);
      CHECK((theirs.at(i).inflated(echo->payload) == texts[i]));
    }
  }
}

TEST_CASE("a large compressible message survives") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
  Zlib ours;
  Zlib theirs;
  const std::string text(8 * kMiB, 'x');
  CHECK((echoed(client, ours, theirs, text) == text));
}

TEST_CASE("a bomb is refused when it passes the limit wherever TCP cuts it") {
  const auto server = start_echo({.max_message = 4 * kMiB});
  Zlib ours;
  const std::string bomb = masked_frame(kBinary | kRsv1, ours.deflated(std::string(128 * kMiB, 0)));
  std::mt19937 random(7);
  for (int run = 0; run < 10; ++run) {
    RawClient client(server->port());
    REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
    for (std::size_t at = 0; at < bomb.size();) {
      const std::size_t piece = std::min<std::size_t>(1 + random() % 20'000, bomb.size() - at);
      if (!client.send(std::string_view(bomb).substr(at, piece))) {
        break;  // it may have been refused by now
      }
      at += piece;
    }
    CHECK(client.read_close() == 1009);
    CHECK(client.wait_for_end());
  }
}

TEST_CASE("compressed data that is not valid ends with 1002") {
  const auto server = start_echo();
  for (const std::string& bad : {std::string("\xff\xff\xff\xff"), std::string(1000, '\x07')}) {
    RawClient client(server->port());
    REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
    client.send_frame(kText | kRsv1, bad);
    CHECK(client.read_close() == 1002);
    CHECK(client.wait_for_end());
  }
}

TEST_CASE("compressed text must be UTF-8 once it is inflated") {
  const auto server = start_echo();
  RawClient client(server->port());
  REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
  Zlib ours;
  client.send_frame(kText | kRsv1, ours.deflated("good so far \xff"));
  CHECK(client.read_close() == 1007);
}

TEST_CASE("compressed echoes are delayed as others are") {
  const auto server = start_echo({}, {.fixed = std::chrono::milliseconds(20)});
  RawClient client(server->port());
  REQUIRE(agreed(client, "permessage-deflate") == "permessage-deflate");
  Zlib ours;
  Zlib theirs;
  CHECK(echoes_all(client, ours, theirs));
}
