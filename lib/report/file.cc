// SPDX-License-Identifier: MIT
#include "report/file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check.h"

namespace wskit::report {
namespace {

constexpr int kMaxNames = 1000;
constexpr mode_t kNewFileMode = 0666;
constexpr mode_t kOwnersFileMode = 0600;
constexpr mode_t kPermissions = 07777;

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

std::unexpected<Error> unwritable(const std::string& path, std::string_view why) {
  return fail(ErrorCode::unwritable_file, fmt::format("write {}: {}", path, why));
}

/// An existing file behind symbolic links is replaced where it is, as writing into it would.
std::string resolve_links(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::canonical(path, error);
  return error ? path : resolved.string();
}

/// Creates a file of a name that did not exist; the target's own name may be too long to extend.
int create_beside(const std::string& path, mode_t mode, std::string& name) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  for (int i = 0; i < kMaxNames; ++i) {
    name = (directory / fmt::format(".wskit-{}-{}.tmp", ::getpid(), i)).string();
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor >= 0 || errno != EEXIST) {
      return descriptor;
    }
  }
  return -1;
}

std::string explain_open_failure(const std::string& path, int error) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (error == ENOENT) {
    return fmt::format("there is no directory {}; create it first", directory);
  }
  if (error == EACCES || error == EROFS) {
    return fmt::format("{} ({})", reason(error), directory.empty() ? "." : directory);
  }
  return reason(error);
}

Expected<void> write_all(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return unwritable(path, reason(errno));
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// So that the new name survives a power cut; the content is safe already, hence best effort.
void sync_directory_of(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  const int descriptor =
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
}

}  // namespace

Expected<PendingFile> PendingFile::open(const std::string& path, Readers readers) {
  const std::string target = resolve_links(path);
  struct stat existing{};
  const bool exists = ::stat(target.c_str(), &existing) == 0;
  if (exists && S_ISDIR(existing.st_mode)) {
    return unwritable(path, "it is a directory");
  }
  if (exists && ::access(target.c_str(), W_OK) != 0) {
    return unwritable(path, reason(errno));
  }
  if (exists && !S_ISREG(existing.st_mode)) {
    const int descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) {
      return unwritable(path, reason(errno));
    }
    return PendingFile(target, {}, descriptor);
  }
  const mode_t mode = readers == Readers::owner ? kOwnersFileMode : kNewFileMode;
  std::string temporary_path;
  const int descriptor = create_beside(target, mode, temporary_path);
  if (descriptor < 0) {
    return unwritable(path, explain_open_failure(target, errno));
  }
  PendingFile file(target, std::move(temporary_path), descriptor);
  if (exists && ::fchmod(descriptor, existing.st_mode & kPermissions) != 0) {
    return unwritable(path, reason(errno));
  }
  return file;
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  if (this != &other) {
    abandon();
    path_ = std::move(other.path_);
    temporary_path_ = std::exchange(other.temporary_path_, {});
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

PendingFile::~PendingFile() {
  abandon();
}

void PendingFile::abandon() noexcept {
  if (descriptor_ >= 0) {
    ::close(std::exchange(descriptor_, -1));
  }
  if (!temporary_path_.empty()) {
    ::unlink(temporary_path_.c_str());
    temporary_path_.clear();
  }
}

Expected<void> PendingFile::commit(std::string_view content) {
  check(descriptor_ >= 0, "a pending file is committed at most once");
  auto written = write_all(descriptor_, content, path_);
  if (written) {
    written = finish();
  }
  abandon();
  return written;
}

Expected<void> PendingFile::finish() {
  const bool replaces = !temporary_path_.empty();
  if (replaces && ::fsync(descriptor_) != 0) {
    return unwritable(path_, reason(errno));
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    return unwritable(path_, reason(errno));
  }
  if (!replaces) {
    return {};
  }
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return unwritable(path_, reason(errno));
  }
  temporary_path_.clear();
  sync_directory_of(path_);
  return {};
}

Expected<void> write_file(const std::string& path, std::string_view content) {
  auto file = PendingFile::open(path);
  if (!file) {
    return std::unexpected(std::move(file.error()));
  }
  return file->commit(content);
}

Expected<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  constexpr std::size_t kChunk = 65'536;
  const auto unreadable = [&path](std::string_view why) {
    return fail(ErrorCode::unreadable_file, fmt::format("read {}: {}", path, why));
  };
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return unreadable(reason(errno));
  }
  std::string content;
  ssize_t got = 1;
  while (got > 0 && content.size() <= max_bytes) {
    const std::size_t size = content.size();
    content.resize(size + kChunk);
    do {
      got = ::read(descriptor, content.data() + size, kChunk);
    } while (got < 0 && errno == EINTR);
    content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  const int error = errno;
  ::close(descriptor);
  if (got < 0) {
    return unreadable(reason(error));
  }
  if (content.size() > max_bytes) {
    return unreadable(fmt::format("it is larger than {} bytes", max_bytes));
  }
  return content;
}

}  // namespace wskit::report
