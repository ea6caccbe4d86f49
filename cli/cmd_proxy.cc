// SPDX-License-Identifier: MIT
#include "cli/cmd_proxy.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/announce.h"
#include "cli/connect_options.h"
#include "cli/fault_options.h"
#include "cli/hints.h"
#include "cli/listen_tls.h"
#include "cli/proxy_command_options.h"
#include "cli/signal_watch.h"
#include "cli/standard_streams.h"
#include "core/parse.h"
#include "load/limits.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "relay/fault_place.h"
#include "relay/fault_plan.h"
#include "relay/recorder.h"
#include "relay/relay.h"
#include "report/terminal.h"
#include "script/redaction.h"
#include "serve/listen_address.h"

namespace wskit::cli {
namespace {

constexpr std::string_view kProxyName = "proxy";

/// Everything between the options and the end, in the order of its making.
class ProxyRun final : relay::RelayWatcher, relay::RecorderHandler, relay::FaultWatcher {
 public:
  ProxyRun(const ProxyCommandOptions& options, ConnectPlan plan)
      : options_(options), plan_(std::move(plan)), url_(plan_.request.options().uri.display()) {}

  [[nodiscard]] int run() {
    if (auto prepared = prepare(); !prepared) {
      return complain(kProxyName, prepared.error());
    }
    loop_->run();
    return code_;
  }

 private:
  [[nodiscard]] Expected<void> prepare();
  [[nodiscard]] Expected<void> prepare_recording(const relay::RequestRules& request);
  [[nodiscard]] Expected<void> prepare_faults();
  /// Clients may ask for faults.
  [[nodiscard]] bool may_ask() const;
  [[nodiscard]] Expected<void> listen();
  void obey();

  void on_unreachable(std::uint64_t connection, const Error& error) override;
  void on_client_failed(std::uint64_t connection, const Error& error) override;
  void on_accept_error(const Error& error) override { complain(kProxyName, error); }
  void on_drained() override;
  void on_record_room() override { relay_->resume_recording(); }
  void on_record_error(const Error& error) override;
  void on_record_finished() override { loop_->stop(); }
  void on_fault(const relay::FaultFiring& firing) override;

  const ProxyCommandOptions& options_;
  ConnectPlan plan_;
  std::string url_;
  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<SignalWatch> signals_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::Dialer> dialer_;
  ListenSecurity security_;
  script::Redaction redaction_;
  std::unique_ptr<relay::Recorder> recorder_;
  Instant start_;
  std::optional<FaultReport> fault_report_;
  std::optional<relay::FaultPlan> faults_;
  std::optional<relay::Relay> relay_;
  int code_ = EXIT_SUCCESS;
};

Expected<void> ProxyRun::prepare() {
  auto loop = net::make_loop(options_.io);
  if (!loop) {
    return std::unexpected(std::move(loop.error()));
  }
  loop_ = std::move(*loop);
  auto signals = SignalWatch::create(*loop_, [this](int) { obey(); });
  if (!signals) {
    return std::unexpected(std::move(signals.error()));
  }
  signals_ = std::move(*signals);
  resolver_ = net::Resolver::create();
  auto dialer = net::Dialer::create(*loop_, *resolver_, plan_.dial);
  if (!dialer) {
    return std::unexpected(std::move(dialer.error()));
  }
  dialer_ = std::move(*dialer);
  auto security = secure_listening(*loop_, options_.tls);
  if (!security) {
    return std::unexpected(std::move(security.error()));
  }
  security_ = *std::move(security);
  relay::RelayOptions options = relay_options(options_, plan_);
  options.tls = security_.acceptor.get();
  if (auto recording = prepare_recording(options.request); !recording) {
    return recording;
  }
  options.recorder = recorder_.get();
  if (auto faults = prepare_faults(); !faults) {
    return faults;
  }
  options.faults = faults_ ? &*faults_ : nullptr;
  options.asked_faults = may_ask();
  options.answers_faults = options.asked_faults;
  options.fault_place = {.tls = security_.certificate.has_value(), .stands = true};
  options.expired_tls = security_.expired.get();
  options.misnamed_tls = security_.misnamed.get();
  relay::RelayWatcher& watcher = *this;
  relay_.emplace(*dialer_, std::move(options), watcher);
  return listen();
}

Expected<void> ProxyRun::prepare_recording(const relay::RequestRules& request) {
  auto redaction = make_redaction(options_);
  if (!redaction) {
    return std::unexpected(std::move(redaction.error()));
  }
  redaction_ = std::move(*redaction);
  if (options_.record_file.empty()) {
    return {};
  }
  relay::RecorderHandler& handler = *this;
  auto recorder =
      relay::Recorder::create(*loop_, recorder_options(options_, request, redaction_), handler);
  if (!recorder) {
    return std::unexpected(std::move(recorder.error()));
  }
  recorder_ = std::move(*recorder);
  return {};
}

bool ProxyRun::may_ask() const {
  switch (options_.allow_faults) {
    case serve::FaultAsking::on:
      return true;
    case serve::FaultAsking::off:
      return false;
    case serve::FaultAsking::loopback:
      break;
  }
  return serve::is_loopback(options_.listen) && !security_.certificate;
}

Expected<void> ProxyRun::prepare_faults() {
  auto rules = fault_rules(options_.faults);
  if (!rules) {
    return std::unexpected(std::move(rules.error()));
  }
  for (const relay::FaultRule& rule : *rules) {
    const relay::FaultPlace place{.tls = security_.certificate.has_value()};
    if (const auto possible = relay::check_place(rule, place); !possible) {
      return fail(ErrorCode::usage, "--fault " + possible.error().message);
    }
  }
  if (need_certificates(*rules) || (may_ask() && security_.certificate)) {
    if (auto added = add_flawed(*loop_, security_); !added) {
      return added;
    }
  }
  auto report = FaultReport::open(options_.faults);
  if (!report) {
    return std::unexpected(std::move(report.error()));
  }
  fault_report_ = *std::move(report);
  start_ = loop_->now();
  if (!rules->empty() || may_ask()) {
    relay::FaultWatcher& watcher = *this;
    faults_.emplace(std::move(*rules), options_.faults.seed, watcher);
  }
  return {};
}

Expected<void> ProxyRun::listen() {
  const auto address = find_address(options_.listen);
  if (!address) {
    return std::unexpected(address.error());
  }
  if (auto listening = relay_->listen(*address); !listening) {
    return listening;
  }
  if (options_.tls.self_signed) {
    if (auto told = tell_how_to_trust(options_.tls, *security_.certificate,
                                      security_.flawed ? &*security_.flawed : nullptr);
        !told) {
      return told;
    }
  }
  serve::ListenAddress actual = options_.listen;
  actual.port = relay_->address().port();
  return announce(serve::url_of(actual, security_.certificate.has_value()), options_.ready_file);
}

// The first signal lets what is open end by itself; a second one ends the program.
void ProxyRun::obey() {
  if (const std::size_t open = relay_->connections(); open > 0) {
    say(
        fmt::format("wskit {}: {} connection{} open; ending in {} at the latest, at once with a "
                    "second signal\n",
                    kProxyName, open, open == 1 ? "" : "s", format_duration(options_.drain_time)));
  }
  relay_->drain(options_.drain_time);
}

void ProxyRun::on_drained() {
  // Where rules come and go, also of those that are gone.
  const auto counts = !faults_    ? std::vector<relay::FaultCount>()
                      : may_ask() ? faults_->counts()
                                  : faults_->faults();
  if (const auto reported = fault_report_->finish(counts); !reported) {
    code_ = complain(kProxyName, reported.error());
  }
  if (recorder_) {
    recorder_->finish();
  } else {
    loop_->stop();
  }
}

void ProxyRun::on_fault(const relay::FaultFiring& firing) {
  if (options_.faults.quiet) {
    return;
  }
  say(fmt::format("wskit {}: connection {}: fault {} at {:.3f} s\n", kProxyName, firing.connection,
                  report::printable(firing.rule),
                  std::chrono::duration<double>(firing.at - start_).count()));
}

// Whoever talks through us shall not suffer from it: everything passes on, and the exit code tells.
void ProxyRun::on_record_error(const Error& error) {
  code_ = complain(
      kProxyName,
      {.code = error.code, .message = error.message + "; not recorded any longer, passing on"});
  relay_->resume_recording();
}

void ProxyRun::on_unreachable(std::uint64_t connection, const Error& error) {
  Error named = error;
  named.message =
      fmt::format("connection {}: {}", connection, describe_failure(url_, error.message));
  complain(kProxyName, named);
}

void ProxyRun::on_client_failed(std::uint64_t connection, const Error& error) {
  say(fmt::format("wskit {}: connection {}: {}\n", kProxyName, connection,
                  report::printable(error.message)));
}

int run_proxy(const ProxyCommandOptions& options) {
  (void)load::raise_limits();
  auto plan = make_connect_plan(options.target);
  if (!plan) {
    return complain(kProxyName, plan.error());
  }
  warn(kProxyName, options.target, plan->request.options().uri);
  return ProxyRun(options, std::move(*plan)).run();
}

}  // namespace

void add_proxy(CLI::App& app, Command& chosen) {
  CLI::App& proxy = *app.add_subcommand(
      "proxy", "Stand between clients and a server, pass everything on, or let faults happen");
  // Shared with the callback that CLI11 keeps.
  auto options = std::make_shared<ProxyCommandOptions>();
  add_proxy_command_options(proxy, *options);
  proxy.callback([options, &chosen] { chosen = [options] { return run_proxy(*options); }; });
}

}  // namespace wskit::cli
