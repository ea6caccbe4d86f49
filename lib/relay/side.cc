// SPDX-License-Identifier: MIT
#include "relay/side.h"

#include <utility>

namespace wskit::relay {

void Side::take(std::unique_ptr<net::Stream> stream) {
  stream_ = std::move(stream);
  stream_->set_handler(*this);
  if (holds_ != 0) {
    stream_->pause();
  }
}

void Side::write(std::span<const std::byte> bytes) {
  if (stands() && !finishing_) {
    stream_->write(bytes);
  }
}

void Side::finish() {
  if (stands() && !std::exchange(finishing_, true)) {
    stream_->finish();
  }
}

void Side::reset() {
  if (stands()) {
    stream_->reset_on_close();
  }
  stream_.reset();
}

void Side::hold(Hold why) {
  if (holds_ == 0 && stands()) {
    stream_->pause();
  }
  holds_ |= static_cast<std::uint8_t>(why);
}

void Side::release(Hold why) {
  const auto before = std::exchange(holds_, holds_ & ~static_cast<std::uint8_t>(why));
  if (before != 0 && holds_ == 0 && stands()) {
    stream_->resume();
  }
}

void Side::on_sent(std::size_t /*bytes*/) {
  if (stream_->unsent() <= kFewUnsent) {
    owner_.on_room(*this);
  }
}

void Side::on_eof() {
  ended_ = true;
  owner_.on_end(*this);
}

void Side::on_error(const Error& error) {
  broken_ = true;
  owner_.on_broken(*this, error);
}

}  // namespace wskit::relay
