// SPDX-License-Identifier: MIT
#include "relay/record_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

namespace wskit::relay {

Expected<std::unique_ptr<RecordFile>> RecordFile::open(net::Loop& loop, const std::string& path,
                                                       Owner& owner) {
  std::unique_ptr<RecordFile> file(new RecordFile(path, owner));
  file->file_ =
      net::Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file->file_.is_open()) {
    return fail(ErrorCode::unwritable_file,
                fmt::format("{}: {}", path, std::generic_category().message(errno)));
  }
  auto writer = net::DescriptorWriter::create(loop, file->file_.get(), *file);
  if (!writer) {
    return std::unexpected(std::move(writer.error()));
  }
  file->writer_ = std::move(*writer);
  return file;
}

void RecordFile::finish() {
  finishing_ = true;
  writer_->finish();
}

void RecordFile::on_write_error(const Error& error) {
  failed_ = true;
  owner_.on_file_error(
      *this, {.code = error.code, .message = fmt::format("{}: {}", path_, error.message)});
}

}  // namespace wskit::relay
