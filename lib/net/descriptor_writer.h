// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "core/error.h"
#include "net/loop.h"
#include "net/turn_hook.h"

namespace wskit::net {

/// What a DescriptorWriter tells, on the loop's thread, never inside a call of the owner's. The
/// owner may destroy the writer in any of these.
class WriteHandler {
 public:
  /// After full() said yes: there is room again.
  virtual void on_write_room() = 0;
  /// After finish(): everything was written.
  virtual void on_write_finished() = 0;
  /// The last callback. ErrorCode::broken_pipe when nobody reads any longer, which is noticed while
  /// nothing is written too; else ErrorCode::unwritable_file with the system's reason.
  virtual void on_write_error(const Error& error) = 0;

 protected:
  ~WriteHandler() = default;
};

/// Writes to a descriptor of any kind (pipe, terminal, regular file) on a thread of its own, what
/// was given in one turn of the loop together: a slow reader or disk never blocks the loop. The
/// descriptor stays the caller's, is not switched to non-blocking, and must outlive this.
/// Destroying it forgets what is not written yet.
class DescriptorWriter final : TurnHook {
 public:
  /// Fails when the system has no descriptor or thread to give.
  [[nodiscard]] static Expected<std::unique_ptr<DescriptorWriter>> create(Loop& loop, int fd,
                                                                          WriteHandler& handler);
  DescriptorWriter(const DescriptorWriter&) = delete;
  DescriptorWriter& operator=(const DescriptorWriter&) = delete;
  ~DescriptorWriter();

  void write(std::string_view bytes) { room() += bytes; }
  /// Where the caller appends what is to be written; valid until the callback it is in returns.
  [[nodiscard]] std::string& room();
  /// Whether more than kFullBytes are waiting: the caller should wait for on_write_room().
  [[nodiscard]] bool full();
  /// No write after this.
  void finish();

  static constexpr std::size_t kFullBytes = std::size_t{1} << 20;

 private:
  struct Shared;
  DescriptorWriter(Loop& loop, WriteHandler& handler, std::shared_ptr<Shared> shared);
  void on_turn_end() override;
  void hear(std::uint8_t news);

  Loop& loop_;
  WriteHandler& handler_;
  // Shared with the thread and with the calls that it has posted.
  std::shared_ptr<Shared> shared_;
  std::string pending_;
  bool finishing_ = false;
  bool failed_ = false;
  std::jthread thread_;
};

}  // namespace wskit::net
