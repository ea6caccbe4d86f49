// SPDX-License-Identifier: MIT
#include "cli/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace wskit::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unexpected<Error> unreadable(const std::string& path) {
  return fail(ErrorCode::unreadable_file,
              fmt::format("cannot read {}: {}", path, std::strerror(errno)));
}

}  // namespace

Expected<std::string> read_text_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) {
    return unreadable(path);
  }
  std::string content;
  constexpr std::size_t kChunk = 65'536;
  for (;;) {
    const std::size_t before = content.size();
    content.resize(before + kChunk);
    const std::size_t got = std::fread(content.data() + before, 1, kChunk, file.get());
    content.resize(before + got);
    if (std::ferror(file.get()) != 0) {
      return unreadable(path);
    }
    if (got == 0) {
      return content;
    }
  }
}

}  // namespace wskit::cli
