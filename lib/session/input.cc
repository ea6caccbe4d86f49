// SPDX-License-Identifier: MIT
#include "session/input.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "script/recording.h"
#include "wire/utf8.h"

namespace wskit::session {

Expected<Input::Next> ListInput::next() {
  if (next_ == messages_.size()) {
    return Next{};
  }
  return Next{.state = State::message, .message = messages_[next_++].view()};
}

StreamInput::StreamInput(StreamInputOptions options)
    : options_(std::move(options)), splitter_(options_.format, options_.max_message_bytes) {}

Expected<std::unique_ptr<StreamInput>> StreamInput::create(net::Loop& loop, int fd,
                                                           StreamInputOptions options) {
  std::unique_ptr<StreamInput> input(new StreamInput(std::move(options)));
  auto reader = net::DescriptorReader::create(loop, fd, *input);
  if (!reader) {
    return std::unexpected(reader.error());
  }
  input->reader_ = std::move(*reader);
  return input;
}

void StreamInput::tell() const {
  if (handler_ != nullptr) {
    handler_->on_input();
  }
}

void StreamInput::on_read(std::span<const std::byte> bytes) {
  splitter_.feed(bytes);
  tell();
}

void StreamInput::on_read_end() {
  splitter_.end();
  tell();
}

void StreamInput::on_read_error(const Error& error) {
  error_ =
      Error{.code = error.code, .message = fmt::format("{}: {}", options_.name, error.message)};
  tell();
}

std::unexpected<Error> StreamInput::fail_here(ErrorCode code, std::string_view why) const {
  return fail(code, fmt::format("{}, message {}: {}", options_.name, splitter_.count(), why));
}

Expected<std::optional<script::MessageView>> StreamInput::understand(std::string_view piece) {
  if (options_.format == script::InputFormat::jsonl) {
    auto message = script::parse_recorded_message(piece);
    if (!message) {
      return fail_here(ErrorCode::usage, message.error().message);
    }
    if (!*message || (**message).type == script::MessageType::pong) {
      return std::nullopt;
    }
    recorded_ = std::move(**message);
    return recorded_.view();
  }
  if (options_.type == script::MessageType::text && !wire::is_utf8(piece)) {
    return fail_here(ErrorCode::usage, "a text message must be UTF-8; -b sends binary messages");
  }
  return script::MessageView{.type = options_.type, .payload = piece};
}

Expected<Input::Next> StreamInput::next() {
  while (!error_) {
    const auto piece = splitter_.next();
    if (!piece) {
      return fail(ErrorCode::usage, fmt::format("{}: {}{}", options_.name, piece.error().message,
                                                piece.error().code == ErrorCode::too_big
                                                    ? "; --max-message allows longer ones"
                                                    : ""));
    }
    if (!*piece) {
      return pause_or_end();
    }
    const auto message = understand(**piece);
    if (!message) {
      return std::unexpected(message.error());
    }
    if (*message) {
      return Next{.state = State::message, .message = **message};
    }
  }
  return std::unexpected(*error_);
}

Input::Next StreamInput::pause_or_end() {
  if (splitter_.done()) {
    return {};
  }
  reader_->request();
  return {.state = State::later, .message = {}};
}

}  // namespace wskit::session
