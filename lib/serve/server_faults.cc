// SPDX-License-Identifier: MIT
#include "serve/server_faults.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/units.h"
#include "serve/fault_setup.h"
#include "serve/listen_address.h"

namespace wskit::serve {
namespace {

bool may_ask_for_faults(const ServerOptions& options) {
  switch (options.faults.asking) {
    case FaultAsking::on:
      return true;
    case FaultAsking::off:
      return false;
    case FaultAsking::loopback:
      break;
  }
  return is_loopback(options.listen) && !options.certificate;
}

relay::FrontCertificate borrow(const Certificate& certificate) {
  return {.certificate = certificate.certificate(),
          .key = certificate.key(),
          .chain = certificate.chain()};
}

}  // namespace

Expected<FaultAsking> parse_fault_asking(std::string_view text) {
  if (text == "auto") {
    return FaultAsking::loopback;
  }
  if (text == "on" || text == "off") {
    return text == "on" ? FaultAsking::on : FaultAsking::off;
  }
  return fail(ErrorCode::usage, fmt::format("'{}' is none of auto, on and off", escape(text)));
}

Expected<std::unique_ptr<ServerFaults>> ServerFaults::create(const ServerOptions& options,
                                                             const LogSink& log,
                                                             const Clock& clock) {
  if (options.faults.rules.empty() && !may_ask_for_faults(options)) {
    return nullptr;
  }
  auto faults = std::make_unique<ServerFaults>(options, log, clock);
  if (faults->needs_front()) {
    if (auto started = faults->start_front(); !started) {
      return std::unexpected(std::move(started.error()));
    }
  }
  return faults;
}

ServerFaults::ServerFaults(const ServerOptions& options, const LogSink& log, const Clock& clock)
    : options_(options),
      log_(log),
      start_(clock.now()),
      may_ask_(may_ask_for_faults(options)),
      tls_(options.certificate.has_value()),
      plan_(options.faults.rules, options.faults.seed, *this) {}

Expected<void> ServerFaults::start_front() {
  relay::FrontOptions front{.takes_requests = may_ask_,
                            .request_timeout = options_.handshake_timeout,
                            .pubsub = options_.faults.pubsub};
  if (options_.certificate) {
    front.certificate = borrow(*options_.certificate);
  }
  if (options_.certificate && options_.faults.certificates) {
    front.expired = borrow(options_.faults.certificates->expired);
    front.misnamed = borrow(options_.faults.certificates->wrong_name);
  }
  if (options_.client_authorities) {
    front.client_authorities = options_.client_authorities->certificates();
    front.user_of = subject_of;
  }
  relay::FrontOwner& owner = *this;
  auto started = relay::Front::start(front, plan_, owner);
  if (!started) {
    return std::unexpected(std::move(started.error()));
  }
  front_ = *std::move(started);
  return {};
}

relay::Front* ServerFaults::front() {
  const std::scoped_lock lock(mutex_);
  if (front_ == nullptr) {
    if (const auto started = start_front(); !started && log_) {
      log_line(log_, LogLevel::error, "faults: " + started.error().message);
    }
  }
  return front_.get();
}

void ServerFaults::take(UniqueFd connection, std::uint64_t number) {
  // A connection that nothing can happen to is better cut than passed on as if all were well.
  if (relay::Front* const through = front(); through != nullptr) {
    through->take(connection.release(), number);
  }
}

void ServerFaults::finish(Nanoseconds patience) {
  if (front_ != nullptr) {
    front_->finish(patience);
    front_.reset();
  }
}

void ServerFaults::on_fault(const relay::FaultFiring& firing) {
  if (options_.faults.log && log_) {
    const double at = to_seconds(firing.at - start_);
    const std::array fields{LogField{"connection", firing.connection},
                            LogField{"rule", firing.rule}, LogField{"seconds", at}};
    const std::string line =
        fmt::format("connection {}: fault {} at {:.3f} s", firing.connection, firing.rule, at);
    log_({.level = LogLevel::info, .event = "fault", .line = line, .fields = fields});
  }
}

void ServerFaults::on_trouble(std::string_view line) {
  if (log_) {
    log_line(log_, LogLevel::info, line);
  }
}

UnheededFault unheeded_fault(const ServerFaults* faults) {
  if (faults != nullptr && faults->may_ask()) {
    return {.status = 400, .why = "the line with fault= came too late for it"};
  }
  return {.status = 403, .why = "this server lets nobody ask for faults; --allow-faults on does"};
}

}  // namespace wskit::serve
