// SPDX-License-Identifier: MIT
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "core/bytes.h"
#include "net/descriptor.h"
#include "net/descriptor_reader.h"
#include "net/descriptor_writer.h"
#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"

using namespace wskit;
using namespace wskit::net;
using namespace wskit::test;

namespace {

struct Pipe {
  Pipe() {
    int fds[2];
    REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
    read_end = Descriptor(fds[0]);
    write_end = Descriptor(fds[1]);
  }
  void put(std::string_view text) const {
    REQUIRE(::write(write_end.get(), text.data(), text.size()) ==
            static_cast<ssize_t>(text.size()));
  }
  /// What is in it now, up to 64 KiB.
  [[nodiscard]] std::string get() const {
    pollfd readable{.fd = read_end.get(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 0) != 1) {
      return {};
    }
    std::string text(std::size_t{64} << 10, '\0');
    const ssize_t bytes = ::read(read_end.get(), text.data(), text.size());
    text.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    return text;
  }
  Descriptor read_end;
  Descriptor write_end;
};

struct Reading final : ReadHandler {
  Reading(Loop& loop, int fd) {
    auto created = DescriptorReader::create(loop, fd, *this);
    REQUIRE(created.has_value());
    reader = std::move(*created);
  }
  void on_read(std::span<const std::byte> bytes) override {
    text += as_text(bytes);
    ++pieces;
    if (greedy) {
      reader->request();
    }
    if (then_read) {
      then_read();
    }
  }
  void on_read_end() override { ended = true; }
  void on_read_error(const Error& why) override { error = why; }

  std::string text;
  int pieces = 0;
  bool greedy = true;
  bool ended = false;
  std::optional<Error> error;
  std::function<void()> then_read;
  std::unique_ptr<DescriptorReader> reader;
};

struct Writing final : WriteHandler {
  Writing(Loop& loop, int fd) {
    auto created = DescriptorWriter::create(loop, fd, *this);
    REQUIRE(created.has_value());
    writer = std::move(*created);
  }
  void on_write_room() override { ++rooms; }
  void on_write_finished() override { finished = true; }
  void on_write_error(const Error& why) override { error = why; }

  int rooms = 0;
  bool finished = false;
  std::optional<Error> error;
  std::unique_ptr<DescriptorWriter> writer;
};

}  // namespace

WSKIT_SOCKET_TEST("what a pipe carries is read to its end") {
  Pipe pipe;
  Reading reading(loop, pipe.read_end.get());
  reading.reader->request();
  pipe.put("one ");
  run_until(loop, [&] { return reading.text == "one "; });
  pipe.put("two");
  pipe.write_end.reset();
  run_until(loop, [&] { return reading.ended; });
  CHECK(reading.text == "one two");
}

WSKIT_SOCKET_TEST("a regular file, which epoll refuses, is read whole") {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  const std::string content(300'000, 'x');
  REQUIRE(std::fwrite(content.data(), 1, content.size(), file) == content.size());
  std::rewind(file);
  Reading reading(loop, ::fileno(file));
  reading.reader->request();
  run_until(loop, [&] { return reading.ended; });
  CHECK(reading.text == content);
  CHECK(reading.pieces >= 5);
  reading.reader.reset();
  (void)std::fclose(file);
}

WSKIT_SOCKET_TEST("no more is read than was asked for and one piece ahead") {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  const std::string content(1'000'000, 'x');
  REQUIRE(std::fwrite(content.data(), 1, content.size(), file) == content.size());
  std::rewind(file);
  Reading reading(loop, ::fileno(file));
  reading.greedy = false;
  reading.reader->request();
  run_until(loop, [&] { return reading.pieces == 1; });
  reading.reader->request();
  run_until(loop, [&] { return reading.pieces == 2; });
  // Two pieces given, one kept, and one that waits for its place.
  const off_t at = ::lseek(::fileno(file), 0, SEEK_CUR);
  CHECK(at <= static_cast<off_t>(4 * DescriptorReader::kPieceBytes));
  CHECK(reading.text.size() == 2 * DescriptorReader::kPieceBytes);
  reading.reader.reset();
  (void)std::fclose(file);
}

WSKIT_SOCKET_TEST("a reader goes while it waits for a pipe that says nothing") {
  const Pipe pipe;
  Reading reading(loop, pipe.read_end.get());
  reading.reader->request();
  reading.reader.reset();
  CHECK_FALSE(reading.ended);
}

WSKIT_SOCKET_TEST("a reader may be destroyed by what it tells") {
  const Pipe pipe;
  Reading reading(loop, pipe.read_end.get());
  reading.greedy = false;
  reading.then_read = [&] { reading.reader.reset(); };
  reading.reader->request();
  pipe.put("x");
  run_until(loop, [&] { return reading.reader == nullptr; });
  CHECK(reading.text == "x");
}

WSKIT_SOCKET_TEST("a descriptor that cannot be read says why") {
  const Descriptor directory(::open("/", O_RDONLY | O_CLOEXEC));
  Reading reading(loop, directory.get());
  reading.reader->request();
  run_until(loop, [&] { return reading.error.has_value(); });
  CHECK(reading.error->code == ErrorCode::unreadable_file);
  CHECK_THAT(reading.error->message, Catch::Contains("Is a directory"));
}

WSKIT_SOCKET_TEST("what is written arrives in order, and the end of it is told") {
  const Pipe pipe;
  Writing writing(loop, pipe.write_end.get());
  writing.writer->write("one ");
  writing.writer->write("two");
  writing.writer->finish();
  run_until(loop, [&] { return writing.finished; });
  CHECK(pipe.get() == "one two");
}

WSKIT_SOCKET_TEST("a slow reader fills the writer, which tells when there is room again") {
  const Pipe pipe;
  Writing writing(loop, pipe.write_end.get());
  const std::string block(std::size_t{64} << 10, 'x');
  std::size_t written = 0;
  for (; !writing.writer->full(); written += block.size()) {
    writing.writer->write(block);
  }
  CHECK(written <= DescriptorWriter::kFullBytes + block.size());
  CHECK(writing.rooms == 0);
  std::size_t read = 0;
  run_until(loop, [&] {
    read += pipe.get().size();
    return writing.rooms != 0;
  });
  CHECK_FALSE(writing.writer->full());
  writing.writer->finish();
  while (read < written) {
    read += pipe.get().size();
  }
  run_until(loop, [&] { return writing.finished; });
  CHECK(read == written);
}

WSKIT_SOCKET_TEST("a writer notices that its reader went, though it has nothing to write") {
  Pipe pipe;
  Writing writing(loop, pipe.write_end.get());
  pipe.read_end.reset();
  run_until(loop, [&] { return writing.error.has_value(); });
  CHECK(writing.error->code == ErrorCode::broken_pipe);
}

WSKIT_SOCKET_TEST("writing to a reader that went is an error and not a signal") {
  Pipe pipe;
  pipe.read_end.reset();
  Writing writing(loop, pipe.write_end.get());
  writing.writer->write("lost");
  run_until(loop, [&] { return writing.error.has_value(); });
  CHECK(writing.error->code == ErrorCode::broken_pipe);
}

WSKIT_SOCKET_TEST("a full disk is told") {
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Writing writing(loop, full.get());
  writing.writer->write("x");
  run_until(loop, [&] { return writing.error.has_value(); });
  CHECK(writing.error->code == ErrorCode::unwritable_file);
  CHECK_THAT(writing.error->message, Catch::Contains("No space left on device"));
}

WSKIT_SOCKET_TEST("a writer goes while its pipe is full") {
  const Pipe pipe;
  Writing writing(loop, pipe.write_end.get());
  writing.writer->write(std::string(300'000, 'x'));
  std::size_t read = 0;
  run_until(loop, [&] {
    read += pipe.get().size();
    return read != 0;
  });
  writing.writer.reset();
  CHECK_FALSE(writing.finished);
}
