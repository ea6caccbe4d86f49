// SPDX-License-Identifier: MIT
#include "relay/link.h"

#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/parse.h"
#include "net/loop.h"
#include "relay/asked_faults.h"
#include "relay/fault_desk.h"
#include "wire/server_handshake.h"

namespace wskit::relay {
namespace {

constexpr int kBadRequest = 400;
constexpr int kMethodNotAllowed = 405;
constexpr int kBadGateway = 502;
constexpr std::uint64_t kMostOfQuestion = std::uint64_t{64} << 10;

}  // namespace

/// What is needed until the connection to the server stands.
struct Link::Opening {
  std::string refusal;
  net::SocketAddress peer;
  wire::HttpRequestParser parser;
  std::string head;
  /// What the request asks of the server.
  std::string target;
  /// A fault that the server itself is to make happen.
  std::string_view of_server;
  /// Such faults, but for what the client may ask for once it is connected.
  std::vector<ActiveFault> resuming;
  /// Of a question about the faults.
  std::string body;
  /// What came behind the head, in the same read.
  std::vector<std::byte> rest;
  std::unique_ptr<net::Dial> dial;
};

Link::Link(LinkSetup& setup, Arrival client, std::string refusal)
    : setup_(setup),
      number_(client.number),
      turned_away_(!refusal.empty()),
      client_(*this),
      server_(*this),
      opening_(std::make_unique<Opening>()),
      deadline_(setup.dialer.loop().timers(), *this) {
  opening_->refusal = std::move(refusal);
  opening_->peer = client.peer;
  client_.take(std::move(client.stream));
  arm(setup_.request_timeout);
}

Link::~Link() {
  if (tape_) {
    tape_->put_end(error_.get(), now());
  }
}

void Link::arm(Nanoseconds time) {
  deadline_.arm(now() + time);
}

void Link::on_bytes(Side& side, std::span<std::byte> bytes, Instant received) {
  if (state_ == State::request) {
    read_request(bytes);
  } else if (state_ == State::question) {
    read_question(bytes);
  } else if (state_ == State::open) {
    take(side, bytes, received);
  }
}

void Link::read_request(std::span<const std::byte> bytes) {
  const std::string_view text = as_text(bytes);
  const auto used = opening_->parser.feed(text);
  if (!used) {
    return refuse(wire::refuse_upgrade(used.error()).bytes);
  }
  opening_->head += text.substr(0, *used);
  if (!opening_->parser.complete()) {
    return;
  }
  if (!opening_->refusal.empty()) {
    return refuse(std::string(opening_->refusal));
  }
  if (opening_->parser.message().method == "CONNECT") {
    return refuse(wire::refuse_upgrade(kMethodNotAllowed,
                                       "this proxy stands in front of one server: connect to it "
                                       "as if it were that server",
                                       {{"Allow", "GET"}})
                      .bytes);
  }
  if (setup_.answers_faults && names_faults(opening_->parser.message().target)) {
    return read_question(bytes.subspan(*used));
  }
  if (choose_faults()) {
    dial(bytes.subspan(*used));
  }
}

void Link::read_question(std::span<const std::byte> bytes) {
  const wire::HttpRequest& request = opening_->parser.message();
  state_ = State::question;
  opening_->body += as_text(bytes);
  const auto length =
      parse_integer(request.headers.get("Content-Length").value_or("0"), 0, kMostOfQuestion);
  if (!length || request.headers.count("Transfer-Encoding") > 0) {
    return refuse(wire::refuse_upgrade(kBadRequest, "a rule has its length before it").bytes);
  }
  if (opening_->body.size() < *length) {
    return;
  }
  const auto refusal = refuse_page(request);
  FaultPlace place = setup_.fault_place;
  place.stands = false;
  refuse(to_http(
      refusal ? *refusal
              : answer_fault_question(
                    {.method = request.method, .target = request.target, .body = opening_->body},
                    *setup_.faults, place)));
}

bool Link::choose_faults() {
  const wire::HttpRequest& request = opening_->parser.message();
  opening_->target = request.target;
  if (setup_.faults == nullptr || !(setup_.http_faults || asks_for_websocket(request))) {
    return true;
  }
  std::vector<LiveFaultPointer> asked;
  if (setup_.asked_faults) {
    auto taken = take_asked_faults(request.target, asks_for_websocket(request), setup_.fault_place);
    if (!taken) {
      refuse(wire::refuse_upgrade(kBadRequest, taken.error().message).bytes);
      return false;
    }
    asked = std::move(taken->faults);
    opening_->target = std::move(taken->target);
  }
  auto choice = chosen_faults(asked);
  if (choice.empty()) {
    return true;
  }
  LinkFaults::Outlet& outlet = *this;
  faults_ =
      std::make_unique<LinkFaults>(std::move(choice), *setup_.faults, setup_.dialer.loop(), outlet);
  if (const auto answer = faults_->reject()) {
    refuse(*answer);
    return false;
  }
  opening_->of_server = faults_->ask_server();
  return true;
}

LinkFaults::Choice Link::chosen_faults(const std::vector<LiveFaultPointer>& asked) {
  const wire::HttpRequest& request = opening_->parser.message();
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  auto choice =
      LinkFaults::Choice::make(*setup_.faults, {.number = number_, .path = path, .asked = asked});
  if (!asks_for_websocket(request)) {
    choice.keep_http();
  }
  if (!goes_on(request)) {
    opening_->resuming = choice.take_resuming();
  }
  return choice;
}

JoinedClient Link::describe_client() {
  JoinedClient client{.number = number_, .address = opening_->peer};
  if (asks_for_websocket(opening_->parser.message())) {
    client.resuming = std::move(opening_->resuming);
    // Shared with the server.
    closed_by_fault_ = std::make_shared<std::atomic<bool>>(false);
    client.closed_by_fault = closed_by_fault_;
  }
  return client;
}

void Link::dial(std::span<const std::byte> rest) {
  state_ = State::dialing;
  deadline_.cancel();
  client_.hold(Side::Hold::opening);
  opening_->rest.assign(rest.begin(), rest.end());
  opening_->head = rewritten_head();
  if (setup_.recorder != nullptr) {
    start_recording();
  }
  setup_.owner.on_dialing(*this);
  opening_->dial = setup_.dialer.dial(setup_.target, *this);
}

std::string Link::rewritten_head() const {
  wire::HttpRequest request = opening_->parser.message();
  request.target = opening_->target;
  if (!faults_) {
    return rewrite_head(opening_->head, request, setup_.request);
  }
  RequestRules rules = setup_.request;
  if (faults_->wants_no_compression()) {
    rules.removed.emplace_back("Sec-WebSocket-Extensions");
  }
  if (!opening_->of_server.empty()) {
    rules.headers.push_back(
        {.name = std::string(kFaultHeader), .value = std::string(opening_->of_server)});
  }
  return rewrite_head(opening_->head, request, rules);
}

void Link::start_recording() {
  wire::HttpRequestParser parser;
  // Longer than the client's, it may be too long to be read again: then it is recorded without.
  const auto parsed = parser.feed(opening_->head);
  RelayedRequest request{.url = setup_.request.target};
  if (parsed && parser.complete()) {
    request.request = parser.take();
    request.url.target = request.request.target;
  }
  tape_ = setup_.recorder->start(number_, request);
}

void Link::on_dialed(net::Dialed dialed) {
  state_ = State::open;
  server_.take(std::move(dialed.stream));
  server_.write(as_bytes(opening_->head));
  const auto opening = std::move(opening_);
  take(client_, opening->rest, now());
  if (client_.has_ended()) {
    end(client_);
  }
  client_.release(Side::Hold::opening);
}

void Link::on_dial_failed(const Error& error) {
  client_.release(Side::Hold::opening);
  if (tape_) {
    tape_->put_unreachable(error, now());
  }
  setup_.owner.on_unreachable(*this, error);
  refuse(wire::refuse_upgrade(kBadGateway, error.message).bytes);
}

void Link::take(Side& from, std::span<std::byte> bytes, Instant received) {
  if (faults_) {
    faults_->take(direction_of(from), bytes);
  } else {
    pass(from, bytes, received);
  }
}

void Link::pass(Side& from, std::span<std::byte> bytes, Instant received) {
  Side& to = other(from);
  to.write(bytes);
  if (to.is_full()) {
    from.hold(Side::Hold::backlog);
  }
  if (!tape_) {
    return;
  }
  tape_->read(direction_of(from), bytes, received);
  if (tape_->is_full()) {
    client_.hold(Side::Hold::recording);
    server_.hold(Side::Hold::recording);
  }
}

void Link::resume_recording() {
  client_.release(Side::Hold::recording);
  server_.release(Side::Hold::recording);
}

/// Closing at once, with bytes unread, would reset the connection and destroy the answer.
void Link::refuse(std::string_view answer) {
  state_ = State::refusing;
  client_.write(as_bytes(answer));
  client_.finish();
  opening_.reset();
  arm(setup_.linger);
  end_if_done();
}

void Link::on_room(Side& side) {
  other(side).release(Side::Hold::backlog);
  end_if_done();
}

void Link::on_end(Side& side) {
  switch (state_) {
    case State::request:
    case State::question:
      return setup_.owner.on_link_end(*this);
    case State::dialing:
      return;
    case State::refusing:
      return end_if_done();
    case State::open:
      return end(side);
    case State::ending:
      other(side).finish();
      return end_if_done();
  }
}

void Link::end(Side& from) {
  if (faults_) {
    return faults_->end(direction_of(from));
  }
  other(from).finish();
  end_if_done();
}

void Link::write_out(script::Direction direction, std::span<std::byte> bytes) {
  pass(source_of(direction), bytes, now());
}

void Link::finish_out(script::Direction direction) {
  other(source_of(direction)).finish();
  end_if_done();
}

void Link::reset_both() {
  state_ = State::ending;
  resets_ = true;
  arm(setup_.linger);
  end_if_done();
}

void Link::hold_source(script::Direction direction, bool holds) {
  Side& side = source_of(direction);
  if (holds) {
    side.hold(Side::Hold::fault);
  } else {
    side.release(Side::Hold::fault);
  }
}

void Link::on_fault(const FaultRule& rule) {
  if (tape_) {
    tape_->put_fault(rule.text, now());
  }
  const bool closes = rule.kind == FaultKind::close || rule.kind == FaultKind::data_after_close;
  if (closes && closed_by_fault_) {
    *closed_by_fault_ = true;
  }
}

void Link::on_broken(Side& side, const Error& error) {
  if (state_ == State::request && name(error.code).starts_with("tls_")) {
    setup_.owner.on_client_failed(*this, error);
  }
  if (state_ != State::open && state_ != State::ending) {
    return setup_.owner.on_link_end(*this);
  }
  state_ = State::ending;
  error_ = std::make_unique<Error>(error);
  // TLS that was cut off is no more than a FIN where there is no TLS.
  resets_ = error.code != ErrorCode::eof;
  if (!resets_) {
    other(side).finish();
  }
  arm(setup_.linger);
  end_if_done();
}

bool Link::is_done() const {
  if (state_ == State::refusing) {
    return client_.is_over();
  }
  if (state_ == State::ending && resets_) {
    return client_.is_flushed() && server_.is_flushed();
  }
  return (state_ == State::open || state_ == State::ending) && client_.is_over() &&
         server_.is_over();
}

/// Not at once: what a stream has to say at its end leaves with the end of the turn.
void Link::end_if_done() {
  if (is_done()) {
    arm(Nanoseconds(0));
  }
}

void Link::on_timer(Instant /*now*/) {
  if (resets_) {
    client_.reset();
    server_.reset();
  }
  setup_.owner.on_link_end(*this);
}

}  // namespace wskit::relay
