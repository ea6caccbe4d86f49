// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "core/error.h"
#include "net/loop.h"

namespace wskit::net {

/// What a DescriptorReader tells, on the loop's thread, never inside a call of the owner's. The
/// owner may destroy the reader in any of these.
class ReadHandler {
 public:
  /// The next bytes, at least one; they die when the callback returns.
  virtual void on_read(std::span<const std::byte> bytes) = 0;
  /// End of file.
  virtual void on_read_end() = 0;
  /// ErrorCode::unreadable_file with the system's reason.
  virtual void on_read_error(const Error& error) = 0;

 protected:
  ~ReadHandler() = default;
};

/// Reads a descriptor of any kind (pipe, terminal, regular file, which epoll refuses) on a thread
/// of its own, one piece for each request and one ahead: what is not asked for stays where it is.
/// The descriptor stays the caller's, is not switched to non-blocking, and must outlive this.
class DescriptorReader {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

  /// Fails when the system has no descriptor or thread to give.
  [[nodiscard]] static Expected<std::unique_ptr<DescriptorReader>> create(Loop& loop, int fd,
                                                                          ReadHandler& handler);
  DescriptorReader(const DescriptorReader&) = delete;
  DescriptorReader& operator=(const DescriptorReader&) = delete;
  ~DescriptorReader();

  /// Asks for one callback; once it came, for the next. After the end or an error none comes.
  void request();

 private:
  struct Shared;
  DescriptorReader(Loop& loop, ReadHandler& handler, std::shared_ptr<Shared> shared);
  void deliver();

  Loop& loop_;
  ReadHandler& handler_;
  // Shared with the thread and with the calls that it has posted.
  std::shared_ptr<Shared> shared_;
  std::vector<std::byte> piece_;
  bool requested_ = false;
  std::jthread thread_;
};

}  // namespace wskit::net
