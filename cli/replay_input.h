// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/descriptor.h"
#include "net/loop.h"
#include "script/recorded_line.h"
#include "session/replay_source.h"

namespace wskit::cli {

/// A file that is to be replayed, opened, and as much of it as had to be read to know what it is.
class ReplayInput {
 public:
  /// `path` "-" is standard input; `format` is auto, jsonl, har or line. Fails with
  /// ErrorCode::unreadable_file or usage.
  [[nodiscard]] static Expected<ReplayInput> open(const std::string& path,
                                                  const std::string& format,
                                                  std::size_t max_message_bytes);

  /// As messages name it.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_plain() const { return plain_; }
  /// Of a recording that has one.
  [[nodiscard]] const std::optional<script::RecordedHead>& head() const { return head_; }

  /// The recording from its beginning, any number of times but for standard input.
  [[nodiscard]] Expected<std::unique_ptr<session::ReplaySource>> source(net::Loop& loop);

 private:
  [[nodiscard]] Expected<void> read_beginning();
  [[nodiscard]] bool is_har(const std::string& format) const;
  void look_at_beginning(const std::string& format);
  bool look_at(std::string_view line);

  std::string path_;
  std::string name_;
  net::Descriptor file_;
  std::size_t max_message_bytes_ = 0;
  std::string beginning_;
  /// What was made of a HAR file.
  std::string recording_;
  bool plain_ = false;
  std::optional<script::RecordedHead> head_;
};

}  // namespace wskit::cli
