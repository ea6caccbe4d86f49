// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "core/clock.h"
#include "core/error.h"
#include "net/descriptor.h"
#include "script/redaction.h"
#include "session/script_run.h"

namespace wskit::cli {

/// Records the connections of tests in one file, each message as a line of its own as it comes, so
/// that what is there is whole whenever the program ends.
class TestRecorder {
 public:
  /// Empties the file. `start` is where its times begin. Fails with ErrorCode::unwritable_file.
  [[nodiscard]] static Expected<std::unique_ptr<TestRecorder>> create(const std::string& path,
                                                                      script::Redaction redaction,
                                                                      bool with_secrets,
                                                                      Instant start);

  /// Of the first connection: the file's head.
  void connecting(const ConnectPlan& plan);
  /// For one test: each of its clients is a connection, in their order; what is connected again is
  /// a further one.
  [[nodiscard]] std::unique_ptr<session::ScriptWatcher> watcher(std::size_t clients);
  /// Something could not be written. It was said at once, and nothing was written after it.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  class Session;
  TestRecorder(std::string path, net::Descriptor file, script::Redaction redaction,
               bool with_secrets, Instant start);
  void write(const std::string& line);

  std::string path_;
  net::Descriptor file_;
  script::Redaction redaction_;
  bool with_secrets_;
  Instant start_;
  bool has_head_ = false;
  std::uint64_t connections_ = 0;
  bool failed_ = false;
};

}  // namespace wskit::cli
