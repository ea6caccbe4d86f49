// SPDX-License-Identifier: MIT
#include "session/output.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

namespace wskit::session {

Output::Output(OutputOptions options, OutputHandler& handler)
    : options_(std::move(options)), handler_(handler) {}

Expected<std::unique_ptr<Output>> Output::create(net::Loop& loop, int fd, OutputOptions options,
                                                 OutputHandler& handler) {
  std::unique_ptr<Output> output(new Output(std::move(options), handler));
  auto writer = net::DescriptorWriter::create(loop, fd, *output);
  if (!writer) {
    return std::unexpected(writer.error());
  }
  output->writer_ = std::move(*writer);
  if (output->options_.format == script::MessageFormat::jsonl) {
    output->writer_->write(output->options_.head);
  }
  return output;
}

Expected<std::unique_ptr<Output>> Output::open(net::Loop& loop, const std::string& path,
                                               OutputOptions options, OutputHandler& handler) {
  net::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    return fail(ErrorCode::unwritable_file,
                fmt::format("{}: {}", path, std::generic_category().message(errno)));
  }
  options.name = path;
  auto output = create(loop, file.get(), std::move(options), handler);
  if (output) {
    (*output)->file_ = std::move(file);
  }
  return output;
}

void Output::on_write_error(const Error& error) {
  failed_ = true;
  handler_.on_output_error(
      {.code = error.code, .message = fmt::format("{}: {}", options_.name, error.message)});
}

script::Moment Output::moment(Instant at) const {
  return {.at = at - options_.start, .connection = std::max<std::uint64_t>(connections_, 1)};
}

void Output::put_open(const ws::Opened& opened, Instant at) {
  ++connections_;
  if (options_.format != script::MessageFormat::jsonl) {
    return;
  }
  const std::string extensions = opened.response.headers.joined("Sec-WebSocket-Extensions");
  script::append_open(writer_->room(), moment(at),
                      {.status = opened.response.status,
                       .subprotocol = opened.subprotocol,
                       .extensions = extensions});
}

void Output::record(script::Direction direction, const script::MessageView& message, Instant at) {
  std::string clean;
  script::append_message(writer_->room(), moment(at), direction,
                         script::redacted(message, options_.redaction, clean));
}

void Output::put(script::Direction direction, const script::MessageView& message, Instant at) {
  using script::MessageType;
  if (options_.format == script::MessageFormat::jsonl) {
    if (direction == script::Direction::recv || !options_.received_only) {
      record(direction, message, at);
    }
    return;
  }
  const bool data = is_data(message);
  if (direction == script::Direction::send || !data) {
    return;
  }
  const script::Loss loss = script::append_payload(
      writer_->room(), options_.format, message.payload, message.type == MessageType::binary);
  if (loss == script::Loss::none) {
    return;
  }
  bool& told = loss == script::Loss::binary ? told_binary_ : told_line_end_;
  if (!std::exchange(told, true)) {
    handler_.on_output_loss(loss);
  }
}

}  // namespace wskit::session
