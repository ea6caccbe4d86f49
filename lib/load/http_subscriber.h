// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/event_stream.h"
#include "load/subscriber.h"
#include "net/dialer.h"
#include "net/stream.h"
#include "net/timer.h"
#include "wire/http.h"
#include "wire/http_body.h"

namespace wskit::load {

/// A subscriber whose messages come in the answer to an HTTP request: as the events of one answer
/// that does not end, or as those that each of a row of long polls has, each poll over a connection
/// of its own. It is up with the head of the first, or with the first answer of the other: that one
/// is asked for at once, to know where to go on from, so that nothing between two polls is missed.
class HttpSubscriber final : public Subscriber,
                             net::DialHandler,
                             net::StreamHandler,
                             net::TimerHandler {
 public:
  HttpSubscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place);

  void connect() override;
  void close() override;

 private:
  void on_dialed(net::Dialed dialed) override;
  void on_dial_failed(const Error& error) override;
  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_eof() override;
  void on_error(const Error& error) override;
  void on_timer(Instant now) override;

  [[nodiscard]] bool polls() const;
  void ask();
  [[nodiscard]] std::string target() const;
  [[nodiscard]] Expected<void> take(std::string_view bytes, Instant received);
  [[nodiscard]] Expected<void> begin_body(Instant received);
  [[nodiscard]] Expected<void> take_events(Instant received);
  [[nodiscard]] Expected<void> take_event(const http::ServerEvent& event, Instant received);
  [[nodiscard]] Expected<void> take_poll(Instant received);
  void receive(Instant received);
  void hang_up();
  // Both are the last thing that happens.
  void poll_again();
  void end(const Error& error);

  net::Timer timer_;
  std::unique_ptr<net::Dial> dial_;
  std::unique_ptr<net::Stream> stream_;
  ws::Opened opened_;  // filled while it is not up
  bool up_ = false;
  bool closing_ = false;
  wire::HttpResponseParser head_;
  std::optional<wire::HttpBodyDecoder> decoder_;
  std::string body_;  // that was not taken
  http::EventStreamParser events_;
  std::string cursor_;
};

}  // namespace wskit::load
