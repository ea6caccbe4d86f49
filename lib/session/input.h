// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "net/descriptor_reader.h"
#include "net/loop.h"
#include "script/input_splitter.h"
#include "script/message.h"

namespace wskit::session {

class InputHandler {
 public:
  /// After Input::next() said `later`: ask again.
  virtual void on_input() = 0;

 protected:
  ~InputHandler() = default;
};

/// Where the messages that are to be sent come from.
class Input {
 public:
  enum class State : std::uint8_t { message, later, end };
  struct Next {
    State state = State::end;
    /// Valid until the next call.
    script::MessageView message;
  };

  virtual ~Input() = default;
  /// The handler is told when there is more after a `later`.
  virtual void set_handler(InputHandler& handler) = 0;
  /// Fails when the input cannot be read or understood; it is over then.
  [[nodiscard]] virtual Expected<Next> next() = 0;
};

/// Messages that are known from the start.
class ListInput final : public Input {
 public:
  explicit ListInput(std::vector<script::Message> messages) : messages_(std::move(messages)) {}
  void set_handler(InputHandler& /*handler*/) override {}
  [[nodiscard]] Expected<Next> next() override;

 private:
  std::vector<script::Message> messages_;
  std::size_t next_ = 0;
};

struct StreamInputOptions {
  script::InputFormat format = script::InputFormat::line;
  /// Of what is not `jsonl`, which says it of each message.
  script::MessageType type = script::MessageType::text;
  std::size_t max_message_bytes = std::size_t{64} << 20;
  /// For error texts: "standard input".
  std::string name;
};

/// Messages from a descriptor: read as fast as they are asked for, one piece ahead. Text that is
/// not UTF-8 is an error. Pongs of a recording are left out: they are answers, given by themselves.
class StreamInput final : public Input, net::ReadHandler {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<StreamInput>> create(net::Loop& loop, int fd,
                                                                     StreamInputOptions options);
  void set_handler(InputHandler& handler) override { handler_ = &handler; }
  [[nodiscard]] Expected<Next> next() override;

 private:
  explicit StreamInput(StreamInputOptions options);
  void on_read(std::span<const std::byte> bytes) override;
  void on_read_end() override;
  void on_read_error(const Error& error) override;
  void tell() const;
  [[nodiscard]] Next pause_or_end();

  [[nodiscard]] Expected<std::optional<script::MessageView>> understand(std::string_view piece);
  [[nodiscard]] std::unexpected<Error> fail_here(ErrorCode code, std::string_view why) const;

  StreamInputOptions options_;
  script::InputSplitter splitter_;
  std::unique_ptr<net::DescriptorReader> reader_;
  InputHandler* handler_ = nullptr;
  std::optional<Error> error_;
  script::Message recorded_;
};

}  // namespace wskit::session
