// SPDX-License-Identifier: MIT
#include "tests/net/ws/fixture.h"

#include <algorithm>
#include <utility>

#include "core/bytes.h"
#include "net/resolver.h"
#include "tests/support/catch.h"
#include "wire/uri.h"
#include "ws/small_messages.h"

namespace wskit::test {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::string head_of(std::string_view text) {
  const std::size_t end = text.find(kHeadEnd);
  return end == std::string_view::npos ? "" : std::string(text.substr(0, end + kHeadEnd.size()));
}

std::string_view after_head(std::string_view text) {
  const std::size_t end = text.find(kHeadEnd);
  return end == std::string_view::npos ? "" : text.substr(end + kHeadEnd.size());
}

void call(const std::function<void()>& then) {
  if (then) {
    const auto copy = then;
    copy();
  }
}

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::unique_ptr<net::Dialer> make_dialer(net::Loop& loop) {
  // One for the process, as in the program: each has a thread.
  static const auto resolver = net::Resolver::create();
  return net::Dialer::create(loop, *resolver, {}).value();
}

std::unique_ptr<net::Listener> listen(net::Loop& loop, net::ListenHandler& handler) {
  auto listener = loop.listen(any_port(), handler);
  REQUIRE(listener);
  return *std::move(listener);
}

}  // namespace

void Owner::send(std::string_view text, ws::MessageType type) {
  connection->send(type, as_bytes(text));
}

bool Owner::ended() const {
  return count("close") + count("error") > 0;
}

std::size_t Owner::count(std::string_view beginning) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      events, [&](const std::string& event) { return event.starts_with(beginning); }));
}

void Owner::note(std::string event) {
  events.push_back(std::move(event));
  if (then) {
    // Copied: what is called may destroy its owner.
    const auto copy = then;
    copy(std::string(events.back()));
  }
}

void Owner::on_open(const ws::Opened& how) {
  opened = how;
  if (how.request != nullptr) {
    request_target = how.request->target;
  }
  note("open");
}

void Owner::on_message(ws::MessageType type, std::span<const std::byte> payload,
                       ws::Received /*received*/) {
  if (echo) {
    connection->send(type, payload);
  }
  note((type == ws::MessageType::text ? "text " : "binary ") + std::string(as_text(payload)));
}

void Owner::on_small_messages(ws::SmallMessages& messages, Instant /*received*/) {
  while (takes_small > 0) {
    const wire::SmallMessage message = messages.next();
    if (!message) {
      return;
    }
    --takes_small;
    note("small " + std::string(as_text(message.payload)));
  }
}

void Owner::on_ping(std::span<const std::byte> payload, Instant /*received*/) {
  note("ping " + std::string(as_text(payload)));
}

void Owner::on_pong(std::span<const std::byte> payload, Instant /*received*/) {
  note("pong " + std::string(as_text(payload)));
}

void Owner::on_offer(Instant /*at*/) {
  ++offers;
  call(then_offer);
}

void Owner::on_flushed(std::size_t bytes) {
  flushed += bytes;
  call(then_flushed);
}

void Owner::on_drain() {
  note("drain");
}

void Owner::on_close(const ws::Closed& closed) {
  by_peer = closed.by_peer;
  std::string event = "close " + std::to_string(static_cast<unsigned>(closed.code));
  if (!closed.reason.empty()) {
    event.append(" ").append(closed.reason);
  }
  note(std::move(event));
}

void Owner::on_error(const ws::Failure& failure) {
  error = failure.error;
  status = failure.response == nullptr ? 0 : failure.response->status;
  body = failure.body;
  note("error " + std::string(name(failure.error.code)));
}

std::string frame(unsigned first_byte, std::string_view payload) {
  std::string bytes(1, static_cast<char>(first_byte));
  const std::size_t size = payload.size();
  if (size < 126) {
    bytes.push_back(static_cast<char>(size));
  } else {
    const int length_bytes = size <= 0xFFFF ? 2 : 8;
    bytes.push_back(static_cast<char>(length_bytes == 2 ? 126 : 127));
    for (int shift = (length_bytes - 1) * 8; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>(size >> shift));
    }
  }
  return bytes.append(payload);
}

std::string close_payload(unsigned code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code)};
  return payload.append(reason);
}

std::vector<RawFrame> decode_frames(std::string_view bytes) {
  std::vector<RawFrame> frames;
  while (bytes.size() >= 2) {
    RawFrame frame{.fin = (byte_at(bytes, 0) & 0x80) != 0,
                   .rsv = byte_at(bytes, 0) >> 4 & 7,
                   .opcode = byte_at(bytes, 0) & 15,
                   .masked = (byte_at(bytes, 1) & 0x80) != 0,
                   .payload = {}};
    std::uint64_t size = byte_at(bytes, 1) & 0x7F;
    const std::size_t length_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    const std::size_t header = 2 + length_bytes + (frame.masked ? 4 : 0);
    if (bytes.size() < header) {
      break;
    }
    size = length_bytes == 0 ? size : 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
      size = size << 8 | byte_at(bytes, 2 + i);
    }
    if (bytes.size() - header < size) {
      break;
    }
    frame.payload = bytes.substr(header, size);
    for (std::size_t i = 0; frame.masked && i < size; ++i) {
      frame.payload[i] = static_cast<char>(frame.payload[i] ^ bytes[header - 4 + i % 4]);
    }
    frames.push_back(std::move(frame));
    bytes.remove_prefix(header + size);
  }
  return frames;
}

std::string accepting_answer(std::string_view head, std::string_view headers) {
  constexpr std::string_view kName = "Sec-WebSocket-Key: ";
  const std::size_t at = head.find(kName);
  REQUIRE(at != std::string_view::npos);
  const std::string_view rest = head.substr(at + kName.size());
  const std::string key(rest.substr(0, rest.find("\r\n")));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         wire::accept_for(key) + "\r\n" + std::string(headers) + "\r\n";
}

wire::UpgradeRequest request_to(const net::SocketAddress& address, wire::UpgradeOptions options) {
  options.uri = wire::parse_uri("ws://" + address.to_string() + "/path?query").value();
  return wire::UpgradeRequest::make(std::move(options)).value();
}

ClientUnderTest::ClientUnderTest(net::Loop& the_loop, const ClientSetup& setup)
    : loop(the_loop),
      server(loop),
      dialer(make_dialer(loop)),
      client(*dialer, request_to(server.address(), setup.upgrade), setup.options) {
  owner.connection = client.connect(owner);
}

ClientSetup ClientUnderTest::compressing() {
  ClientSetup setup;
  setup.upgrade.deflate.emplace_back();
  return setup;
}

void ClientUnderTest::await_request() {
  run_until(loop, [&] { return !server.ends.empty() && !request().empty(); });
}

std::string ClientUnderTest::request() {
  return head_of(peer().received);
}

void ClientUnderTest::answer(std::string_view headers) {
  await_request();
  peer().write(accepting_answer(request(), headers));
}

void ClientUnderTest::open(std::string_view headers) {
  answer(headers);
  run_until(loop, [&] { return !owner.events.empty(); });
  REQUIRE(owner.events == Events{"open"});
}

std::vector<RawFrame> ClientUnderTest::frames() {
  return decode_frames(after_head(peer().received));
}

void ClientUnderTest::await_frames(std::size_t count) {
  run_until(loop, [&] { return frames().size() >= count; });
}

void ClientUnderTest::await_end() {
  run_until(loop, [&] { return owner.ended(); });
}

ServerUnderTest::ServerUnderTest(net::Loop& the_loop, const ws::ServerOptions& options)
    : loop(the_loop),
      server(loop, options),
      listener(listen(loop, *this)),
      end(loop, listener->address()) {}

void ServerUnderTest::on_accept(std::unique_ptr<net::Stream> stream,
                                const net::SocketAddress& address) {
  owner.connection = server.accept(std::move(stream), address, owner);
}

void ServerUnderTest::on_accept_error(const Error& error) {
  FAIL(error.message);
}

ws::ServerOptions ServerUnderTest::compressing() {
  ws::ServerOptions options;
  options.upgrade.deflate.emplace();
  return options;
}

void ServerUnderTest::ask(std::string_view headers) {
  peer().write(upgrade_request(headers, "/path?query"));
}

void ServerUnderTest::open(std::string_view headers) {
  ask(headers);
  run_until(loop, [&] { return !owner.events.empty() && !answer().empty(); });
  REQUIRE(owner.events == Events{"open"});
}

std::string ServerUnderTest::answer() const {
  return head_of(end.received);
}

std::vector<RawFrame> ServerUnderTest::frames() const {
  return decode_frames(after_head(end.received));
}

void ServerUnderTest::await_frames(std::size_t count) {
  run_until(loop, [&] { return frames().size() >= count; });
}

void ServerUnderTest::await_end() {
  run_until(loop, [&] { return owner.ended(); });
}

ConnectionPair::ConnectionPair(net::Loop& the_loop, const ConnectionPairSetup& setup)
    : loop(the_loop),
      ws_server(loop, setup.server),
      listener(listen(loop, *this)),
      dialer(make_dialer(loop)),
      ws_client(*dialer, request_to(listener->address(), setup.client.upgrade),
                setup.client.options) {
  client.connection = ws_client.connect(client);
}

void ConnectionPair::on_accept(std::unique_ptr<net::Stream> stream,
                               const net::SocketAddress& address) {
  server.connection = ws_server.accept(std::move(stream), address, server);
}

void ConnectionPair::on_accept_error(const Error& error) {
  FAIL(error.message);
}

void ConnectionPair::open() {
  run_until(loop, [&] { return !client.events.empty() && !server.events.empty(); });
  REQUIRE(client.events == Events{"open"});
  REQUIRE(server.events == Events{"open"});
}

}  // namespace wskit::test
