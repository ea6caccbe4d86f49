// SPDX-License-Identifier: MIT
#include "net/uring_buffers.h"

#include <utility>

namespace wskit::net {
UringBuffers::UringBuffers()
    : entries_(std::make_unique_for_overwrite<Entries>()),
      buffers_(std::make_unique_for_overwrite<Buffer[]>(kCount)) {
  io_uring_buf_ring_init(ring());
  for (unsigned id = 0; id < kCount; ++id) {
    give_back(id << IORING_CQE_BUFFER_SHIFT);
  }
  publish();
}

int UringBuffers::attach(io_uring& ring) {
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(entries_.get());
  registration.ring_entries = kCount;
  registration.bgid = kGroup;
  return -io_uring_register_buf_ring(&ring, &registration, 0);
}

void UringBuffers::give_back(unsigned flags) {
  const unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
  io_uring_buf_ring_add(ring(), buffers_[id].bytes.data(), kSize, static_cast<unsigned short>(id),
                        io_uring_buf_ring_mask(kCount), returned_++);
}

void UringBuffers::publish() {
  if (returned_ > 0) {
    io_uring_buf_ring_advance(ring(), std::exchange(returned_, 0));
  }
}

}  // namespace wskit::net
