// SPDX-License-Identifier: MIT
#include "net/descriptor_reader.h"

#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "net/descriptor.h"
#include "net/posted_calls.h"

namespace wskit::net {

/// One piece that was read and not asked for yet.
struct DescriptorReader::Shared {
  enum class Slot : std::uint8_t { empty, piece, end, error };

  Descriptor wake;
  std::mutex mutex;
  std::condition_variable emptied;
  bool stop = false;
  Slot slot = Slot::empty;
  std::vector<std::byte> piece;
  int error = 0;
  /// Of the loop's thread; null when the reader is gone.
  DescriptorReader* owner = nullptr;

  void read_all(Loop& loop, int fd, const std::shared_ptr<Shared>& self);
  /// Lets the owner look into the slot, if it is still there then.
  static void announce(Loop& loop, const std::shared_ptr<Shared>& self);
  /// False when the reader is gone.
  [[nodiscard]] bool wait_readable(int fd) const;
  /// Waits for the slot to be empty, then fills it; false when the reader is gone.
  [[nodiscard]] bool put(ssize_t result, std::vector<std::byte>& buffer);
};

bool DescriptorReader::Shared::wait_readable(int fd) const {
  pollfd fds[2] = {{.fd = fd, .events = POLLIN, .revents = 0},
                   {.fd = wake.get(), .events = POLLIN, .revents = 0}};
  while (::poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
  return fds[1].revents == 0;
}

bool DescriptorReader::Shared::put(ssize_t result, std::vector<std::byte>& buffer) {
  const int number = errno;
  std::unique_lock lock(mutex);
  emptied.wait(lock, [this] { return slot == Slot::empty || stop; });
  if (stop) {
    return false;
  }
  if (result > 0) {
    buffer.resize(static_cast<std::size_t>(result));
    piece.swap(buffer);
    slot = Slot::piece;
  } else {
    error = number;
    slot = result == 0 ? Slot::end : Slot::error;
  }
  return true;
}

void DescriptorReader::Shared::announce(Loop& loop, const std::shared_ptr<Shared>& self) {
  loop.post([self] {
    if (self->owner != nullptr) {
      self->owner->deliver();
    }
  });
}

void DescriptorReader::Shared::read_all(Loop& loop, int fd, const std::shared_ptr<Shared>& self) {
  std::vector<std::byte> buffer;
  while (wait_readable(fd)) {
    buffer.resize(kPieceBytes);
    const ssize_t result = ::read(fd, buffer.data(), buffer.size());
    if (result < 0 && (errno == EINTR || errno == EAGAIN)) {
      continue;
    }
    if (!put(result, buffer)) {
      return;
    }
    announce(loop, self);
    if (result <= 0) {
      return;
    }
  }
}

Expected<std::unique_ptr<DescriptorReader>> DescriptorReader::create(Loop& loop, int fd,
                                                                     ReadHandler& handler) {
  auto wake = open_event();
  if (!wake) {
    return std::unexpected(wake.error());
  }
  auto shared = std::make_shared<Shared>();
  shared->wake = std::move(*wake);
  std::unique_ptr<DescriptorReader> reader(new DescriptorReader(loop, handler, shared));
  try {
    reader->thread_ = std::jthread([shared, &loop, fd] { shared->read_all(loop, fd, shared); });
  } catch (const std::system_error& error) {
    return fail(ErrorCode::local_limit, fmt::format("start a thread: {}", error.code().message()));
  }
  return reader;
}

DescriptorReader::DescriptorReader(Loop& loop, ReadHandler& handler, std::shared_ptr<Shared> shared)
    : loop_(loop), handler_(handler), shared_(std::move(shared)) {
  shared_->owner = this;
}

DescriptorReader::~DescriptorReader() {
  shared_->owner = nullptr;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
  }
  shared_->emptied.notify_one();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(shared_->wake.get(), &one, sizeof one);
}

void DescriptorReader::request() {
  requested_ = true;
  const std::lock_guard lock(shared_->mutex);
  if (shared_->slot != Shared::Slot::empty) {
    Shared::announce(loop_, shared_);
  }
}

void DescriptorReader::deliver() {
  using Slot = Shared::Slot;
  if (!requested_) {
    return;
  }
  Slot slot = Slot::empty;
  {
    const std::lock_guard lock(shared_->mutex);
    slot = shared_->slot;
    if (slot == Slot::piece) {
      piece_.swap(shared_->piece);
      shared_->slot = Slot::empty;
    }
  }
  if (slot == Slot::empty) {
    return;
  }
  requested_ = false;
  if (slot == Slot::piece) {
    shared_->emptied.notify_one();
    // With the bytes in hand: the handler may destroy this.
    const std::vector<std::byte> bytes = std::exchange(piece_, {});
    handler_.on_read(bytes);
  } else if (slot == Slot::end) {
    handler_.on_read_end();
  } else {
    const std::error_code why(shared_->error, std::generic_category());
    handler_.on_read_error(
        {.code = ErrorCode::unreadable_file, .message = fmt::format("read: {}", why.message())});
  }
}

}  // namespace wskit::net
