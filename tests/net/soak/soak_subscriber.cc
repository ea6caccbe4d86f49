// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_subscriber.h"

#include <array>

namespace wskit::test {
namespace {

constexpr int kSmallBuffer = 4096;
constexpr int kGone = 410;

std::string upgrade_of(const std::string& target) {
  return "GET " + target +
         " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

}  // namespace

SoakSubscriber::SoakSubscriber(std::uint16_t port, std::uint32_t seed, SoakReport& report)
    : port_(port), visits_(seed), report_(report) {
  handler_.on_message = [this](std::string_view payload, std::string_view cursor) {
    ++report_.deliveries[static_cast<std::size_t>(way_)];
    if (const std::string fault = log_.on_message(payload); !fault.empty()) {
      report_.fault(std::string(name(way_)) + " " + query_ + ": " + fault);
    }
    if (!cursor.empty()) {
      cursor_ = cursor;
    }
  };
  handler_.on_gap = [this](bool slow, std::uint64_t messages) {
    if (slow) {
      report_.slow_told += messages;
      log_.on_dropped(messages);
    } else {
      ++report_.lost_told;
      log_.forget();
    }
  };
  handler_.on_cursor = [this](std::string_view cursor) { cursor_ = cursor; };
  begin_new();
}

void SoakSubscriber::begin_new() {
  const auto topic = [this] {
    return "topic=soak/" + std::to_string(visits_.pick(0, kSoakTopics - 1));
  };
  const std::array<std::string, 4> queries{topic(), topic(), topic() + "&" + topic(),
                                           "topic=soak/%2B"};
  query_ = queries[visits_.pick(0, queries.size() - 1)];
  cursor_.clear();
  log_.forget();
}

void SoakSubscriber::act(std::uint64_t published) {
  switch (visits_.next(socket_.fd() >= 0, published)) {
    case SoakVisits::Step::none:
      return;
    case SoakVisits::Step::come:
      come();
      return;
    case SoakVisits::Step::leave:
      leave();
      return;
  }
}

void SoakSubscriber::settle() {
  visits_.settle();
  if (socket_.fd() < 0) {
    come();
  }
}

void SoakSubscriber::come() {
  const Way before = way_;
  way_ = static_cast<Way>(visits_.pick(0, kUrlWays - 1));
  if (way_ == Way::raw && !cursor_.empty() && (visits_.settling() || visits_.pick(0, 2) > 0)) {
    way_ = Way::envelope;  // raw frames have no cursors to come back to
  }
  if (!cursor_.empty()) {
    ++report_.resumes;
    report_.other_ways += way_ == before ? 0 : 1;
  } else {
    log_.forget();
  }
  ++report_.lives[static_cast<std::size_t>(way_)];
  socket_ = SoakSocket(port_, visits_.small_buffer() ? kSmallBuffer : 0);
  reader_ = std::make_unique<WireReader>(way_, handler_);
  const std::string head = request();
  if (socket_.send(head) != static_cast<ssize_t>(head.size())) {
    report_.fault("a request could not be sent");
  }
  if (way_ == Way::raw) {
    cursor_.clear();  // from here on it does not say how far we are
  }
}

std::string SoakSubscriber::request() const {
  const std::string target = "/t?" + query_ + (cursor_.empty() ? "" : "&after=" + cursor_);
  switch (way_) {
    case Way::raw:
      return upgrade_of(target);
    case Way::envelope:
      return upgrade_of(target + "&envelope=json");
    case Way::events:
      return "GET " + target + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n";
    case Way::lines:
      return "GET " + target + "&stream=1 HTTP/1.1\r\nHost: x\r\n\r\n";
    case Way::poll:
      return "GET " + target + "&wait=2s HTTP/1.1\r\nHost: x\r\n\r\n";
    case Way::azure:
    case Way::reliable:
    case Way::centrifugo:
      break;  // not by URL
  }
  return {};
}

void SoakSubscriber::leave() {
  visits_.pick(0, 1) == 0 ? socket_.reset() : socket_.close();
  if (cursor_.empty() || visits_.pick(0, 19) == 0) {
    begin_new();
  }
}

void SoakSubscriber::on_readable() {
  const bool more = socket_.receive(buffer_);
  reader_->feed(buffer_);
  if (!more) {
    reader_->finish();
  }
  if (!reader_->fault().empty()) {
    report_.fault("not understood: " + reader_->fault().substr(0, 200));
  }
  if (!more || reader_->end() != WireReader::End::none) {
    on_end();
  }
}

void SoakSubscriber::on_end() {
  using End = WireReader::End;
  constexpr unsigned kPolicyViolation = 1008;
  constexpr unsigned kServiceRestart = 1012;
  const End end = reader_->end();
  socket_.close();
  if (end == End::complete && way_ == Way::poll) {
    if (visits_.settling()) {
      come();
    }
    return;
  }
  if (end == End::refused) {
    on_refused();
  } else if (end == End::closed) {
    if (reader_->close_code() != kPolicyViolation && reader_->close_code() != kServiceRestart) {
      report_.fault("closed with " + std::to_string(reader_->close_code()));
    }
    lose(report_.closed);
  } else if (end == End::complete) {
    report_.fault("a stream ended as if it were complete");
  } else {
    lose(report_.cut);
  }
  if (visits_.settling()) {
    come();
  }
}

void SoakSubscriber::on_refused() {
  if (reader_->status() != kGone) {
    report_.fault("refused with " + std::to_string(reader_->status()));
  }
  lose(report_.lost_told);
  begin_new();
}

// The connection is gone, and the subscriber knows: it goes on with its cursor if it has one.
void SoakSubscriber::lose(std::uint64_t& counter) {
  ++counter;
  if (cursor_.empty()) {
    log_.forget();
  }
}

bool SoakSubscriber::complete(const SoakNumbers& published) const {
  return socket_.fd() >= 0 && reader_->open() && log_.complete(published);
}

std::string SoakSubscriber::text() const {
  return std::string(name(way_)) + " " + query_ + ": " + log_.text();
}

}  // namespace wskit::test
