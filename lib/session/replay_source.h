// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/descriptor.h"
#include "net/descriptor_reader.h"
#include "net/loop.h"
#include "script/input_splitter.h"
#include "script/recorded_line.h"

namespace wskit::session {

class ReplaySourceHandler {
 public:
  /// After ReplaySource::next() said `later`: ask again.
  virtual void on_source() = 0;

 protected:
  ~ReplaySourceHandler() = default;
};

struct ReplaySourceOptions {
  /// For error texts: the file.
  std::string name;
  /// A message a line, all sent by connection 1 at 0; else a recording.
  bool plain = false;
  std::size_t max_line_bytes = std::size_t{64} << 20;
  /// What was read before.
  std::string beginning;
};

/// The lines of a recording one after the other, in constant memory.
class ReplaySource final : net::ReadHandler {
 public:
  enum class State : std::uint8_t { line, later, end };
  struct Next {
    State state = State::end;
    /// From 1.
    std::uint64_t number = 0;
    script::RecordedLine line;
  };

  /// Of a file. Fails when the system has no thread to give.
  [[nodiscard]] static Expected<std::unique_ptr<ReplaySource>> create(net::Loop& loop,
                                                                      net::Descriptor file,
                                                                      ReplaySourceOptions options);
  /// Of what is in memory, the beginning included.
  ReplaySource(std::string_view text, ReplaySourceOptions options);

  void set_handler(ReplaySourceHandler& handler) { handler_ = &handler; }
  /// Fails with "FILE:LINE: what is wrong", ErrorCode::usage or unreadable_file.
  [[nodiscard]] Expected<Next> next();
  /// Of a recording whose writer was ended in the middle of its last line: that line, which is left
  /// out; else 0.
  [[nodiscard]] std::uint64_t cut_line() const { return cut_line_; }

 private:
  explicit ReplaySource(ReplaySourceOptions options);
  void feed(std::span<const std::byte> bytes);
  void on_read(std::span<const std::byte> bytes) override;
  void on_read_end() override;
  void on_read_error(const Error& error) override;
  [[nodiscard]] Expected<Next> understand(std::string_view piece) const;

  ReplaySourceOptions options_;
  script::InputSplitter splitter_;
  net::Descriptor file_;
  std::unique_ptr<net::DescriptorReader> reader_;
  ReplaySourceHandler* handler_ = nullptr;
  std::optional<Error> error_;
  std::uint64_t cut_line_ = 0;
  /// What was read so far ends with a line's end.
  bool whole_ = true;
};

}  // namespace wskit::session
