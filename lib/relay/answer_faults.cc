// SPDX-License-Identifier: MIT
#include "relay/answer_faults.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/bytes.h"
#include "wire/deflate_negotiation.h"
#include "wire/extensions.h"
#include "wire/handshake.h"
#include "wire/server_handshake.h"

namespace wskit::relay {
namespace {

constexpr int kUpgraded = 101;
constexpr int kFinalAnswers = 200;
constexpr std::string_view kNewLine = "\r\n";

bool agrees_on_deflate(const wire::HttpResponse& answer) {
  const auto extensions = wire::parse_extensions(answer.headers.joined("Sec-WebSocket-Extensions"));
  return extensions && std::ranges::find(*extensions, wire::kDeflateName, &wire::Extension::name) !=
                           extensions->end();
}

/// The head with this value for the header, or without it where there is none; every other line
/// as it was.
std::string exchange_header(std::string_view head, std::string_view name, std::string_view value) {
  std::string result;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kNewLine), head.size() - kNewLine.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + kNewLine.size());
    if (line.empty() && !value.empty()) {
      result.append(name).append(": ").append(value).append(kNewLine);
    }
    if (!wire::equals_ignoring_case(line.substr(0, line.find(':')), name)) {
      result.append(line).append(kNewLine);
    }
  }
  return result;
}

}  // namespace

AnswerFaults::AnswerFaults(std::vector<ActiveFault> faults, PacedQueue& queue,
                           FaultStage::Owner& owner)
    : faults_(std::move(faults)),
      queue_(queue),
      owner_(owner),
      parser_(std::make_unique<wire::HttpResponseParser>()) {
  std::erase_if(faults_, [](const ActiveFault& fault) {
    return fault.form().moment != FaultMoment::upgrade;
  });
}

void AnswerFaults::feed(std::span<const std::byte>& bytes, Instant now) {
  while (state_ == State::reading && !bytes.empty()) {
    const auto used = parser_->feed(as_text(bytes));
    const std::size_t taken = used.value_or(bytes.size());
    head_ += as_text(bytes.first(taken));
    bytes = bytes.subspan(taken);
    if (!used) {
      state_ = State::other;
      queue_.put(std::exchange(head_, {}), now);
    } else if (parser_->complete()) {
      end_head(now);
    }
  }
}

void AnswerFaults::end_head(Instant now) {
  const wire::HttpResponse answer = parser_->take();
  const bool interim = answer.status != kUpgraded && answer.status < kFinalAnswers;
  if (interim) {
    parser_ = std::make_unique<wire::HttpResponseParser>();
    queue_.put(std::exchange(head_, {}), now);
    return;
  }
  state_ = answer.status == kUpgraded ? State::open : State::other;
  compression_ = agrees_on_deflate(answer);
  const Instant due = apply(now);
  queue_.put(std::exchange(head_, {}), due);
}

Instant AnswerFaults::apply(Instant now) {
  Instant due = now;
  for (ActiveFault& fault : faults_) {
    const FaultRule& rule = fault.rule();
    switch (rule.kind) {
      case FaultKind::upgrade_delay:
        due += fault.time();
        break;
      case FaultKind::upgrade_stall:
        head_.resize(std::min<std::size_t>(head_.size(), *rule.number));
        state_ = State::stalled;
        break;
      case FaultKind::bad_accept:
        head_ = exchange_header(head_, "Sec-WebSocket-Accept", wire::accept_for("another key"));
        break;
      case FaultKind::subprotocol:
        head_ = exchange_header(head_, "Sec-WebSocket-Protocol",
                                rule.word == "none" ? std::string_view() : rule.word);
        break;
      default:
        continue;
    }
    owner_.on_fired(fault, now);
  }
  return due;
}

std::string rejection_of(const FaultRule& rule) {
  const std::string why = rule.kind == FaultKind::wrong_node
                              ? "another node has this session (fault "
                              : "refused (fault ";
  const std::string body = rule.body.empty() ? why + rule.text + ")" : rule.body;
  return wire::refuse_upgrade(static_cast<int>(rule.number.value_or(0)), body, rule.headers).bytes;
}

}  // namespace wskit::relay
