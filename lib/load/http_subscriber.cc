// SPDX-License-Identifier: MIT
#include "load/http_subscriber.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "http/request.h"
#include "http/url.h"
#include "load/poll_answer.h"
#include "load/worker.h"

namespace wskit::load {
namespace {

/// What a poll waits for a message.
constexpr std::chrono::seconds kPollWait(30);
constexpr std::size_t kMaxPollBytes = std::size_t{64} << 20;
constexpr int kOk = 200;

const http::Request& request_of(Worker& worker, const FanoutTopic& topic) {
  return worker.plan().fanout->http_requests[topic.number];
}

}  // namespace

HttpSubscriber::HttpSubscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place)
    : Subscriber(worker, topic, place), timer_(worker.loop().timers(), *this) {}

bool HttpSubscriber::polls() const {
  return worker().plan().fanout->transport == FanoutTransport::poll;
}

void HttpSubscriber::connect() {
  up_ = false;
  closing_ = false;
  cursor_.clear();
  events_ = http::EventStreamParser();
  opened_ = ws::Opened();
  opened_.began = worker().loop().now();
  ask();
}

void HttpSubscriber::ask() {
  head_ = wire::HttpResponseParser();
  decoder_.reset();
  body_.clear();
  const Nanoseconds wait = up_ ? Nanoseconds(kPollWait) : Nanoseconds(0);
  timer_.arm(worker().loop().now() + wait + worker().open_timeout());
  const wire::Uri& uri = request_of(worker(), topic()).uri;
  dial_ = worker().dialer().dial(
      {.host = uri.host, .port = uri.port, .unix_path = uri.unix_path, .secure = uri.tls}, *this);
}

std::string HttpSubscriber::target() const {
  const std::string& base = request_of(worker(), topic()).uri.target;
  if (!polls()) {
    return base;
  }
  const char joint = base.find('?') == std::string::npos ? '?' : '&';
  return cursor_.empty() ? fmt::format("{}{}wait=0", base, joint)
                         : fmt::format("{}{}wait={}s&after={}", base, joint, kPollWait.count(),
                                       wire::percent_encode(cursor_));
}

void HttpSubscriber::on_dialed(net::Dialed dialed) {
  stream_ = std::move(dialed.stream);
  stream_->set_handler(*this);
  if (!up_) {
    opened_.times = dialed.times;
    opened_.tls = std::move(dialed.tls);
    opened_.peer = dialed.peer;
    opened_.proxy = std::move(dialed.proxy);
  }
  http::Request request = request_of(worker(), topic());
  request.uri.target = target();
  const std::string text = http::request_text(request, {});
  worker().http_traffic().sent += text.size();
  stream_->write(as_bytes(text));
  dial_.reset();
}

void HttpSubscriber::on_dial_failed(const Error& error) {
  end(error);
}

void HttpSubscriber::on_data(std::span<std::byte> bytes, Instant received) {
  worker().http_traffic().received += bytes.size();
  if (const auto taken = take(as_text(bytes), received); !taken) {
    return end(taken.error());
  }
  if (polls() && decoder_ && decoder_->complete()) {
    poll_again();
  } else if (decoder_ && decoder_->complete()) {
    end({.code = ErrorCode::eof, .message = "the server ended the event stream"});
  }
}

Expected<void> HttpSubscriber::take(std::string_view bytes, Instant received) {
  if (!decoder_) {
    const auto used = head_.feed(bytes);
    if (!used) {
      return std::unexpected(used.error());
    }
    bytes.remove_prefix(*used);
    if (!head_.complete()) {
      return {};
    }
    if (auto begun = begin_body(received); !begun) {
      return begun;
    }
  }
  if (const auto fed = decoder_->feed(bytes, body_); !fed) {
    return std::unexpected(fed.error());
  }
  if (!polls()) {
    return take_events(received);
  }
  if (body_.size() > kMaxPollBytes) {
    return fail(ErrorCode::too_big,
                fmt::format("the answer to a long poll is longer than {} bytes", kMaxPollBytes));
  }
  return decoder_->complete() ? take_poll(received) : Expected<void>();
}

Expected<void> HttpSubscriber::begin_body(Instant received) {
  const wire::HttpResponse& response = head_.message();
  if (response.status != kOk) {
    return fail(ErrorCode::upgrade_http_status,
                fmt::format("GET {}: the server answered {} {}",
                            http::display_http_url(request_of(worker(), topic()).uri),
                            response.status, escape(response.reason)));
  }
  const std::string_view type = response.headers.get("Content-Type").value_or("");
  if (!polls() && !type.starts_with("text/event-stream")) {
    return fail(ErrorCode::upgrade_not_http,
                fmt::format("the answer is '{}', not an event stream", escape(type)));
  }
  auto decoder = wire::HttpBodyDecoder::for_response(response);
  if (!decoder) {
    return std::unexpected(std::move(decoder.error()));
  }
  decoder_ = *decoder;
  if (!polls()) {
    receive(received);
  }
  return {};
}

// From now on what is published comes here.
void HttpSubscriber::receive(Instant received) {
  if (!up_) {
    up_ = true;
    opened_.first_byte = received;
    opened_.upgraded = received;
    if (!polls()) {
      timer_.cancel();
    }
    up(opened_);
  }
}

Expected<void> HttpSubscriber::take_events(Instant received) {
  std::string_view rest = body_;
  while (true) {
    const auto found = events_.next(rest);
    if (!found) {
      return std::unexpected(found.error());
    }
    if (!*found) {
      break;
    }
    if (auto taken = take_event(events_.event(), received); !taken) {
      return taken;
    }
  }
  body_.clear();
  return {};
}

Expected<void> HttpSubscriber::take_event(const http::ServerEvent& event, Instant received) {
  if (event.name == "message") {
    read(ws::MessageType::text, as_bytes(event.data), received);
    return {};
  }
  const bool binary = event.name == "binary";
  if (!binary && event.name != "base64") {
    return {};  // A gap, say: what is missing shows in the counts.
  }
  const auto bytes = base64_decode(event.data);
  if (!bytes) {
    return fail(ErrorCode::upgrade_not_http,
                fmt::format("an event '{}' of the stream is no base64", event.name));
  }
  read(binary ? ws::MessageType::binary : ws::MessageType::text, as_bytes(*bytes), received);
  return {};
}

Expected<void> HttpSubscriber::take_poll(Instant received) {
  auto answer = PollAnswer::parse(body_);
  if (!answer) {
    return std::unexpected(std::move(answer.error()));
  }
  cursor_ = std::move(answer->cursor);
  receive(received);
  for (const PollAnswer::Message& message : answer->messages) {
    read(message.type, as_bytes(message.payload), received);
  }
  return {};
}

void HttpSubscriber::poll_again() {
  hang_up();
  if (!closing_) {
    ask();
  }
}

void HttpSubscriber::on_eof() {
  if (decoder_ && polls() && decoder_->end() && decoder_->complete()) {
    return;
  }
  end({.code = ErrorCode::eof,
       .message = head_.head_bytes() == 0 ? "the server closed without an answer"
                                          : "the server closed within its answer"});
}

void HttpSubscriber::on_error(const Error& error) {
  end(error);
}

void HttpSubscriber::on_timer(Instant /*now*/) {
  if (closing_) {
    return end({.code = ErrorCode::closed_local, .message = "it was closed"});
  }
  end({.code = ErrorCode::timeout, .message = "no answer in time"});
}

void HttpSubscriber::close() {
  if (!closing_ && up_) {
    closing_ = true;
    hang_up();
    // Its end is told from the loop, not within this call.
    timer_.arm(worker().loop().now());
  }
}

void HttpSubscriber::hang_up() {
  dial_.reset();
  stream_.reset();
}

void HttpSubscriber::end(const Error& error) {
  timer_.cancel();
  // The error may be theirs.
  const auto dial = std::move(dial_);
  const auto stream = std::move(stream_);
  if (std::exchange(up_, false)) {
    down(error);
  } else {
    worker().session_failed(*this, {.error = error, .response = nullptr, .body = body_});
  }
}

}  // namespace wskit::load
