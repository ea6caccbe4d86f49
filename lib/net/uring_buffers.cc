// SPDX-License-Identifier: MIT
#include "net/uring_buffers.h"

#include <cstdlib>
#include <new>
#include <utility>

#include "core/check.h"

namespace wskit::net {
namespace {

constexpr std::size_t kPage = 4096;

void* allocate_pages(std::size_t size) {
  void* const memory = std::aligned_alloc(kPage, size);
  check(memory != nullptr, "memory for receive buffers");
  return memory;
}

}  // namespace

void UringBuffers::Free::operator()(void* memory) const {
  std::free(memory);
}

UringBuffers::UringBuffers()
    : ring_(static_cast<io_uring_buf_ring*>(allocate_pages(kCount * sizeof(io_uring_buf)))),
      memory_(static_cast<std::byte*>(allocate_pages(kCount * kSize))) {
  io_uring_buf_ring_init(ring_.get());
  for (unsigned id = 0; id < kCount; ++id) {
    give_back(id << IORING_CQE_BUFFER_SHIFT);
  }
  publish();
}

int UringBuffers::attach(io_uring& ring) {
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(ring_.get());
  registration.ring_entries = kCount;
  registration.bgid = kGroup;
  return -io_uring_register_buf_ring(&ring, &registration, 0);
}

void UringBuffers::give_back(unsigned flags) {
  const unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
  io_uring_buf_ring_add(ring_.get(), memory_.get() + kSize * id, kSize,
                        static_cast<unsigned short>(id), io_uring_buf_ring_mask(kCount),
                        returned_++);
}

void UringBuffers::publish() {
  if (returned_ > 0) {
    io_uring_buf_ring_advance(ring_.get(), std::exchange(returned_, 0));
  }
}

}  // namespace wskit::net
