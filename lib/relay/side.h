// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/clock.h"
#include "core/error.h"
#include "net/stream.h"

namespace wskit::relay {

class Side;

/// What a side tells its link. The link may be destroyed in any of these but on_room().
class SideOwner {
 public:
  virtual void on_bytes(Side& side, std::span<std::byte> bytes, Instant received) = 0;
  /// What was written is sent, all of it or so much that more may come.
  virtual void on_room(Side& side) = 0;
  /// The peer finished sending.
  virtual void on_end(Side& side) = 0;
  /// The stream broke: neither direction goes on.
  virtual void on_broken(Side& side, const Error& error) = 0;

 protected:
  ~SideOwner() = default;
};

/// One end of a link, towards the client or the server: its stream, and what holds it back.
class Side final : net::StreamHandler {
 public:
  /// Why nothing is read from this side for now.
  enum class Hold : std::uint8_t {
    opening = 1,    // the other side does not stand yet
    backlog = 2,    // the other side's peer reads slowly
    recording = 4,  // the file of the recording takes no more
    fault = 8,      // a fault wants it
  };
  /// Of bytes written and not yet sent: from the first on the other side is held, until it is the
  /// second.
  static constexpr std::size_t kMostUnsent = std::size_t{256} << 10;
  static constexpr std::size_t kFewUnsent = std::size_t{64} << 10;

  explicit Side(SideOwner& owner) : owner_(owner) {}

  void take(std::unique_ptr<net::Stream> stream);
  /// While it stands.
  [[nodiscard]] const net::Stream& stream() const { return *stream_; }
  [[nodiscard]] bool stands() const { return stream_ != nullptr && !broken_; }

  /// Nothing once the side broke.
  void write(std::span<const std::byte> bytes);
  /// Sends FIN behind what was written.
  void finish();
  /// Closes now, with a reset.
  void reset();

  void hold(Hold why);
  void release(Hold why);

  [[nodiscard]] bool is_full() const { return stands() && stream_->unsent() >= kMostUnsent; }
  /// The peer finished sending.
  [[nodiscard]] bool has_ended() const { return ended_; }
  /// Nothing that was written waits to be sent.
  [[nodiscard]] bool is_flushed() const { return !stands() || stream_->unsent() == 0; }
  /// Both directions came to their end, or the stream broke.
  [[nodiscard]] bool is_over() const { return !stands() || (ended_ && finishing_ && is_flushed()); }

 private:
  void on_data(std::span<std::byte> bytes, Instant received) override {
    owner_.on_bytes(*this, bytes, received);
  }
  void on_sent(std::size_t bytes) override;
  void on_eof() override;
  void on_error(const Error& error) override;

  SideOwner& owner_;
  std::unique_ptr<net::Stream> stream_;
  std::uint8_t holds_ = 0;
  bool finishing_ = false;
  bool ended_ = false;
  bool broken_ = false;
};

}  // namespace wskit::relay
