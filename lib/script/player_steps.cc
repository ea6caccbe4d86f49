// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "script/player.h"
#include "script/shown.h"
#include "wire/http.h"
#include "wire/utf8.h"

namespace wskit::script {
namespace {

void add_headers(const std::vector<Directives::Header>& from, Values& values,
                 std::vector<wire::Header>& to, std::optional<Error>& error) {
  for (const auto& header : from) {
    std::erase_if(to, [&](const wire::Header& earlier) {
      return wire::equals_ignoring_case(earlier.name, header.name);
    });
  }
  for (const auto& header : from) {
    auto value = header.value.render(values);
    if (!value) {
      error = std::move(value.error());
      return;
    }
    to.push_back({.name = header.name, .value = std::move(*value)});
  }
}

Subject subject_of(const Opening& opening) {
  static const Expected<Json> kNone = fail(ErrorCode::usage, "there is no message");
  return {.text = opening.body,
          .json = []() -> const Expected<Json>& { return kNone; },
          .status = opening.status,
          .headers = &opening.headers,
          .subprotocol = opening.subprotocol,
          .extensions = opening.extensions};
}

}  // namespace

Expected<OpenRequest> opening_request(std::span<const Directives* const> levels, std::string url,
                                      Values& values) {
  OpenRequest request{.url = std::move(url), .headers = {}, .subprotocols = {}};
  std::optional<Error> error;
  for (const Directives* level : levels) {
    if (level == nullptr) {
      continue;
    }
    auto url_here = level->url ? level->url->render(values) : Expected<std::string>(request.url);
    if (!url_here) {
      return std::unexpected(std::move(url_here.error()));
    }
    request.url = std::move(*url_here);
    if (!level->subprotocols.empty()) {
      request.subprotocols = level->subprotocols;
    }
    add_headers(level->headers, values, request.headers, error);
  }
  if (error) {
    return std::unexpected(std::move(*error));
  }
  return request;
}

Player::Progress Player::play(const Step& step, Instant now) {
  return std::visit([&](const auto& kind) { return on(kind, now); }, step.kind);
}

Nanoseconds Player::limit_of(ClientIndex client, std::optional<Nanoseconds> own) const {
  Nanoseconds limit = options_.timeout;
  for (const Directives* level :
       {&script_.head, &test_.directives, &test_.clients[client].directives,
        static_cast<const Directives*>(seats_[client].own.get())}) {
    if (level != nullptr && level->timeout) {
      limit = *level->timeout;
    }
  }
  return std::chrono::duration_cast<Nanoseconds>(own.value_or(limit) * options_.timeout_scale);
}

bool Player::begins(Instant now) {
  if (begun_) {
    return false;
  }
  begun_ = true;
  step_began_ = now;
  return true;
}

bool Player::overdue(Nanoseconds limit, Instant now) {
  (void)begins(now);
  const Instant due = limit < Instant::max() - step_began_ ? step_began_ + limit : Instant::max();
  deadline_ = std::min(deadline_, due);
  return now >= due;
}

Expected<OpenRequest> Player::request_of(ClientIndex client, const Directives* own) {
  const std::array levels{&script_.head, &test_.directives, &test_.clients[client].directives, own};
  auto request = opening_request(levels, options_.url, values_);
  if (request && request->url.empty()) {
    return fail(ErrorCode::usage, "the script names no url, and the command line neither");
  }
  return request;
}

void Player::open(ClientIndex client, const Directives* own) {
  const auto request = request_of(client, own);
  if (!request) {
    fail_here(named(client) + request.error().message, request.error().code);
    return;
  }
  seats_[client].state = State::opening;
  stage_.open(client, *request);
}

bool Player::send(const SendStep& step, const Place& place) {
  const auto fail_send = [&](ErrorCode code, std::string why) {
    end(Failure{.code = code, .place = place, .message = named(step.client) + std::move(why)});
    return false;
  };
  Seat& seat = seats_[step.client];
  if (seat.state != State::open) {
    return fail_send(ErrorCode::closed_remote,
                     seat.ending ? seat.ending->what : "the connection is not open");
  }
  const auto payload = step.payload.render(values_);
  if (!payload) {
    return fail_send(payload.error().code, payload.error().message);
  }
  if (step.type == MessageType::text && !step.raw && !wire::is_utf8(*payload)) {
    return fail_send(ErrorCode::bad_utf8, "text to be sent is not UTF-8");
  }
  if (step.raw) {
    const auto sent = stage_.send_raw(step.client, *payload);
    return sent || fail_send(sent.error().code, sent.error().message);
  }
  const auto sent =
      stage_.send(step.client, {.type = step.type, .payload = *payload, .code = step.code});
  if (!sent) {
    return fail_send(sent.error().code, sent.error().message);
  }
  seat.full = *sent == Room::full;
  return true;
}

Player::Progress Player::on(const SendStep& step, Instant /*now*/) {
  if (seats_[step.client].full) {
    return Progress::waits;
  }
  return send(step, step_->place) ? Progress::done : Progress::waits;
}

Player::Progress Player::on(const SleepStep& step, Instant now) {
  return overdue(step.duration, now) ? Progress::done : Progress::waits;
}

bool Player::ping_for_barrier(ClientIndex client) {
  seats_[client].awaits_pong = true;
  const auto sent = stage_.send(client, {.type = MessageType::ping, .payload = "barrier"});
  if (!sent) {
    fail_here(named(client) + sent.error().message);
  }
  return sent.has_value();
}

Player::Progress Player::on(const BarrierStep& /*step*/, Instant now) {
  const bool begins = !begun_;
  const bool late = overdue(limit_of(0, {}), now);
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    Seat& seat = seats_[i];
    const auto client = static_cast<ClientIndex>(i);
    if (begins && seat.state == State::open && !ping_for_barrier(client)) {
      return Progress::waits;
    }
    if (late && seat.awaits_pong) {
      fail_here(fmt::format("{}no Pong to the barrier's Ping within {}", named(client),
                            format_duration(limit_of(0, {}))),
                ErrorCode::timeout);
      return Progress::waits;
    }
  }
  const bool waits = std::ranges::any_of(seats_, [](const Seat& seat) { return seat.awaits_pong; });
  return waits ? Progress::waits : Progress::done;
}

Player::Progress Player::on(const ConnectStep& step, Instant /*now*/) {
  Seat& seat = seats_[step.client];
  if (!begun_) {
    begun_ = true;
    if (step.again && seat.state != State::idle) {
      stage_.drop(step.client);
      const bool refusal = seat.refusal_expected;
      seat = Seat();
      seat.refusal_expected = refusal;
    } else if (seat.state != State::idle) {
      fail_here(named(step.client) + "it is connected already; reconnect makes a new connection");
      return Progress::waits;
    }
    seat.own = step.directives.timeout
                   ? std::make_unique<Directives>(Directives{.url = {},
                                                             .headers = {},
                                                             .subprotocols = {},
                                                             .timeout = step.directives.timeout,
                                                             .answer_status = {},
                                                             .accept = {}})
                   : nullptr;
    open(step.client, &step.directives);
  }
  return seat.state == State::opening || done_ ? Progress::waits : Progress::done;
}

Player::Progress Player::on(const SetStep& step, Instant /*now*/) {
  const auto value = step.value.evaluate(values_, true);
  if (!value) {
    fail_here(value.error().message);
    return Progress::waits;
  }
  values_.set(step.variable, text_of(*value));
  return Progress::done;
}

Player::Progress Player::on(const NameStep& step, Instant now) {
  step_over();
  step_name_ = step.name;
  named_at_ = now;
  last_taken_ = now;
  return Progress::done;
}

Player::Progress Player::on(const RepeatStep& step, Instant now) {
  if (step.count.value_or(1) > 0) {
    constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();
    blocks_.push_back({.steps = &step.steps,
                       .left = step.count.value_or(kForever),
                       .until = step.duration ? now + *step.duration : Instant::max()});
  }
  return Progress::done;
}

Player::Progress Player::on(const ExpectOpenStep& step, Instant now) {
  Seat& seat = seats_[step.client];
  if (!std::exchange(seats_open_, true)) {
    open_seats();
  }
  if (seat.state == State::idle) {
    open(step.client, nullptr);
  }
  const bool opening = seat.state == State::opening;
  if (opening || begun_) {
    const Nanoseconds limit = limit_of(step.client, step.deadline);
    if (overdue(limit, now) && !done_) {
      fail_here(fmt::format("{}no answer to the upgrade within {}", named(step.client),
                            format_duration(limit)),
                ErrorCode::timeout);
    }
  }
  if (opening || done_) {
    return Progress::waits;
  }
  last_taken_ = now;
  if (!step.refused) {
    return seat.opening && inspect(subject_of(*seat.opening), step.captures, step.asserts)
               ? Progress::done
               : Progress::waits;
  }
  if (!seat.ending || !seat.ending->refusal) {
    fail_here(named(step.client) + "the connection opened");
    return Progress::waits;
  }
  seat.end_seen = true;
  const Opening& refusal = *seat.ending->refusal;
  if (step.status && *step.status != refusal.status) {
    fail_here(
        fmt::format("{}refused with {}, not {}", named(step.client), refusal.status, *step.status));
    return Progress::waits;
  }
  return inspect(subject_of(refusal), step.captures, step.asserts) ? Progress::done
                                                                   : Progress::waits;
}

Player::Progress Player::on(const HttpStep& step, Instant now) {
  if (!begun_) {
    PlayedHttpRequest request{.method = step.method, .url = {}, .headers = {}, .body = {}};
    std::optional<Error> error;
    auto url = step.url.render(values_);
    auto body = step.body.render(values_);
    add_headers(step.headers, values_, request.headers, error);
    if (!url || !body || error) {
      fail_here(!url ? url.error().message : !body ? body.error().message : error->message);
      return Progress::waits;
    }
    request.url = std::move(*url);
    request.body = std::move(*body);
    answer_.reset();
    (void)overdue(limit_of(0, {}), now);
    stage_.request(request);
    return Progress::waits;
  }
  if (!answer_) {
    if (now >= deadline_) {
      fail_here(fmt::format("no answer within {}", format_duration(limit_of(0, {}))),
                ErrorCode::timeout);
    }
    return Progress::waits;
  }
  const auto answer = std::move(answer_);
  if (!*answer) {
    fail_here(answer->error().message, answer->error().code);
    return Progress::waits;
  }
  const bool tests_status = std::ranges::any_of(
      step.asserts, [](const auto& line) { return line.second.query.kind == Query::Kind::status; });
  if (!tests_status && (*answer)->status >= 400) {
    fail_here(fmt::format("the answer is {}: {}", (*answer)->status, shown((*answer)->body)));
    return Progress::waits;
  }
  last_taken_ = now;
  const Expected<Json> json = parse_json((*answer)->body);
  const Subject subject{.text = (*answer)->body,
                        .json = [&json]() -> const Expected<Json>& { return json; },
                        .status = (*answer)->status,
                        .headers = &(*answer)->headers};
  return inspect(subject, step.captures, step.asserts) ? Progress::done : Progress::waits;
}

}  // namespace wskit::script
