// SPDX-License-Identifier: MIT
// Replaces operator new for this test program, to count.
#include <cstdlib>
#include <new>

#include "tests/support/catch.h"
#include "tests/unit/wire/frames.h"
#include "wire/frame_parser.h"

namespace {

std::size_t allocations = 0;

void* count_allocation(std::size_t size) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* count_allocation_or_throw(std::size_t size) {
  if (void* memory = count_allocation(size)) {
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

// All forms, so that a sanitizer sees each freed by the function that matches its allocation.
void* operator new(std::size_t size) {
  return count_allocation_or_throw(size);
}
void* operator new[](std::size_t size) {
  return count_allocation_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return count_allocation(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return count_allocation(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace wskit::wire {
namespace {

using test::Bytes;
using test::frame;
using test::from_peer_of;
using test::join;

std::size_t allocations_while_parsing(FrameParser& parser, std::span<std::byte> stream,
                                      std::size_t step) {
  const std::size_t before = allocations;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    auto input = stream.subspan(at, std::min(step, stream.size() - at));
    while (parser.next(input).kind != FrameEvent::Kind::need_more) {
    }
  }
  return allocations - before;
}

Bytes ordinary_stream(Role role) {
  const auto sent = [&](const FrameHeader& header, std::size_t size) {
    return frame(from_peer_of(role, header), std::string(size, 'x'));
  };
  return join({sent({}, 20), sent({.opcode = Opcode::binary}, 70'000),
               sent({.opcode = Opcode::ping}, 125), sent({.fin = false}, 1),
               sent({.opcode = Opcode::continuation}, 200)});
}

TEST_CASE("Parsing whole frames allocates nothing") {
  for (const Role role : {Role::client, Role::server}) {
    Bytes stream = ordinary_stream(role);
    FrameParser parser({.role = role});
    CHECK(allocations_while_parsing(parser, stream, stream.size()) == 0);
    CHECK(parser.idle());
  }
}

TEST_CASE("Control frames that the input cuts cost one allocation together") {
  for (const Role role : {Role::client, Role::server}) {
    FrameParser parser({.role = role});
    Bytes first = ordinary_stream(role);
    Bytes second = ordinary_stream(role);
    CHECK(allocations_while_parsing(parser, first, 1) == 1);
    CHECK(allocations_while_parsing(parser, second, 1) == 0);
    CHECK(parser.idle());
  }
}

TEST_CASE("Encoding a frame allocates nothing") {
  Bytes out(200'000);
  MaskSource masks;
  const Bytes payload(100'000, std::byte{'x'});
  const std::size_t before = allocations;
  std::size_t size = 0;
  for (const std::size_t length : std::initializer_list<std::size_t>{0, 20, 126, 100'000}) {
    const FrameHeader header{.masked = true, .mask_key = masks.next()};
    size += encode_frame(out, header, std::span(payload).first(length));
  }
  CHECK(allocations == before);
  CHECK(size == 0 + 6 + 20 + 6 + 126 + 8 + 100'000 + 14);
}

}  // namespace
}  // namespace wskit::wire
