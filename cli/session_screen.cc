// SPDX-License-Identifier: MIT
#include "cli/session_screen.h"

#include <cstdio>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/terminal_options.h"
#include "core/parse.h"
#include "report/terminal.h"

namespace wskit::cli {
namespace {

void count(const script::MessageView& message, SessionScreen::Totals& totals) {
  if (is_data(message)) {
    ++totals.messages;
    totals.bytes += message.payload.size();
  }
}

}  // namespace

std::string describe_agreement(const ws::Opened& opened) {
  std::vector<std::string> parts;
  if (opened.tls) {
    parts.push_back(fmt::format("{} {}", net::name(opened.tls->version), opened.tls->cipher));
  }
  if (!opened.certificates.chain.empty()) {
    const net::Certificate& own = opened.certificates.chain.front();
    parts.push_back(fmt::format("certificate {} until {}", report::printable(own.subject),
                                net::date_text(own.not_after)));
  }
  if (!opened.subprotocol.empty()) {
    parts.push_back("subprotocol " + report::printable(opened.subprotocol));
  }
  if (opened.deflate) {
    parts.emplace_back("permessage-deflate");
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

SessionScreen::SessionScreen(const InteractiveOptions& options, ClientStack& stack)
    : stack_(stack),
      text_(text_options(options.color, STDOUT_FILENO)),
      view_(text_),
      show_pings_(options.show_pings),
      quiet_(options.flags.quiet) {
  view_.pretty = options.pretty;
  view_.timestamps = timestamps(options.timestamps).value_or(Timestamps::off);
}

Expected<std::unique_ptr<SessionScreen>> SessionScreen::create(const InteractiveOptions& options,
                                                               const ConnectPlan& plan,
                                                               ClientStack& stack) {
  auto screen = std::make_unique<SessionScreen>(options, stack);
  auto redaction = make_redaction(options.flags);
  if (!redaction) {
    return std::unexpected(redaction.error());
  }
  screen->redaction_ = std::move(*redaction);
  const std::string& path = options.flags.record_file;
  if (path.empty()) {
    return screen;
  }
  auto recording =
      session::Output::open(stack.loop(), path,
                            {.format = script::MessageFormat::jsonl,
                             .received_only = false,
                             .head = recording_head(plan, options.flags.record_secrets),
                             .redaction = &screen->redaction_,
                             .start = stack.loop().now()},
                            *screen);
  if (!recording) {
    return std::unexpected(recording.error());
  }
  screen->recording_ = std::move(*recording);
  return screen;
}

void SessionScreen::flush() {
  if (pending_.empty()) {
    return;
  }
  const std::string text = std::exchange(pending_, {});
  if (editor_ != nullptr) {
    return editor_->print_above(text);
  }
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

void SessionScreen::print(std::string_view text) {
  pending_ += text;
  stack_.loop().at_turn_end(*this);
  // Between two lines no loop is turning.
  if (editor_ != nullptr && !editor_->reading()) {
    flush();
  }
}

void SessionScreen::note(std::string_view text) {
  print(report::paint(fmt::format("* {}", report::printable(text)), report::Style::dim, text_) +
        "\n");
}

void SessionScreen::opened(const ws::Opened& opened, const std::string& url) {
  agreed_.emplace(opened);
  agreed_->request = nullptr;
  view_.start(opened.upgraded);
  if (recording_ != nullptr) {
    recording_->put_open(opened, opened.upgraded);
  }
  if (quiet_) {
    return;
  }
  const std::string agreement = describe_agreement(opened);
  note(fmt::format("connected to {}{}{}{}", url, agreement.empty() ? "" : " (", agreement,
                   agreement.empty() ? "; /help lists commands" : "); /help lists commands"));
}

bool SessionScreen::wanted(const script::MessageView& message) {
  if (!is_data(message)) {
    return show_pings_;
  }
  if (!filter_) {
    return true;
  }
  const auto found = filter_->find(message.payload);
  if (!found) {
    note(found.error().message);
  }
  return !found || *found;
}

void SessionScreen::received(const script::MessageView& message, Instant at,
                             std::optional<Nanoseconds> round_trip) {
  count(message, received_);
  if (recording_ != nullptr) {
    recording_->put(script::Direction::recv, message, at);
  }
  if (is_data(message)) {
    last_ = script::Message{.type = message.type, .payload = std::string(message.payload)};
  }
  if (message.type == script::MessageType::pong && std::exchange(pong_expected_, false)) {
    return note(round_trip ? fmt::format("pong after {}", format_duration(*round_trip)) : "pong");
  }
  if (wanted(message)) {
    print(view_.show(script::Direction::recv, message, at));
  }
}

void SessionScreen::sent(const script::MessageView& message, Instant at, bool show) {
  count(message, sent_);
  if (recording_ != nullptr) {
    recording_->put(script::Direction::send, message, at);
  }
  if (show || (!is_data(message) && show_pings_)) {
    print(view_.show(script::Direction::send, message, at));
  }
}

void SessionScreen::lost(const session::ConnectionEnd& end, Nanoseconds wait) {
  note(fmt::format("{}; connecting again in {}", session::describe(end),
                   format_duration(std::chrono::ceil<std::chrono::milliseconds>(wait))));
}

void SessionScreen::show_last() {
  if (!last_) {
    return note("nothing was received yet");
  }
  print(view_.show(script::Direction::recv, last_->view(), stack_.loop().now(), true));
}

void SessionScreen::resize() {
  text_.width = text_options("never", STDOUT_FILENO).width;
  view_.set_width(text_.width);
  if (editor_ != nullptr) {
    editor_->resize();
  }
}

void SessionScreen::finish() {
  flush();
  if (recording_ != nullptr) {
    recording_->finish();
    while (recording_ != nullptr) {
      stack_.loop().run();
    }
  }
}

void SessionScreen::on_output_finished() {
  recording_.reset();
  stack_.loop().stop();
}

void SessionScreen::on_output_error(const Error& error) {
  note(error.message + "; the recording ends here");
  recording_.reset();
  stack_.loop().stop();
}

}  // namespace wskit::cli
