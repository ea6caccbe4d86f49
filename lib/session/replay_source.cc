// SPDX-License-Identifier: MIT
#include "session/replay_source.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/utf8.h"

namespace wskit::session {
namespace {

/// A line that was written on Windows.
std::string_view without_return(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

ReplaySource::ReplaySource(ReplaySourceOptions options)
    : options_(std::move(options)), splitter_(script::InputFormat::line, options_.max_line_bytes) {
  feed(as_bytes(options_.beginning));
  options_.beginning = {};
}

ReplaySource::ReplaySource(std::string_view text, ReplaySourceOptions options)
    : ReplaySource(std::move(options)) {
  feed(as_bytes(text));
  splitter_.end();
}

Expected<std::unique_ptr<ReplaySource>> ReplaySource::create(net::Loop& loop, net::Descriptor file,
                                                             ReplaySourceOptions options) {
  std::unique_ptr<ReplaySource> source(new ReplaySource(std::move(options)));
  source->file_ = std::move(file);
  auto reader = net::DescriptorReader::create(loop, source->file_.get(), *source);
  if (!reader) {
    return std::unexpected(reader.error());
  }
  source->reader_ = std::move(*reader);
  return source;
}

void ReplaySource::feed(std::span<const std::byte> bytes) {
  if (!bytes.empty()) {
    whole_ = bytes.back() == std::byte{'\n'};
    splitter_.feed(bytes);
  }
}

void ReplaySource::on_read(std::span<const std::byte> bytes) {
  feed(bytes);
  handler_->on_source();
}

void ReplaySource::on_read_end() {
  splitter_.end();
  handler_->on_source();
}

void ReplaySource::on_read_error(const Error& error) {
  error_ =
      Error{.code = error.code, .message = fmt::format("{}: {}", options_.name, error.message)};
  handler_->on_source();
}

Expected<ReplaySource::Next> ReplaySource::understand(std::string_view piece) const {
  const auto wrong = [this](std::string_view why) {
    return fail(ErrorCode::usage, fmt::format("{}:{}: {}", options_.name, splitter_.count(), why));
  };
  Next next{.state = State::line, .number = splitter_.count(), .line = {}};
  if (options_.plain) {
    if (!wire::is_utf8(piece)) {
      return wrong("a text message must be UTF-8; a recording can hold binary ones");
    }
    next.line.what =
        script::RecordedMessage{.message = {.type = script::MessageType::text,
                                            .payload = std::string(without_return(piece))},
                                .expect = std::nullopt};
    return next;
  }
  auto line = script::parse_recorded_line(piece);
  if (!line) {
    return wrong(line.error().message);
  }
  next.line = std::move(*line);
  return next;
}

Expected<ReplaySource::Next> ReplaySource::next() {
  if (error_) {
    return std::unexpected(*error_);
  }
  const auto piece = splitter_.next();
  if (!piece) {
    return fail(ErrorCode::usage,
                fmt::format("{}:{}: {}; --max-message allows longer ones", options_.name,
                            splitter_.count() + 1, piece.error().message));
  }
  if (*piece) {
    auto line = understand(**piece);
    if (line || whole_ || options_.plain || !splitter_.done() || splitter_.count() == 1) {
      return line;
    }
    cut_line_ = splitter_.count();
  }
  if (splitter_.done()) {
    return Next{};
  }
  reader_->request();
  return Next{.state = State::later, .number = 0, .line = {}};
}

}  // namespace wskit::session
