// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "wire/close_code.h"
#include "wire/deflate.h"
#include "wire/frame_parser.h"
#include "wire/utf8.h"
#include "ws/options.h"

namespace wskit::ws {

/// Restores compressed messages in the manner of wire::FrameParser: events with compressed payload
/// in, the same events with what it says out, as many as the room needs. Text is checked as UTF-8
/// and the limits hold while it inflates, so that no more is ever produced.
class MessageInflater {
 public:
  MessageInflater(const wire::DeflateParameters& parameters, wire::Role role,
                  const ConnectionOptions& options);

  /// `event` is compressed data; its bytes must live until next() says need_more.
  void feed(const wire::FrameEvent& event);
  /// Data (in `room`), need_more, or a violation, after which error() says which.
  [[nodiscard]] wire::FrameEvent next(std::span<std::byte> room);
  /// What was fed need not live any longer: the rest of it is copied.
  void keep_rest() { inflater_.keep_rest(); }

  [[nodiscard]] const Error& error() const { return *failure_; }
  [[nodiscard]] wire::CloseCode close_code() const;

 private:
  /// Fills `room` as far as the piece goes; true when the piece is used up.
  [[nodiscard]] bool fill(std::span<std::byte> room, std::size_t& filled);
  [[nodiscard]] wire::FrameEvent check_text(wire::FrameEvent event);
  void fail(Error error);

  wire::Inflater inflater_;
  wire::Utf8Validator utf8_;
  /// What is still to be told of the piece that was fed.
  wire::FrameEvent event_;
  bool pending_ = false;
  std::unique_ptr<Error> failure_;
};

/// What the connections of one loop share that compress: room, and the compressors of those that
/// agreed on no context takeover, one for all of them with one window size.
class SharedDeflate {
 public:
  using Compressors = std::array<std::optional<wire::Deflater>, wire::kMaxWindowBits + 1>;

  /// Where messages are inflated to, one piece at a time.
  [[nodiscard]] std::span<std::byte> inflate_room();
  /// `payload` as a whole compressed message; valid until the next call.
  [[nodiscard]] std::span<const std::byte> compress(wire::Deflater& deflater,
                                                    std::span<const std::byte> payload);
  [[nodiscard]] wire::Deflater& without_takeover(const wire::DeflateParameters& parameters,
                                                 wire::Role role,
                                                 const wire::DeflateEffort& effort);

 private:
  std::vector<std::byte> inflated_;
  std::string compressed_;
  Compressors compressors_;
};

/// permessage-deflate on one connection.
class ConnectionDeflate {
 public:
  ConnectionDeflate(const wire::DeflateParameters& parameters, wire::Role role,
                    const ConnectionOptions& options, SharedDeflate& shared);

  MessageInflater inflater;

  [[nodiscard]] std::span<std::byte> inflate_room() { return shared_.inflate_room(); }
  [[nodiscard]] std::span<const std::byte> compress(std::span<const std::byte> payload) {
    return shared_.compress(own_ ? *own_ : *foreign_, payload);
  }

 private:
  SharedDeflate& shared_;
  std::optional<wire::Deflater> own_;
  wire::Deflater* foreign_ = nullptr;
};

}  // namespace wskit::ws
