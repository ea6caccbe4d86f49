// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/error.h"
#include "net/descriptor.h"
#include "net/descriptor_writer.h"
#include "net/loop.h"

namespace wskit::relay {

/// A file that a recording goes to, emptied or made. What was put in a turn of the loop is written
/// at its end, by another thread: whole lines, so that a program that is killed leaves them.
class RecordFile final : net::WriteHandler {
 public:
  class Owner {
   public:
    /// After is_full().
    virtual void on_file_room() = 0;
    /// After finish(); the file may be destroyed.
    virtual void on_file_finished(RecordFile& file) = 0;
    /// ErrorCode::unwritable_file or broken_pipe; what is put is lost from now on, and after
    /// finish() nothing follows. The file may be destroyed.
    virtual void on_file_error(RecordFile& file, const Error& error) = 0;

   protected:
    ~Owner() = default;
  };

  /// Fails with ErrorCode::unwritable_file.
  [[nodiscard]] static Expected<std::unique_ptr<RecordFile>> open(net::Loop& loop,
                                                                  const std::string& path,
                                                                  Owner& owner);

  /// Where lines are appended, within the callback that this is called in. Not after failure.
  [[nodiscard]] std::string& room() { return writer_->room(); }
  /// Whoever puts more should wait for on_file_room().
  [[nodiscard]] bool is_full() { return !failed_ && writer_->full(); }
  [[nodiscard]] bool has_failed() const { return failed_; }
  /// Not after failure.
  void finish();
  [[nodiscard]] bool is_finishing() const { return finishing_; }

 private:
  RecordFile(std::string path, Owner& owner) : path_(std::move(path)), owner_(owner) {}
  void on_write_room() override { owner_.on_file_room(); }
  void on_write_finished() override { owner_.on_file_finished(*this); }
  void on_write_error(const Error& error) override;

  std::string path_;
  Owner& owner_;
  net::Descriptor file_;
  std::unique_ptr<net::DescriptorWriter> writer_;
  bool finishing_ = false;
  bool failed_ = false;
};

}  // namespace wskit::relay
