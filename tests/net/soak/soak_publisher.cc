// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_publisher.h"

#include "tests/support/raw_client.h"

namespace wskit::test {
namespace {

constexpr unsigned kTextFrame = 0x81;
constexpr std::uint64_t kWindow = 60;  // messages: less than --max-queue

}  // namespace

std::string soak_message(std::size_t topic, std::uint64_t number) {
  constexpr std::uint64_t kLengths = 1499;
  std::string text = std::to_string(topic) + ":" + std::to_string(number) + ":";
  text.append(number % kLengths, 'x');
  return text;
}

SoakPublisher::SoakPublisher(std::uint16_t port, std::size_t topic, SoakReport& report)
    : topic_(topic), report_(report), reader_(Way::raw, handler_), socket_(port) {
  handler_.on_message = [this](std::string_view payload, std::string_view /*cursor*/) {
    ++heard_;
    if (const std::string fault = log_.on_message(payload); !fault.empty()) {
      report_.fault("publisher: " + fault);
    }
  };
  unsent_ = upgrade_request({}, "/t/soak/" + std::to_string(topic_));
}

void SoakPublisher::send_until(std::uint64_t last) {
  // Before it is subscribed it would not hear all of its own.
  while (reader_.open() && sent_ < last && sent_ < heard_ + kWindow) {
    ++sent_;
    unsent_ += masked_frame(kTextFrame, soak_message(topic_, sent_));
  }
  if (!unsent_.empty()) {
    const ssize_t taken = socket_.send(unsent_);
    unsent_.erase(0, taken > 0 ? static_cast<std::size_t>(taken) : 0);
  }
}

std::string SoakPublisher::text() const {
  return "publisher of " + std::to_string(topic_) + ": sent " + std::to_string(sent_) + ", heard " +
         std::to_string(heard_) + ", " + std::to_string(unsent_.size()) + " bytes unsent, " +
         std::to_string(reader_.unread().size()) + " bytes of no whole frame";
}

void SoakPublisher::on_readable() {
  const bool more = socket_.receive(buffer_);
  reader_.feed(buffer_);
  if (!more || reader_.end() != WireReader::End::none) {
    report_.fault("a publisher was closed with " + std::to_string(reader_.close_code()));
    socket_.close();
  }
}

}  // namespace wskit::test
