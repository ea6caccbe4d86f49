// SPDX-License-Identifier: MIT
#include "net/descriptor_writer.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <functional>
#include <mutex>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check.h"
#include "net/descriptor.h"
#include "net/posted_calls.h"

namespace wskit::net {
namespace {

constexpr std::uint8_t kRoom = 1;
constexpr std::uint8_t kFinished = 2;
constexpr std::uint8_t kFailed = 4;

/// A file takes any amount at once; a pipe that is writable has room for PIPE_BUF bytes only, and
/// a longer write would block, deaf to whoever wants to end the thread.
std::size_t most_at_once(int fd) {
  struct stat status{};
  const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  return regular ? std::size_t{1} << 20 : PIPE_BUF;
}

/// A closed pipe is an error to be told, not a signal.
void block_pipe_signal() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

struct DescriptorWriter::Shared {
  Descriptor wake;
  std::mutex mutex;
  std::string queue;
  bool finishing = false;
  std::atomic<bool> stop = false;
  /// Bytes handed over and not written.
  std::atomic<std::size_t> waiting = 0;
  std::atomic<bool> tell_room = false;
  int error = 0;
  /// Of the loop's thread; null when the writer is gone.
  DescriptorWriter* owner = nullptr;

  void write_all(Loop& loop, int fd, const std::shared_ptr<Shared>& self);
  /// Waits for something to write; false at the end of all, with what is to be told of it.
  [[nodiscard]] bool take(int fd, std::string& batch, std::uint8_t& news);
  /// False at the end of all.
  [[nodiscard]] bool take_queued(std::string& batch, std::uint8_t& news);
  static void tell(Loop& loop, const std::shared_ptr<Shared>& self, std::uint8_t news);
  /// 0, or errno.
  [[nodiscard]] int write_batch(int fd, std::string_view batch, const std::function<void()>& room);
  [[nodiscard]] bool wait_writable(int fd) const;
  void awaken() const;
};

void DescriptorWriter::Shared::awaken() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake.get(), &one, sizeof one);
}

bool DescriptorWriter::Shared::take_queued(std::string& batch, std::uint8_t& news) {
  const std::lock_guard lock(mutex);
  batch.clear();
  batch.swap(queue);
  if (batch.empty() && finishing) {
    news = kFinished;
    return false;
  }
  return true;
}

bool DescriptorWriter::Shared::take(int fd, std::string& batch, std::uint8_t& news) {
  while (!stop && take_queued(batch, news)) {
    if (!batch.empty()) {
      return true;
    }
    pollfd fds[2] = {{.fd = fd, .events = 0, .revents = 0},
                     {.fd = wake.get(), .events = POLLIN, .revents = 0}};
    (void)::poll(fds, 2, -1);
    if (fds[1].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake.get(), &count, sizeof count);
    } else if ((fds[0].revents & POLLERR) != 0) {
      error = EPIPE;
      news = kFailed;
      return false;
    }
  }
  return false;
}

bool DescriptorWriter::Shared::wait_writable(int fd) const {
  while (!stop) {
    pollfd fds[2] = {{.fd = fd, .events = POLLOUT, .revents = 0},
                     {.fd = wake.get(), .events = POLLIN, .revents = 0}};
    (void)::poll(fds, 2, -1);
    if (fds[0].revents != 0) {
      return true;
    }
    // More came to be written, which is looked at after this batch, or the end.
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake.get(), &count, sizeof count);
  }
  return false;
}

int DescriptorWriter::Shared::write_batch(int fd, std::string_view batch,
                                          const std::function<void()>& room) {
  const std::size_t most = most_at_once(fd);
  while (!batch.empty() && wait_writable(fd)) {
    const ssize_t written = ::write(fd, batch.data(), std::min(most, batch.size()));
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return errno;
    }
    const auto bytes = static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    batch.remove_prefix(bytes);
    if (waiting.fetch_sub(bytes) - bytes <= kFullBytes / 2 && tell_room.exchange(false)) {
      room();
    }
  }
  return 0;
}

void DescriptorWriter::Shared::tell(Loop& loop, const std::shared_ptr<Shared>& self,
                                    std::uint8_t news) {
  loop.post([self, news] {
    if (self->owner != nullptr) {
      self->owner->hear(news);
    }
  });
}

void DescriptorWriter::Shared::write_all(Loop& loop, int fd, const std::shared_ptr<Shared>& self) {
  block_pipe_signal();
  std::string batch;
  std::uint8_t news = 0;
  while (take(fd, batch, news)) {
    error = write_batch(fd, batch, [&loop, &self] { tell(loop, self, kRoom); });
    if (error != 0) {
      news = kFailed;
      break;
    }
  }
  if (news != 0) {
    tell(loop, self, news);
  }
}

Expected<std::unique_ptr<DescriptorWriter>> DescriptorWriter::create(Loop& loop, int fd,
                                                                     WriteHandler& handler) {
  auto wake = open_event();
  if (!wake) {
    return std::unexpected(wake.error());
  }
  auto shared = std::make_shared<Shared>();
  shared->wake = std::move(*wake);
  std::unique_ptr<DescriptorWriter> writer(new DescriptorWriter(loop, handler, shared));
  try {
    writer->thread_ = std::jthread([shared, &loop, fd] { shared->write_all(loop, fd, shared); });
  } catch (const std::system_error& error) {
    return fail(ErrorCode::local_limit, fmt::format("start a thread: {}", error.code().message()));
  }
  return writer;
}

DescriptorWriter::DescriptorWriter(Loop& loop, WriteHandler& handler,
                                   std::shared_ptr<Shared> shared)
    : loop_(loop), handler_(handler), shared_(std::move(shared)) {
  shared_->owner = this;
}

DescriptorWriter::~DescriptorWriter() {
  shared_->owner = nullptr;
  shared_->stop = true;
  shared_->awaken();
}

std::string& DescriptorWriter::room() {
  check(!finishing_, "nothing is written after finish()");
  loop_.at_turn_end(*this);
  return pending_;
}

bool DescriptorWriter::full() {
  if (failed_ || pending_.size() + shared_->waiting <= kFullBytes) {
    return false;
  }
  shared_->tell_room = true;
  if (pending_.empty() && shared_->waiting <= kFullBytes / 2 &&
      shared_->tell_room.exchange(false)) {
    return false;  // It was written between the two looks.
  }
  return true;
}

void DescriptorWriter::finish() {
  finishing_ = true;
  loop_.at_turn_end(*this);
}

void DescriptorWriter::on_turn_end() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->waiting += pending_.size();
    if (shared_->queue.empty()) {
      shared_->queue.swap(pending_);
    } else {
      shared_->queue += pending_;
    }
    pending_.clear();
    shared_->finishing = finishing_;
  }
  shared_->awaken();
}

void DescriptorWriter::hear(std::uint8_t news) {
  if (news == kRoom) {
    handler_.on_write_room();
  } else if (news == kFinished) {
    handler_.on_write_finished();
  } else {
    failed_ = true;
    const std::error_code why(shared_->error, std::generic_category());
    handler_.on_write_error(
        {.code = shared_->error == EPIPE ? ErrorCode::broken_pipe : ErrorCode::unwritable_file,
         .message = fmt::format("write: {}", why.message())});
  }
}

}  // namespace wskit::net
