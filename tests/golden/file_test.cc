// SPDX-License-Identifier: MIT
#include "report/file.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
namespace fs = std::filesystem;

namespace {

/// A directory of its own for each test, removed afterwards.
class Directory {
 public:
  Directory() {
    std::string pattern = (fs::temp_directory_path() / "wskit-file-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() { fs::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string content_of(const std::string& path) {
  return read_file(path, 1'000'000).value();
}

}  // namespace

TEST_CASE("a committed file has its content and nothing lies beside it") {
  const Directory directory;
  const std::string path = directory.file("result.json");
  REQUIRE(write_file(path, "first").has_value());
  CHECK(content_of(path) == "first");
  REQUIRE(write_file(path, "second").has_value());
  CHECK(content_of(path) == "second");
  CHECK(directory.entries() == 1);
}

TEST_CASE("a file that is not committed leaves the old one and no trace") {
  const Directory directory;
  const std::string path = directory.file("result.json");
  REQUIRE(write_file(path, "old").has_value());
  {
    const auto pending = PendingFile::open(path);
    REQUIRE(pending.has_value());
    CHECK(content_of(path) == "old");
    CHECK(directory.entries() == 2);
  }
  CHECK(content_of(path) == "old");
  CHECK(directory.entries() == 1);
}

TEST_CASE("a pending file can be moved and is committed once") {
  const Directory directory;
  const std::string path = directory.file("result.json");
  auto first = PendingFile::open(path);
  REQUIRE(first.has_value());
  PendingFile second = std::move(*first);
  REQUIRE(second.commit("moved").has_value());
  CHECK(content_of(path) == "moved");
  CHECK(directory.entries() == 1);
}

TEST_CASE("a missing directory is refused before the work with what to do") {
  const Directory directory;
  const auto pending = PendingFile::open(directory.file("missing/result.json"));
  REQUIRE_FALSE(pending.has_value());
  CHECK(pending.error().code == ErrorCode::unwritable_file);
  CHECK_THAT(pending.error().message, Catch::Contains("missing/result.json"));
  CHECK_THAT(pending.error().message, Catch::Contains("there is no directory"));
}

TEST_CASE("a directory is no file to write") {
  const Directory directory;
  fs::create_directory(directory.file("results"));
  const auto pending = PendingFile::open(directory.file("results"));
  REQUIRE_FALSE(pending.has_value());
  CHECK_THAT(pending.error().message, Catch::Contains("it is a directory"));
}

TEST_CASE("a full disk is reported with the path") {
  if (::access("/dev/full", W_OK) != 0) {
    test::skip("there is no /dev/full here");
  }
  const auto written = write_file("/dev/full", "content");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == ErrorCode::unwritable_file);
  CHECK_THAT(written.error().message, Catch::Contains("/dev/full"));
  CHECK_THAT(written.error().message, Catch::Contains("No space left"));
}

TEST_CASE("devices are written to and not replaced") {
  REQUIRE(write_file("/dev/null", "content").has_value());
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a file behind a symbolic link is replaced and the link stays") {
  const Directory directory;
  REQUIRE(write_file(directory.file("target"), "old").has_value());
  fs::create_symlink(directory.file("target"), directory.file("link"));
  REQUIRE(write_file(directory.file("link"), "new").has_value());
  CHECK(fs::is_symlink(directory.file("link")));
  CHECK(content_of(directory.file("target")) == "new");
}

TEST_CASE("a replaced file keeps its permissions") {
  const Directory directory;
  const std::string path = directory.file("secret.json");
  REQUIRE(write_file(path, "old").has_value());
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  REQUIRE(write_file(path, "new").has_value());
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("the longest name that a directory takes can be written") {
  const Directory directory;
  const std::string path = directory.file(std::string(255, 'n'));
  REQUIRE(write_file(path, "content").has_value());
  CHECK(content_of(path) == "content");
}

TEST_CASE("what cannot be read is refused with the path and the reason") {
  const Directory directory;
  const auto missing = read_file(directory.file("missing"), 100);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::unreadable_file);
  CHECK_THAT(missing.error().message, Catch::Contains("No such file"));
  CHECK_THAT(read_file(directory.file("."), 100).error().message, Catch::Contains("directory"));
  CHECK_THAT(read_file("/dev/zero", 1'000'000).error().message,
             Catch::Contains("larger than 1000000 bytes"));
}
