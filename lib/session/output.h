// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "net/descriptor.h"
#include "net/descriptor_writer.h"
#include "net/loop.h"
#include "script/message.h"
#include "script/message_format.h"
#include "script/recording.h"
#include "script/redaction.h"
#include "ws/handler.h"

namespace wskit::session {

class Output;

class OutputHandler {
 public:
  /// After full() said yes.
  virtual void on_output_room() = 0;
  /// After finish().
  virtual void on_output_finished() = 0;
  /// ErrorCode::broken_pipe or unwritable_file; nothing more is written.
  virtual void on_output_error(const Error& error) = 0;
  /// The first message of which the format cannot say everything.
  virtual void on_output_loss(script::Loss loss) = 0;

 protected:
  ~OutputHandler() = default;
};

struct OutputOptions {
  script::MessageFormat format = script::MessageFormat::text;
  /// What was received only, or a whole recording; the first line of one is `head`.
  bool received_only = true;
  std::string head;
  /// For error texts: "standard output", or the file.
  std::string name;
  /// Of what is in the messages of a recording; may be null, else outlives the output.
  const script::Redaction* redaction = nullptr;
  /// Where the times of a recording begin.
  Instant start{};
};

/// Writes what a session sends and receives to a descriptor, as payload or as a recording.
class Output final : net::WriteHandler {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<Output>> create(net::Loop& loop, int fd,
                                                                OutputOptions options,
                                                                OutputHandler& handler);
  /// The same to a file, emptied or made. Fails with ErrorCode::unwritable_file too.
  [[nodiscard]] static Expected<std::unique_ptr<Output>> open(net::Loop& loop,
                                                              const std::string& path,
                                                              OutputOptions options,
                                                              OutputHandler& handler);

  void put_open(const ws::Opened& opened, Instant at);
  void put(script::Direction direction, const script::MessageView& message, Instant at);
  [[nodiscard]] bool full() { return writer_->full(); }
  /// An error was told: what is put is lost, and finish() must not be called.
  [[nodiscard]] bool failed() const { return failed_; }
  void finish() { writer_->finish(); }

 private:
  Output(OutputOptions options, OutputHandler& handler);
  void on_write_room() override { handler_.on_output_room(); }
  void on_write_finished() override { handler_.on_output_finished(); }
  void on_write_error(const Error& error) override;
  void record(script::Direction direction, const script::MessageView& message, Instant at);
  [[nodiscard]] script::Moment moment(Instant at) const;

  OutputOptions options_;
  OutputHandler& handler_;
  net::Descriptor file_;
  std::unique_ptr<net::DescriptorWriter> writer_;
  std::uint64_t connections_ = 0;
  bool failed_ = false;
  bool told_binary_ = false;
  bool told_line_end_ = false;
};

}  // namespace wskit::session
