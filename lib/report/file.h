// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::report {

/// Who may read a file that is new: whom the umask lets, or its owner alone.
enum class Readers : std::uint8_t { by_umask, owner };

/// A file that is complete or absent. open() creates a temporary file beside the target, before the
/// work whose result it will hold, so that an unwritable place is known early; commit() writes,
/// syncs and renames it. Destroyed uncommitted, it leaves nothing behind and the target as it was.
/// Failures are ErrorCode::unwritable_file with the path and the reason.
class PendingFile {
 public:
  /// A target that is a device or a pipe (/dev/stdout, /dev/null) is opened itself.
  [[nodiscard]] static Expected<PendingFile> open(const std::string& path,
                                                  Readers readers = Readers::by_umask);

  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&& other) noexcept;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  /// At most once. A failure removes what was written.
  [[nodiscard]] Expected<void> commit(std::string_view content);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  PendingFile(std::string path, std::string temporary_path, int descriptor)
      : path_(std::move(path)),
        temporary_path_(std::move(temporary_path)),
        descriptor_(descriptor) {}

  [[nodiscard]] Expected<void> finish();
  void abandon() noexcept;

  std::string path_;
  std::string temporary_path_;  // Empty when the target itself is open.
  int descriptor_ = -1;
};

/// open() and commit() in one.
[[nodiscard]] Expected<void> write_file(const std::string& path, std::string_view content);

/// The whole content of a file of at most `max_bytes`. Fails with ErrorCode::unreadable_file.
[[nodiscard]] Expected<std::string> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace wskit::report
