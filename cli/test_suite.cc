// SPDX-License-Identifier: MIT
#include "cli/test_suite.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "cli/script_options.h"
#include "core/parse.h"
#include "report/terminal.h"
#include "script/player_failure.h"
#include "script/regex.h"

namespace wskit::cli {
namespace {

/// An expectation that was not met, or something that kept it from being tried.
stats::CaseStatus status_of(const script::Failure& failure) {
  switch (failure.code) {
    case ErrorCode::unmet:
    case ErrorCode::timeout:
    case ErrorCode::closed_remote:
      return stats::CaseStatus::failed;
    default:
      return stats::CaseStatus::errored;
  }
}

}  // namespace

/// Runs one file after the other.
struct TestSuite::Lane {
  const File* file = nullptr;
  std::size_t next = 0;
  Instant began{};
  std::unique_ptr<script::PlayerOptions> options;
  std::unique_ptr<session::ScriptWatcher> watcher;
  std::unique_ptr<session::ScriptRun> run;
};

TestSuite::TestSuite(Setup setup) : setup_(std::move(setup)), wall_clock_(wall_milliseconds) {}

TestSuite::~TestSuite() = default;

Expected<std::size_t> TestSuite::add_files(std::uint32_t repetition, const script::Regex* filter,
                                           std::mt19937_64& random) {
  std::size_t count = 0;
  for (const script::Script& script : setup_.scripts) {
    const auto added = add_file(script, repetition, filter, random);
    if (!added) {
      return added;
    }
    count += *added;
  }
  return count;
}

Expected<std::size_t> TestSuite::plan() {
  const TestOptions& options = setup_.options;
  std::optional<script::Regex> filter;
  if (!options.filter.empty()) {
    auto compiled = script::Regex::compile(options.filter);
    if (!compiled) {
      return fail(ErrorCode::usage, "--filter: " + compiled.error().message);
    }
    filter.emplace(*std::move(compiled));
  }
  std::mt19937_64 random(setup_.seed);
  std::size_t count = 0;
  for (std::uint64_t repetition = 1; repetition <= options.repeat; ++repetition) {
    const auto number = static_cast<std::uint32_t>(options.repeat > 1 ? repetition : 0);
    const auto added = add_files(number, filter ? &*filter : nullptr, random);
    if (!added) {
      return added;
    }
    count += *added;
  }
  if (options.shuffle) {
    std::ranges::shuffle(files_, random);
  }
  std::erase_if(files_, [](const File& file) { return file.empty(); });
  if (count == 0) {
    return fail(ErrorCode::usage,
                fmt::format("--filter '{}' matches no test; --list shows them", options.filter));
  }
  return count;
}

Expected<std::size_t> TestSuite::add_file(const script::Script& script, std::uint32_t repetition,
                                          const script::Regex* filter, std::mt19937_64& random) {
  auto file = choose(script, filter);
  if (!file) {
    return std::unexpected(std::move(file.error()));
  }
  for (Case& chosen : *file) {
    chosen.repetition = repetition;
    chosen.seed = random();
  }
  if (setup_.options.shuffle) {
    std::ranges::shuffle(*file, random);
  }
  files_.push_back(*std::move(file));
  return files_.back().size();
}

Expected<TestSuite::File> TestSuite::choose(const script::Script& script,
                                            const script::Regex* filter) {
  File file;
  for (const script::Test& test : script.tests) {
    const auto chosen = filter != nullptr ? filter->find(test.name) : Expected<bool>(true);
    if (!chosen) {
      return std::unexpected(chosen.error());
    }
    if (*chosen) {
      file.push_back({.script = &script, .test = &test});
    }
  }
  return file;
}

void TestSuite::start() {
  const std::size_t lanes = std::min<std::size_t>(setup_.options.jobs, files_.size());
  for (std::size_t i = 0; i < lanes; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
  }
  busy_ = lanes;
  for (const auto& lane : lanes_) {
    next(*lane);
  }
}

void TestSuite::next(Lane& lane) {
  lane.run.reset();
  if (!stopping_ && (lane.file == nullptr || lane.next == lane.file->size())) {
    lane.file = next_file_ < files_.size() ? &files_[next_file_++] : nullptr;
    lane.next = 0;
  }
  if (stopping_ || lane.file == nullptr) {
    if (--busy_ == 0) {
      skip_rest();
      setup_.on_done();
    }
    return;
  }
  const Case& chosen = (*lane.file)[lane.next++];
  lane.options = std::make_unique<script::PlayerOptions>(
      script::PlayerOptions{.url = setup_.options.connect.url,
                            .timeout = setup_.options.timeout,
                            .timeout_scale = setup_.options.timeout_scale,
                            .seed = chosen.seed,
                            .wall_clock = &wall_clock_});
  lane.watcher =
      setup_.recorder != nullptr ? setup_.recorder->watcher(chosen.test->clients.size()) : nullptr;
  lane.run = std::make_unique<session::ScriptRun>(session::ScriptRun::Setup{
      .script = *chosen.script,
      .test = *chosen.test,
      .options = *lane.options,
      .loop = setup_.loop,
      .network = setup_.network,
      .watcher = lane.watcher.get(),
      .max_time = setup_.options.max_time,
      // In a turn of its own: the run is destroyed then.
      .on_done = [this, &lane] { setup_.loop.post([this, &lane] { finished(lane); }); }});
  lane.began = setup_.loop.now();
  lane.run->start();
}

void TestSuite::finished(Lane& lane) {
  const Case& done = (*lane.file)[lane.next - 1];
  stats::CaseResult result{.duration = lane.run->duration()};
  if (const auto& failure = lane.run->failure()) {
    result.status = status_of(*failure);
    result.failure = stats::CaseFailure{.file = done.script->files[failure->place.file],
                                        .line = failure->place.line,
                                        .column = failure->place.column,
                                        .message = failure->message,
                                        .details = script::describe(*done.script, *failure)};
    stopping_ = stopping_ || setup_.options.fail_fast;
  }
  record(done, std::move(result));
  next(lane);
}

void TestSuite::record(const Case& done, stats::CaseResult result) {
  result.file = done.script->files.front();
  result.name = done.test->name;
  result.line = done.test->place.line;
  result.repetition = done.repetition;
  results_.push_back(std::move(result));
  setup_.on_result(results_.back());
}

void TestSuite::skip_rest() {
  for (const auto& lane : lanes_) {
    if (lane->file == nullptr) {
      continue;
    }
    for (std::size_t i = lane->next; i < lane->file->size(); ++i) {
      record((*lane->file)[i], {.status = stats::CaseStatus::skipped});
    }
  }
  for (; next_file_ < files_.size(); ++next_file_) {
    for (const Case& left : files_[next_file_]) {
      record(left, {.status = stats::CaseStatus::skipped});
    }
  }
}

std::string TestSuite::running(Instant now) const {
  const Lane* longest = nullptr;
  std::size_t count = 0;
  for (const auto& lane : lanes_) {
    if (lane->run != nullptr) {
      ++count;
      longest = longest == nullptr || lane->began < longest->began ? lane.get() : longest;
    }
  }
  if (longest == nullptr) {
    return {};
  }
  const Case& slow = (*longest->file)[longest->next - 1];
  return fmt::format(
      "{}: {} ({}){}", report::printable(slow.script->files.front()),
      report::printable(slow.test->name),
      format_duration(std::chrono::floor<std::chrono::seconds>(now - longest->began)),
      count > 1 ? fmt::format(" and {} more", count - 1) : "");
}

void TestSuite::interrupt() {
  stopping_ = true;
  for (const auto& lane : lanes_) {
    if (lane->run != nullptr) {
      lane->run->interrupt();
    }
  }
}

}  // namespace wskit::cli
