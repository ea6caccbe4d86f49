// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_wire.h"

#include <stdexcept>

#include "tests/support/raw_client.h"

namespace wskit::test {
namespace {

constexpr unsigned kTextFrameByte = 0x81;
constexpr unsigned kCloseFrameByte = 0x88;
constexpr int kSmallKernelBuffer = 4096;

}  // namespace

void SoakWire::open(const Target& target) {
  socket_ = SoakSocket(target.port, target.small_buffer ? kSmallKernelBuffer : 0);
  reader_ = std::make_unique<WireReader>(Way::raw, handler_);
  unsent_.clear();
  const std::string head =
      upgrade_request("Sec-WebSocket-Protocol: " + target.subprotocol + "\r\n", target.path);
  if (socket_.send(head) != static_cast<ssize_t>(head.size())) {
    throw std::runtime_error("soak: an upgrade could not be sent");
  }
}

void SoakWire::send(std::string_view text) {
  unsent_ += masked_frame(kTextFrameByte, text);
  flush();
}

void SoakWire::flush() {
  // Nothing is to be sent before the upgrade is answered (RFC 6455 4.1).
  if (connected() && reader_->open() && !unsent_.empty()) {
    const ssize_t taken = socket_.send(unsent_);
    unsent_.erase(0, taken > 0 ? static_cast<std::size_t>(taken) : 0);
  }
}

bool SoakWire::receive() {
  const bool more = socket_.receive(buffer_);
  reader_->feed(buffer_);
  if (more && reader_->end() == WireReader::End::none) {
    flush();
    return true;
  }
  socket_.close();
  return false;
}

void SoakWire::leave(Ending ending) {
  if (ending == Ending::close_frame) {
    unsent_ += masked_frame(kCloseFrameByte, {});
    flush();
  }
  if (ending == Ending::rst) {
    socket_.reset();
  } else {
    socket_.close();
  }
}

}  // namespace wskit::test
