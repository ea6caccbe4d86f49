// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "net/descriptor.h"

namespace wskit::net {

/// Session keys for a protocol analyser, in the NSS key log format: appended to a file, a whole
/// line at a time, so that several loops can share it.
class KeyLog {
 public:
  /// Creates the file with mode 0600 unless it exists. Fails with unwritable_file.
  [[nodiscard]] Expected<void> open(const std::string& path);

  /// `line` without its end. Fails with unwritable_file.
  [[nodiscard]] Expected<void> append(std::string_view line);

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace wskit::net
