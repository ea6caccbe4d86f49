// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "relay/record_file.h"
#include "relay/transcript.h"
#include "script/recording.h"

namespace wskit::relay {

class Tape;

struct RecorderOptions {
  /// kConnectionMark in it stands for a connection's number, and makes one file for each.
  std::string path;
  TranscriptOptions transcript;
  /// For the head of the one file of all connections: where they go to, and which headers their
  /// requests are given.
  std::string url;
  RecordedHeaders headers;
  /// The time on the wall when the recorder is made.
  std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds> start;
};

inline constexpr std::string_view kConnectionMark = "{conn}";

class RecorderHandler {
 public:
  /// A tape that was full may take more.
  virtual void on_record_room() = 0;
  /// A file cannot be written: nothing more of what goes there is recorded. Once a file.
  virtual void on_record_error(const Error& error) = 0;
  /// After finish(): everything is in the files.
  virtual void on_record_finished() = 0;

 protected:
  ~RecorderHandler() = default;
};

/// Records the connections of a relay in one file, or each in its own.
class Recorder final : RecordFile::Owner {
 public:
  /// `loop` and `handler` outlive it. Fails with ErrorCode::unwritable_file.
  [[nodiscard]] static Expected<std::unique_ptr<Recorder>> create(net::Loop& loop,
                                                                  RecorderOptions options,
                                                                  RecorderHandler& handler);

  /// The recording of a connection whose request came now. The tape must not outlive this.
  [[nodiscard]] std::unique_ptr<Tape> start(std::uint64_t connection,
                                            const RelayedRequest& request);
  /// No tape is left, or comes. on_record_finished() follows, never inside this call.
  void finish();

 private:
  friend class Tape;
  Recorder(net::Loop& loop, RecorderOptions options, RecorderHandler& handler);

  void on_file_room() override { handler_.on_record_room(); }
  void on_file_finished(RecordFile& file) override;
  void on_file_error(RecordFile& file, const Error& error) override;

  [[nodiscard]] bool is_one_file() const;
  [[nodiscard]] Expected<RecordFile*> open(const std::string& path, script::RecordingHead head);
  /// The file of one tape: no more comes.
  void close(RecordFile& file);
  void tell_if_finished();

  net::Loop& loop_;
  RecorderOptions options_;
  RecorderHandler& handler_;
  Instant start_;
  std::vector<std::unique_ptr<RecordFile>> files_;
  bool finishing_ = false;
};

/// The recording of one connection.
class Tape {
 public:
  Tape(Recorder& recorder, RecordFile* file, std::uint64_t connection, Instant start)
      : recorder_(recorder),
        file_(file),
        transcript_(recorder.options_.transcript, connection, start) {}
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;
  ~Tape();

  void put_unreachable(const Error& error, Instant at);
  void read(script::Direction direction, std::span<std::byte> bytes, Instant at);
  void put_fault(std::string_view rule, Instant at);
  void put_end(const Error* error, Instant at);
  /// Whoever reads more should wait for on_record_room().
  [[nodiscard]] bool is_full() const { return file_ != nullptr && file_->is_full(); }

 private:
  friend class Recorder;
  [[nodiscard]] bool writes() const { return file_ != nullptr && !file_->has_failed(); }

  Recorder& recorder_;
  /// Null where it could not be opened.
  RecordFile* file_;
  Transcript transcript_;
};

}  // namespace wskit::relay
