// SPDX-License-Identifier: MIT
#include "cli/exchange_run.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/client_stack.h"
#include "cli/command.h"
#include "cli/hints.h"
#include "cli/standard_streams.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/parse.h"
#include "report/terminal.h"

namespace wskit::cli {
namespace {

/// Everything between the options and the outcome, in the order of its making.
class ExchangeRun final : session::ExchangeWatcher {
 public:
  ExchangeRun(const ExchangeJob& job, ConnectPlan plan)
      : job_(job), plan_(std::move(plan)), url_(plan_.request.options().uri.display()) {}

  [[nodiscard]] int run() {
    if (auto prepared = prepare(); !prepared) {
      return complain(job_.command, prepared.error());
    }
    exchange_->start();
    stack_->loop().run();
    const auto finished = plan_.watcher->finish();
    const int code = conclude();
    return finished || code != EXIT_SUCCESS ? code : complain(job_.command, finished.error());
  }

 private:
  Expected<void> prepare();
  Expected<void> add_outputs();
  [[nodiscard]] session::OutputOptions output_options(script::MessageFormat format) const;
  [[nodiscard]] int conclude() const;
  [[nodiscard]] int complain_about(const Error& error) const;
  void obey(int signal);
  void note(std::string_view text) const;

  void on_open(const ws::Opened& opened) override;
  void on_lost(const session::ConnectionEnd& end, Nanoseconds wait) override;
  void on_loss(script::Loss loss) override;
  void on_frame(script::Direction direction, const script::MessageView& message) override;
  void on_done(const session::Outcome& outcome) override {
    outcome_ = outcome;
    stack_->loop().stop();
  }

  const ExchangeJob& job_;
  ConnectPlan plan_;
  std::string url_;
  std::unique_ptr<ClientStack> stack_;
  script::Redaction redaction_;
  std::optional<session::Exchange> exchange_;
  session::Outcome outcome_;
  std::optional<int> signal_;
  /// Since when the connection is lost.
  std::optional<Instant> lost_at_;
  bool opened_ = false;
};

void ExchangeRun::on_open(const ws::Opened& opened) {
  opened_ = true;
  if (lost_at_) {
    const auto gap = std::chrono::round<std::chrono::milliseconds>(opened.upgraded - *lost_at_);
    note(fmt::format("{}: connected again after {}; what the server sent meanwhile was missed",
                     url_, format_duration(gap)));
  }
  lost_at_.reset();
}

/// -vv shows every message and control frame.
void ExchangeRun::on_frame(script::Direction direction, const script::MessageView& message) {
  if (job_.connect.verbose < 2) {
    return;
  }
  constexpr std::size_t kShown = 200;
  const bool binary = message.type == script::MessageType::binary;
  const std::string code = message.code == wire::CloseCode::no_status
                               ? std::string()
                               : fmt::format(" {}", static_cast<unsigned>(message.code));
  say(fmt::format("{} {}{}, {} {}{}{}\n", direction == script::Direction::send ? '>' : '<',
                  script::name(message.type), code, message.payload.size(),
                  message.payload.size() == 1 ? "byte" : "bytes",
                  binary || message.payload.empty() ? "" : ": ",
                  binary ? "" : report::printable(message.payload.substr(0, kShown))));
}

Expected<void> ExchangeRun::prepare() {
  auto redaction = make_redaction(job_.flags);
  if (!redaction) {
    return std::unexpected(redaction.error());
  }
  redaction_ = std::move(*redaction);
  auto stack = ClientStack::create(plan_, [this](int signal) { obey(signal); });
  if (!stack) {
    return std::unexpected(stack.error());
  }
  stack_ = std::move(*stack);
  session::ExchangeWatcher& watcher = *this;
  exchange_.emplace(stack_->client(), stack_->loop(), job_.options, watcher);
  if (job_.input) {
    auto input = job_.input(stack_->loop());
    if (!input) {
      return std::unexpected(input.error());
    }
    exchange_->set_input(std::move(*input));
  }
  return add_outputs();
}

session::OutputOptions ExchangeRun::output_options(script::MessageFormat format) const {
  session::OutputOptions options{
      .format = format, .name = "standard output", .start = stack_->loop().now()};
  if (format == script::MessageFormat::jsonl) {
    options.head = recording_head(plan_, job_.flags.record_secrets);
    options.redaction = &redaction_;
  }
  return options;
}

Expected<void> ExchangeRun::add_outputs() {
  session::OutputOptions options = output_options(*script::message_format(job_.flags.format));
  const auto added = job_.flags.output_file.empty() || job_.flags.output_file == "-"
                         ? exchange_->add_output(STDOUT_FILENO, std::move(options))
                         : exchange_->add_file(job_.flags.output_file, std::move(options));
  if (!added || job_.flags.record_file.empty()) {
    return added;
  }
  session::OutputOptions recording = output_options(script::MessageFormat::jsonl);
  recording.received_only = false;
  return exchange_->add_file(job_.flags.record_file, std::move(recording));
}

void ExchangeRun::obey(int signal) {
  signal_ = signal;
  exchange_->interrupt();
}

void ExchangeRun::note(std::string_view text) const {
  if (!job_.flags.quiet) {
    say(fmt::format("wskit {}: {}\n", job_.command, text));
  }
}

void ExchangeRun::on_lost(const session::ConnectionEnd& end, Nanoseconds wait) {
  const std::string why = session::describe(end);
  const std::string missed =
      end.unsent == 0 ? std::string() : fmt::format("; {} bytes were not sent", end.unsent);
  if (!lost_at_) {
    lost_at_ = stack_->loop().now();
  }
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(wait);
  note(fmt::format("{}: {}{}; connecting again in {}", url_, report::printable(why), missed,
                   format_duration(whole)));
}

void ExchangeRun::on_loss(script::Loss loss) {
  note(loss == script::Loss::binary
           ? "warning: binary messages are printed as base64; --format says how else"
           : "warning: a message with line ends takes several lines; --format jsonl keeps it in "
             "one");
}

int ExchangeRun::complain_about(const Error& error) const {
  if (error.code == ErrorCode::broken_pipe) {
    return exit_code(error.code);
  }
  const bool of_connection = outcome_.end.error && error.message == outcome_.end.error->message;
  if (of_connection && !opened_) {
    return complain(job_.command, error, url_);
  }
  Error full = error;
  if (of_connection || error.code == ErrorCode::closed_remote || error.code == ErrorCode::unmet ||
      error.code == ErrorCode::timeout) {
    full.message = fmt::format("{}: {}", url_, error.message);
  }
  return complain(job_.command, full);
}

int ExchangeRun::conclude() const {
  if (signal_) {
    return signal_exit_code(*signal_);
  }
  if (outcome_.error) {
    return complain_about(*outcome_.error);
  }
  if (job_.needs_input && outcome_.taken == 0) {
    return complain(job_.command,
                    {.code = ErrorCode::usage,
                     .message = "standard input holds no message; give one as an argument"});
  }
  return EXIT_SUCCESS;
}

}  // namespace

int run_exchange(const ExchangeJob& job) {
  auto plan = make_connect_plan(job.connect);
  if (!plan) {
    return complain(job.command, plan.error());
  }
  if (!job.flags.quiet) {
    warn(job.command, job.connect, plan->request.options().uri);
  }
  return ExchangeRun(job, std::move(*plan)).run();
}

}  // namespace wskit::cli
