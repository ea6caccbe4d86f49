// SPDX-License-Identifier: MIT
#include "relay/recorder.h"

#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "net/descriptor.h"
#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"
#include "wire/uri.h"

using namespace wskit;
using namespace wskit::test;

namespace {

struct Told final : relay::RecorderHandler {
  std::vector<Error> errors;
  int finished = 0;

 private:
  void on_record_room() override {}
  void on_record_error(const Error& error) override { errors.push_back(error); }
  void on_record_finished() override { ++finished; }
};

}  // namespace

WSKIT_SOCKET_TEST("a disk that is full for the last lines is an end of the recording too") {
  Told told;
  const auto recorder = relay::Recorder::create(loop, {.path = "/dev/full"}, told).value();
  recorder->finish();
  run_until(loop, [&] { return told.finished == 1; });
  REQUIRE(told.errors.size() == 1);
  CHECK(told.errors[0].code == ErrorCode::unwritable_file);
}

WSKIT_SOCKET_TEST("so it is for the file of one connection") {
  const net::Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full.is_open());
  Told told;
  const auto recorder =
      relay::Recorder::create(loop, {.path = "/proc/self/fd/{conn}"}, told).value();
  const auto number = static_cast<std::uint64_t>(full.get());
  recorder->start(number, {.url = wire::parse_uri("ws://h/").value(), .request = {}}).reset();
  recorder->finish();
  run_until(loop, [&] { return told.finished == 1; });
  REQUIRE(told.errors.size() == 1);
  CHECK(told.errors[0].code == ErrorCode::unwritable_file);
}
