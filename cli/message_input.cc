// SPDX-License-Identifier: MIT
#include "cli/message_input.h"

#include <utility>

#include <unistd.h>

#include "script/message.h"

namespace wskit::cli {

bool reads_standard_input(const std::vector<std::string>& messages) {
  return messages.empty() || (messages.size() == 1 && messages[0] == "-");
}

Expected<MakeInput> make_message_input(const MessageFlags& flags,
                                       const std::vector<std::string>& messages,
                                       std::uint64_t max_bytes) {
  auto stream = make_input_options(flags, max_bytes);
  if (!stream) {
    return std::unexpected(stream.error());
  }
  if (reads_standard_input(messages)) {
    return [stream =
                std::move(*stream)](net::Loop& loop) -> Expected<std::unique_ptr<session::Input>> {
      return session::StreamInput::create(loop, STDIN_FILENO, stream);
    };
  }
  std::vector<script::Message> list;
  for (const std::string& text : messages) {
    auto message = argument_message(text, flags.binary);
    if (!message) {
      return std::unexpected(message.error());
    }
    list.push_back(std::move(*message));
  }
  return [list = std::move(list)](net::Loop&) -> Expected<std::unique_ptr<session::Input>> {
    return std::make_unique<session::ListInput>(list);
  };
}

}  // namespace wskit::cli
