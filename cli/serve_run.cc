// SPDX-License-Identifier: MIT
#include "cli/serve_run.h"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <malloc.h>

#include "cli/announce.h"
#include "cli/fault_options.h"
#include "cli/serve_log.h"
#include "cli/standard_streams.h"
#include "cli/stop_signals.h"
#include "load/limits.h"
#include "serve/server.h"

namespace wskit::cli {
namespace {

// Large messages come and go. By itself glibc moves them into its heap once it has seen one, where
// growing one leaves holes of its size behind.
void keep_large_memory_apart() {
  constexpr int kLarge = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  ::mallopt(M_TRIM_THRESHOLD, 2 * kLarge);
}

void cut_when_signalled(const StopSignals& signals, serve::Server& server,
                        const std::stop_token& done) {
  constexpr auto kLook = std::chrono::milliseconds(20);
  while (!done.stop_requested()) {
    if (signals.next_within(kLook)) {
      return server.stop();
    }
  }
}

// The first signal lets what is open end in order, the second cuts it.
void wait_for_signals(const StopSignals& signals, serve::Server& server) {
  (void)signals.next();
  server.drain();
  const std::jthread second(
      [&](const std::stop_token& done) { cut_when_signalled(signals, server, done); });
  server.wait();
}

}  // namespace

Expected<void> serve_until_signalled(std::string_view name, const ServeOptions& options,
                                     serve::ServiceFactory service) {
  const StopSignals signals;
  (void)load::raise_limits();
  keep_large_memory_apart();
  auto server_options = cli::server_options(options);
  if (!server_options) {
    return std::unexpected(std::move(server_options.error()));
  }
  auto fault_report = FaultReport::open(options.faults);
  if (!fault_report) {
    return std::unexpected(std::move(fault_report.error()));
  }
  const auto certificate = server_options->certificate;
  const auto flawed = server_options->faults.certificates;
  const auto log = [command = std::string(name),
                    format = log_format(options.log)](const serve::LogEntry& entry) {
    say(format_log(entry, format, command, read_wall_clock()));
  };
  auto server = serve::Server::start(std::move(*server_options), std::move(service), log);
  if (!server) {
    return std::unexpected(std::move(server.error()));
  }
  if (options.tls.self_signed) {
    if (auto told = tell_how_to_trust(options.tls, *certificate, flawed ? &*flawed : nullptr);
        !told) {
      return told;
    }
  }
  if (auto announced = announce((*server)->url(), options.ready_file); !announced) {
    return announced;
  }
  wait_for_signals(signals, **server);
  return fault_report->finish((*server)->faults());
}

}  // namespace wskit::cli
