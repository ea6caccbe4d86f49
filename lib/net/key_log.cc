// SPDX-License-Identifier: MIT
#include "net/key_log.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wskit::net {
namespace {

std::unexpected<Error> failure(const std::string& path, std::string_view reason) {
  return fail(ErrorCode::unwritable_file, fmt::format("write the key log {}: {}", path, reason));
}

}  // namespace

Expected<void> KeyLog::open(const std::string& path) {
  path_ = path;
  file_ = Descriptor(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file_.is_open()) {
    return failure(path, std::generic_category().message(errno));
  }
  return {};
}

Expected<void> KeyLog::append(std::string_view line) {
  const std::string text = fmt::format("{}\n", line);
  const ssize_t written = ::write(file_.get(), text.data(), text.size());
  if (written < 0) {
    return failure(path_, std::generic_category().message(errno));
  }
  if (static_cast<std::size_t>(written) < text.size()) {
    return failure(path_, "only a part of a line was written");
  }
  return {};
}

}  // namespace wskit::net
