// SPDX-License-Identifier: MIT
#include "cli/interactive_session.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/client_stack.h"
#include "cli/command.h"
#include "cli/hints.h"
#include "cli/line_editor.h"
#include "cli/message_view.h"
#include "cli/session_commands.h"
#include "cli/session_screen.h"
#include "cli/slash_command.h"
#include "cli/standard_streams.h"
#include "cli/terminal_options.h"
#include "core/error.h"
#include "core/parse.h"
#include "net/member_timer.h"
#include "report/json_text.h"
#include "report/terminal.h"
#include "session/session.h"

namespace wskit::cli {
namespace {

/// $XDG_STATE_HOME/wskit/history/HOST_PORT; empty where there is no home.
std::string history_file(const wire::Uri& uri) {
  const char* const state = std::getenv("XDG_STATE_HOME");
  const char* const home = std::getenv("HOME");
  if ((state == nullptr || *state != '/') && (home == nullptr || *home != '/')) {
    return {};
  }
  const std::filesystem::path base = state != nullptr && *state == '/'
                                         ? std::filesystem::path(state)
                                         : std::filesystem::path(home) / ".local" / "state";
  const std::filesystem::path directory = base / "wskit" / "history";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return {};
  }
  std::string name = uri.unix_path.empty() ? uri.host_port() : uri.unix_path;
  for (char& c : name) {
    c = c == '/' || c == ':' ? '_' : c;
  }
  return directory / name;
}

/// The loop, the editor and the session, which take turns on the one thread.
class InteractiveRun final : session::SessionHandler, EditorHost, net::FdHandler {
 public:
  InteractiveRun(const InteractiveOptions& options, ConnectPlan plan)
      : options_(options),
        plan_(std::move(plan)),
        url_(plan_.request.options().uri.display()),
        messages_(options.messages) {}

  [[nodiscard]] int run();

 private:
  [[nodiscard]] Expected<void> prepare();
  void converse();
  [[nodiscard]] LineEditor::Result read_message(std::string& text);
  void take_line(const std::string& line);
  void send(const script::Message& message);
  void close_with(wire::CloseCode code, std::string_view reason);
  void leave();
  void obey(int signal);
  void time_over(Instant now);
  [[nodiscard]] int conclude();

  void on_open(const ws::Opened& opened) override;
  void on_ready() override;
  void on_received(const script::MessageView& message, Instant at) override;
  void on_sent(const script::MessageView& message, Instant at) override;
  void on_drain() override {}
  void on_lost(const session::ConnectionEnd& end, Nanoseconds wait) override;
  void on_end(const session::ConnectionEnd& end) override;

  void wait_for_input() override;
  std::string complete(std::string_view line, std::string& candidates) override;
  void on_ready(bool readable, bool writable) override;

  const InteractiveOptions& options_;
  ConnectPlan plan_;
  std::string url_;
  /// Those of the command line, until they are sent.
  std::vector<script::Message> messages_;
  std::unique_ptr<ClientStack> stack_;
  std::unique_ptr<net::FdWatch> keyboard_;
  std::unique_ptr<LineEditor> editor_;
  std::unique_ptr<SessionScreen> screen_;
  std::unique_ptr<session::Session> session_;
  std::unique_ptr<SessionCommands> commands_;
  std::optional<session::ConnectionEnd> end_;
  std::optional<int> signal_;
  bool opened_ = false;
  bool leaving_ = false;
  bool key_ready_ = false;
  /// JSON goes on in a further line.
  bool continuing_ = false;
  std::unique_ptr<net::MemberTimer<InteractiveRun>> max_timer_;
};

Expected<void> InteractiveRun::prepare() {
  auto stack =
      ClientStack::create(plan_, [this](int signal) { obey(signal); }, SignalWatch::Second::told);
  if (!stack) {
    return std::unexpected(stack.error());
  }
  stack_ = std::move(*stack);
  auto keyboard = stack_->loop().watch(STDIN_FILENO, *this);
  if (!keyboard) {
    return std::unexpected(keyboard.error());
  }
  keyboard_ = std::move(*keyboard);
  auto screen = SessionScreen::create(options_, plan_, *stack_);
  if (!screen) {
    return std::unexpected(screen.error());
  }
  screen_ = std::move(*screen);
  session_ = std::make_unique<session::Session>(stack_->client(), stack_->loop(), options_.session,
                                                static_cast<session::SessionHandler&>(*this));
  commands_ = std::make_unique<SessionCommands>(*session_, *screen_, stack_->loop());
  return {};
}

int InteractiveRun::run() {
  if (auto prepared = prepare(); !prepared) {
    return complain("connect", prepared.error());
  }
  if (options_.flags.max_time > Nanoseconds(0)) {
    max_timer_ = std::make_unique<net::MemberTimer<InteractiveRun>>(stack_->loop().timers(), *this,
                                                                    &InteractiveRun::time_over);
    max_timer_->arm(stack_->loop().now() + options_.flags.max_time);
  }
  session_->start();
  while (!opened_ && !end_) {
    stack_->loop().run();
  }
  if (!end_) {
    converse();
  }
  return conclude();
}

void InteractiveRun::converse() {
  EditorHost& host = *this;
  editor_ = std::make_unique<LineEditor>(
      host, options_.history ? history_file(plan_.request.options().uri) : std::string());
  screen_->set_editor(editor_.get());
  while (!end_) {
    std::string text;
    const LineEditor::Result result = read_message(text);
    if (end_) {
      break;
    }
    if (result == LineEditor::Result::end_of_input) {
      leave();
    } else if (result == LineEditor::Result::line && !text.empty()) {
      editor_->remember(text);
      take_line(text);
    }
  }
  screen_->set_editor(nullptr);
  editor_.reset();
}

/// One line, or the lines of a JSON text that goes on.
LineEditor::Result InteractiveRun::read_message(std::string& text) {
  keyboard_->want(true, false);
  LineEditor::Result result = editor_->read(screen_->prompt(), text);
  continuing_ = true;
  while (result == LineEditor::Result::line && report::is_unfinished_json(text) && !end_) {
    std::string more;
    result = editor_->read(". ", more);
    // An empty line sends what there is, JSON or not.
    if (result == LineEditor::Result::line && more.empty()) {
      break;
    }
    text += '\n';
    text += more;
  }
  continuing_ = false;
  keyboard_->want(false, false);
  return result;
}

void InteractiveRun::take_line(const std::string& line) {
  const TypedLine typed =
      options_.slash ? read_typed_line(line) : TypedLine{.command = {}, .text = line};
  if (typed.command.empty()) {
    auto message = argument_message(typed.text, options_.binary);
    if (!message) {
      return screen_->note(message.error().message);
    }
    return send(*message);
  }
  if (typed.command == "quit") {
    return leave();
  }
  if (typed.command == "close") {
    const auto close = typed_close(typed.text);
    if (!close) {
      return screen_->note(close.error().message);
    }
    return close_with(close->code, close->payload);
  }
  commands_->run(typed);
}

void InteractiveRun::send(const script::Message& message) {
  if (session_->send(message.view()) == ws::SendResult::dropped) {
    return screen_->note("not connected: the message was not sent");
  }
  screen_->sent(message.view(), stack_->loop().now(), false);
}

void InteractiveRun::close_with(wire::CloseCode code, std::string_view reason) {
  if (std::exchange(leaving_, true)) {
    return;
  }
  const bool open = session_->is_open();
  if (session_->close(code, reason) && open) {
    screen_->sent({.type = script::MessageType::close, .payload = reason, .code = code},
                  stack_->loop().now(), false);
  }
}

void InteractiveRun::leave() {
  close_with(static_cast<wire::CloseCode>(options_.flags.close_code), options_.flags.close_reason);
  // Nothing more is read; what still arrives is shown.
  while (!end_) {
    stack_->loop().run();
  }
}

void InteractiveRun::time_over(Instant /*now*/) {
  screen_->note("--max-time is over");
  close_with(static_cast<wire::CloseCode>(options_.flags.close_code), options_.flags.close_reason);
}

void InteractiveRun::obey(int signal) {
  if (signal == SIGWINCH) {
    return screen_->resize();
  }
  if (signal == SIGCONT) {
    return editor_ != nullptr ? editor_->restore() : void();
  }
  // Ctrl-C takes back what is typed first, as in a shell.
  const bool typing =
      signal == SIGINT && editor_ != nullptr && (continuing_ || editor_->has_text());
  if (!typing && signal_) {
    editor_.reset();
    std::_Exit(signal_exit_code(signal));
  }
  if (!typing) {
    signal_ = signal;
    screen_->note("closing; Ctrl-C again ends at once");
    close_with(wire::CloseCode::going_away, {});
  }
  if (editor_ != nullptr) {
    editor_->stop_reading();
  }
  stack_->loop().stop();
}

void InteractiveRun::on_open(const ws::Opened& opened) {
  opened_ = true;
  screen_->opened(opened, url_);
}

void InteractiveRun::on_ready() {
  for (const script::Message& message : std::exchange(messages_, {})) {
    if (session_->send(message.view()) != ws::SendResult::dropped) {
      screen_->sent(message.view(), stack_->loop().now(), true);
    }
  }
  stack_->loop().stop();
}

void InteractiveRun::on_received(const script::MessageView& message, Instant at) {
  screen_->received(message, at, session_->round_trip());
}

void InteractiveRun::on_sent(const script::MessageView& message, Instant at) {
  screen_->sent(message, at, message.type != script::MessageType::ping);
}

void InteractiveRun::on_lost(const session::ConnectionEnd& end, Nanoseconds wait) {
  screen_->lost(end, wait);
}

void InteractiveRun::on_end(const session::ConnectionEnd& end) {
  end_ = end;
  if (end.close_code) {
    screen_->received(
        {.type = script::MessageType::close, .payload = end.close_reason, .code = *end.close_code},
        stack_->loop().now(), {});
  }
  if (editor_ != nullptr) {
    editor_->stop_reading();
  }
  stack_->loop().stop();
}

std::string InteractiveRun::complete(std::string_view line, std::string& candidates) {
  if (!options_.slash || line.find(' ') != std::string_view::npos) {
    return {};
  }
  Completion completion = complete_command(line);
  candidates = std::move(completion.candidates);
  return completion.rest;
}

void InteractiveRun::on_ready(bool /*readable*/, bool /*writable*/) {
  key_ready_ = true;
  stack_->loop().stop();
}

/// Others stop the loop too, and a read without a key would hold everything up.
void InteractiveRun::wait_for_input() {
  key_ready_ = false;
  while (!key_ready_ && editor_->reading()) {
    stack_->loop().run();
  }
}

int InteractiveRun::conclude() {
  if (end_->close_code) {
    screen_->note(fmt::format("closed{} with {}", end_->by_peer ? " by the server" : "",
                              session::describe_close(*end_)));
  }
  screen_->finish();
  if (const auto saved = plan_.watcher->finish(); !saved) {
    return complain("connect", saved.error());
  }
  if (!opened_ && end_->error && !signal_) {
    return complain("connect", *end_->error, url_);
  }
  const auto failure = session::failure_of(*end_);
  if (signal_) {
    return signal_exit_code(*signal_);
  }
  if (options_.flags.expect_close) {
    const bool met = end_->close_code &&
                     static_cast<std::uint16_t>(*end_->close_code) == *options_.flags.expect_close;
    return met ? EXIT_SUCCESS : exit_code(ErrorCode::unmet);
  }
  if (failure && !(leaving_ && end_->close_code)) {
    return end_->close_code ? exit_code(failure->code) : complain("connect", *failure);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int run_interactive(const InteractiveOptions& options) {
  auto plan = make_connect_plan(options.connect);
  if (!plan) {
    return complain("connect", plan.error());
  }
  // The certificate is part of /stats.
  plan->dial.tls.describe_certificates = true;
  if (!options.flags.quiet) {
    warn("connect", options.connect, plan->request.options().uri);
  }
  return InteractiveRun(options, std::move(*plan)).run();
}

}  // namespace wskit::cli
