// SPDX-License-Identifier: MIT
#include "relay/transcript.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/bytes.h"
#include "core/json.h"
#include "wire/deflate_negotiation.h"
#include "wire/extensions.h"

namespace wskit::relay {
namespace {

using script::Direction;

constexpr int kSwitchingProtocols = 101;
constexpr int kFirstFinalStatus = 200;

Json json_of(const RecordedHeaders& headers) {
  Json json = Json::object();
  for (const auto& [name, value] : headers) {
    json[name] = value;
  }
  return json;
}

/// What was agreed on about compression; nothing too where the answer makes no sense.
std::optional<wire::DeflateParameters> agreed_deflate(const wire::HttpResponse& answer) {
  const auto extensions = wire::parse_extensions(answer.headers.joined("Sec-WebSocket-Extensions"));
  if (!extensions) {
    return std::nullopt;
  }
  const auto deflate = std::ranges::find(*extensions, wire::kDeflateName, &wire::Extension::name);
  if (deflate == extensions->end()) {
    return std::nullopt;
  }
  // Whether the answer fits the offer is the client's business: this one is fit by all answers.
  const std::array offers{wire::DeflateOffer()};
  const auto agreed = wire::accept_deflate(*deflate, offers);
  return agreed ? std::optional(*agreed) : std::nullopt;
}

}  // namespace

std::string recorded_url(const wire::Uri& url, const TranscriptOptions& options) {
  return options.secrets ? url.text() : url.display();
}

RecordedHeaders recorded_headers(const wire::HttpRequest& request,
                                 const TranscriptOptions& options) {
  RecordedHeaders headers;
  for (const wire::Header& header : request.headers) {
    headers.emplace_back(header.name, options.secrets
                                          ? header.value
                                          : script::redact_header(header.name, header.value));
  }
  return headers;
}

Transcript::Transcript(const TranscriptOptions& options, std::uint64_t connection, Instant start)
    : options_(options),
      connection_(connection),
      start_(start),
      answer_(std::make_unique<wire::HttpResponseParser>()) {}

void Transcript::put_request(const RelayedRequest& request, Instant at, std::string& out) const {
  script::append_event(out, moment(at), "request",
                       {{"method", request.request.method},
                        {"url", recorded_url(request.url, options_)},
                        {"headers", json_of(recorded_headers(request.request, options_))}});
}

void Transcript::put_unreachable(const Error& error, Instant at, std::string& out) const {
  script::append_event(out, moment(at), "unreachable", {{"error", error.message}});
}

void Transcript::put_fault(std::string_view rule, Instant at, std::string& out) const {
  script::append_event(out, moment(at), "fault", {{"rule", rule}});
}

void Transcript::put_end(const Error* error, Instant at, std::string& out) const {
  std::vector<std::pair<std::string_view, Json>> members{{"sent", sent_}, {"received", received_}};
  for (const FrameTranscript& frames : frames_) {
    if (frames.unread_bytes() > 0) {
      members.emplace_back(&frames == frames_.data() ? "sent_unread" : "received_unread",
                           frames.unread_bytes());
    }
  }
  if (error != nullptr) {
    members.emplace_back("error", error->message);
  }
  script::append_event(out, moment(at), "end", members);
}

void Transcript::read(Direction direction, std::span<std::byte> bytes, Instant at,
                      std::string& out) {
  moment_ = moment(at);
  if (direction == Direction::recv && state_ == State::answer) {
    read_answer(bytes, out);
  }
  (direction == Direction::send ? sent_ : received_) += bytes.size();
  if (state_ == State::open) {
    frames_[direction == Direction::send ? 0 : 1].read(bytes, moment_, out);
  } else if (state_ == State::answer) {
    keep_early(bytes);
  }
}

void Transcript::keep_early(std::span<const std::byte> bytes) {
  if (early_is_cut_ || early_.size() + bytes.size() > kMaxEarlyBytes) {
    early_is_cut_ = true;
    early_ = {};
  } else {
    early_.insert(early_.end(), bytes.begin(), bytes.end());
  }
}

void Transcript::read_answer(std::span<std::byte>& bytes, std::string& out) {
  while (state_ == State::answer && !bytes.empty()) {
    const auto used = answer_->feed(as_text(bytes));
    if (!used) {
      state_ = State::other;
      script::append_event(
          out, moment_, "violation",
          {{"dir", script::name(Direction::recv)}, {"error", used.error().message}});
      return;
    }
    bytes = bytes.subspan(*used);
    if (answer_->complete()) {
      end_answer(out);
    }
  }
}

void Transcript::end_answer(std::string& out) {
  const wire::HttpResponse answer = answer_->take();
  if (answer.status == kSwitchingProtocols) {
    return open(answer, out);
  }
  if (answer.status < kFirstFinalStatus) {
    // An interim answer: the real one follows.
    answer_ = std::make_unique<wire::HttpResponseParser>();
    return;
  }
  state_ = State::other;
  answer_.reset();
  script::append_event(out, moment_, "answer", {{"status", answer.status}});
}

void Transcript::open(const wire::HttpResponse& answer, std::string& out) {
  state_ = State::open;
  answer_.reset();
  const std::string subprotocol = answer.headers.joined("Sec-WebSocket-Protocol");
  const std::string extensions = answer.headers.joined("Sec-WebSocket-Extensions");
  script::append_open(
      out, moment_,
      {.status = answer.status, .subprotocol = subprotocol, .extensions = extensions});
  const auto deflate = agreed_deflate(answer);
  frames_.reserve(2);
  frames_.emplace_back(options_, Direction::send, deflate);
  frames_.emplace_back(options_, Direction::recv, deflate);
  if (early_is_cut_) {
    frames_[0].stop(
        {ErrorCode::protocol_error, "too much came before the server's answer to be kept"}, moment_,
        out);
  }
  frames_[0].read(early_, moment_, out);
  early_ = {};
}

}  // namespace wskit::relay
