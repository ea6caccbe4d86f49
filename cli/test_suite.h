// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "cli/script_network.h"
#include "cli/test_options.h"
#include "cli/test_recorder.h"
#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "script/regex.h"
#include "script/script.h"
#include "session/script_run.h"
#include "stats/case_result.h"

namespace wskit::cli {

/// The tests of several scripts, file by file, some files side by side, all on one loop.
class TestSuite {
 public:
  struct Setup {
    const TestOptions& options;
    const std::vector<script::Script>& scripts;
    std::uint64_t seed = 0;
    net::Loop& loop;
    ScriptNetwork& network;
    /// Null: nothing is recorded.
    TestRecorder* recorder = nullptr;
    /// Called with each result as it comes.
    std::function<void(const stats::CaseResult&)> on_result;
    std::function<void()> on_done;
  };

  explicit TestSuite(Setup setup);
  TestSuite(const TestSuite&) = delete;
  TestSuite& operator=(const TestSuite&) = delete;
  ~TestSuite();

  /// Chooses and orders what is to be run, once; how many that is. Fails with ErrorCode::usage.
  [[nodiscard]] Expected<std::size_t> plan();
  void start();
  void interrupt();
  /// "file.wst: test (12 s)", of the one that runs longest, and how many others do.
  [[nodiscard]] std::string running(Instant now) const;

  /// In the order of their ends; those that were not run are skipped ones.
  [[nodiscard]] const std::vector<stats::CaseResult>& results() const { return results_; }

 private:
  struct Case {
    const script::Script* script = nullptr;
    const script::Test* test = nullptr;
    std::uint32_t repetition = 0;
    std::uint64_t seed = 0;
  };
  /// One file, once.
  using File = std::vector<Case>;
  struct Lane;

  [[nodiscard]] static Expected<File> choose(const script::Script& script,
                                             const script::Regex* filter);
  /// How many tests of it were chosen.
  [[nodiscard]] Expected<std::size_t> add_file(const script::Script& script,
                                               std::uint32_t repetition,
                                               const script::Regex* filter,
                                               std::mt19937_64& random);
  /// The same of all files, for one repetition.
  [[nodiscard]] Expected<std::size_t> add_files(std::uint32_t repetition,
                                                const script::Regex* filter,
                                                std::mt19937_64& random);
  void next(Lane& lane);
  void finished(Lane& lane);
  void record(const Case& done, stats::CaseResult result);
  void skip_rest();

  Setup setup_;
  std::function<std::int64_t()> wall_clock_;
  std::vector<File> files_;
  std::size_t next_file_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t busy_ = 0;
  std::vector<stats::CaseResult> results_;
  bool stopping_ = false;
};

}  // namespace wskit::cli
