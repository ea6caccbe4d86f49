// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "report/terminal.h"
#include "script/message.h"
#include "script/recording.h"

namespace wskit::cli {

enum class Timestamps : std::uint8_t { off, iso, rel, delta };

[[nodiscard]] std::optional<Timestamps> timestamps(std::string_view name);

/// How messages look in a terminal: "<" received, ">" sent, JSON over several lines, binary as a
/// dump, long ones folded, all of it harmless to the terminal.
class MessageView {
 public:
  explicit MessageView(const report::TextOptions& text) : text_(text) {}

  Timestamps timestamps = Timestamps::off;
  bool pretty = true;

  void set_width(std::size_t columns) { text_.width = columns; }
  /// Times are counted from here.
  void start(Instant at) { start_ = last_ = at; }

  /// Whole lines; folded after `kFoldedLines` of them unless `whole`.
  [[nodiscard]] std::string show(script::Direction direction, const script::MessageView& message,
                                 Instant at, bool whole = false);

  static constexpr std::size_t kFoldedLines = 20;

 private:
  [[nodiscard]] std::string stamp(Instant at);
  /// At least what folded() shows of it, or the whole.
  [[nodiscard]] std::string body(const script::MessageView& message, bool whole) const;
  [[nodiscard]] std::string text_body(std::string_view text, bool whole) const;
  [[nodiscard]] std::string folded(std::string_view body, std::size_t bytes, bool whole) const;
  [[nodiscard]] std::string fold_mark(std::size_t bytes) const;
  /// Columns of a line of the terminal behind the arrow.
  [[nodiscard]] std::size_t width() const { return std::max<std::size_t>(text_.width, 22) - 2; }

  report::TextOptions text_;
  Instant start_{};
  Instant last_{};
};

}  // namespace wskit::cli
