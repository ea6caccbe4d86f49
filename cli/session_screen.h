// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/client_stack.h"
#include "cli/interactive_session.h"
#include "cli/line_editor.h"
#include "cli/message_view.h"
#include "core/clock.h"
#include "core/error.h"
#include "net/turn_hook.h"
#include "script/redaction.h"
#include "script/regex.h"
#include "session/connection_end.h"
#include "session/output.h"
#include "ws/handler.h"

namespace wskit::cli {

/// What a person sees of an interactive session: messages and notes above the line being typed,
/// those of one turn of the loop printed together; and the recording, if there is one.
class SessionScreen final : net::TurnHook, session::OutputHandler {
 public:
  struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };

  [[nodiscard]] static Expected<std::unique_ptr<SessionScreen>> create(
      const InteractiveOptions& options, const ConnectPlan& plan, ClientStack& stack);
  SessionScreen(const InteractiveOptions& options, ClientStack& stack);

  /// Whose line everything is printed above; null for none.
  void set_editor(LineEditor* editor) { editor_ = editor; }
  [[nodiscard]] static std::string prompt() { return "> "; }

  void opened(const ws::Opened& opened, const std::string& url);
  void received(const script::MessageView& message, Instant at,
                std::optional<Nanoseconds> round_trip);
  /// `show` is for what was not typed as it is.
  void sent(const script::MessageView& message, Instant at, bool show);
  void lost(const session::ConnectionEnd& end, Nanoseconds wait);
  /// A line about the session itself.
  void note(std::string_view text);
  /// Lines as they are.
  void print(std::string_view text);
  void resize();
  /// Prints what is left and completes the recording.
  void finish();

  [[nodiscard]] MessageView& view() { return view_; }
  void set_filter(std::optional<script::Regex> filter) { filter_ = std::move(filter); }
  void show_pings(bool show) { show_pings_ = show; }
  /// The next Pong answers a ping that was typed: its round trip is shown.
  void expect_pong() { pong_expected_ = true; }
  [[nodiscard]] const std::optional<script::Message>& last() const { return last_; }
  void show_last();
  [[nodiscard]] const std::optional<ws::Opened>& agreed() const { return agreed_; }
  [[nodiscard]] const Totals& received_totals() const { return received_; }
  [[nodiscard]] const Totals& sent_totals() const { return sent_; }
  [[nodiscard]] ws::Traffic traffic() const { return stack_.client().traffic(); }

 private:
  void on_turn_end() override { flush(); }
  void on_output_room() override {}
  void on_output_finished() override;
  void on_output_error(const Error& error) override;
  void on_output_loss(script::Loss /*loss*/) override {}
  void flush();
  [[nodiscard]] bool wanted(const script::MessageView& message);

  ClientStack& stack_;
  report::TextOptions text_;
  MessageView view_;
  LineEditor* editor_ = nullptr;
  std::string pending_;
  script::Redaction redaction_;
  std::unique_ptr<session::Output> recording_;
  std::optional<script::Regex> filter_;
  std::optional<script::Message> last_;
  std::optional<ws::Opened> agreed_;
  Totals received_;
  Totals sent_;
  bool show_pings_ = false;
  bool pong_expected_ = false;
  bool quiet_ = false;
};

/// "TLS 1.3 TLS_AES_256_GCM_SHA384, subprotocol chat, permessage-deflate": what was agreed on.
[[nodiscard]] std::string describe_agreement(const ws::Opened& opened);

}  // namespace wskit::cli
