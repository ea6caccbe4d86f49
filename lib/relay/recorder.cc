// SPDX-License-Identifier: MIT
#include "relay/recorder.h"

#include <algorithm>
#include <utility>

namespace wskit::relay {

Recorder::Recorder(net::Loop& loop, RecorderOptions options, RecorderHandler& handler)
    : loop_(loop), options_(std::move(options)), handler_(handler), start_(loop.now()) {}

Expected<std::unique_ptr<Recorder>> Recorder::create(net::Loop& loop, RecorderOptions options,
                                                     RecorderHandler& handler) {
  std::unique_ptr<Recorder> recorder(new Recorder(loop, std::move(options), handler));
  const RecorderOptions& its = recorder->options_;
  if (recorder->is_one_file()) {
    const auto opened =
        recorder->open(its.path, {.url = its.url, .start = its.start, .headers = its.headers});
    if (!opened) {
      return std::unexpected(opened.error());
    }
  }
  return recorder;
}

bool Recorder::is_one_file() const {
  return options_.path.find(kConnectionMark) == std::string::npos;
}

Expected<RecordFile*> Recorder::open(const std::string& path, script::RecordingHead head) {
  auto file = RecordFile::open(loop_, path, *this);
  if (!file) {
    return std::unexpected(std::move(file.error()));
  }
  files_.push_back(std::move(*file));
  script::append_head(files_.back()->room(), head);
  return files_.back().get();
}

std::unique_ptr<Tape> Recorder::start(std::uint64_t connection, const RelayedRequest& request) {
  const Instant now = loop_.now();
  if (is_one_file()) {
    RecordFile* const file = files_.front().get();
    auto tape = std::make_unique<Tape>(*this, file, connection, start_);
    if (tape->writes()) {
      tape->transcript_.put_request(request, now, file->room());
    }
    return tape;
  }
  std::string path = options_.path;
  path.replace(path.find(kConnectionMark), kConnectionMark.size(), std::to_string(connection));
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now - start_);
  const auto opened =
      open(path, {.url = recorded_url(request.url, options_.transcript),
                  .start = options_.start + since,
                  .headers = recorded_headers(request.request, options_.transcript)});
  if (!opened) {
    handler_.on_record_error(opened.error());
  }
  return std::make_unique<Tape>(*this, opened.value_or(nullptr), connection, now);
}

void Recorder::close(RecordFile& file) {
  if (is_one_file()) {
    return;
  }
  if (file.has_failed()) {
    return on_file_finished(file);
  }
  file.finish();
}

void Recorder::on_file_finished(RecordFile& file) {
  std::erase_if(files_, [&](const auto& known) { return known.get() == &file; });
  tell_if_finished();
}

// A file that was to be finished is: nothing else would tell that it is done with.
void Recorder::on_file_error(RecordFile& file, const Error& error) {
  handler_.on_record_error(error);
  if (file.is_finishing()) {
    on_file_finished(file);
  }
}

void Recorder::finish() {
  finishing_ = true;
  if (is_one_file() && !files_.front()->has_failed()) {
    return files_.front()->finish();
  }
  if (is_one_file()) {
    files_.clear();
  }
  loop_.post([this] { tell_if_finished(); });
}

void Recorder::tell_if_finished() {
  if (finishing_ && files_.empty()) {
    finishing_ = false;
    handler_.on_record_finished();
  }
}

Tape::~Tape() {
  if (file_ != nullptr) {
    recorder_.close(*file_);
  }
}

void Tape::put_unreachable(const Error& error, Instant at) {
  if (writes()) {
    transcript_.put_unreachable(error, at, file_->room());
  }
}

void Tape::read(script::Direction direction, std::span<std::byte> bytes, Instant at) {
  if (writes()) {
    transcript_.read(direction, bytes, at, file_->room());
  }
}

void Tape::put_fault(std::string_view rule, Instant at) {
  if (writes()) {
    transcript_.put_fault(rule, at, file_->room());
  }
}

void Tape::put_end(const Error* error, Instant at) {
  if (writes()) {
    transcript_.put_end(error, at, file_->room());
  }
}

}  // namespace wskit::relay
