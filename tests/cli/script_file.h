// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.h"

namespace wskit::test {

/// A script of its own, removed with the test.
class ScriptFile {
 public:
  explicit ScriptFile(const std::string& text, const std::string& name = "t.wst") {
    std::string pattern = (std::filesystem::temp_directory_path() / "wskit-script-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    std::ofstream(path(name)) << text;
    path_ = path(name);
  }
  ScriptFile(const ScriptFile&) = delete;
  ScriptFile& operator=(const ScriptFile&) = delete;
  ~ScriptFile() { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }
  void add(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }

 private:
  std::string directory_;
  std::string path_;
};

}  // namespace wskit::test
