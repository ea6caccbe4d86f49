// SPDX-License-Identifier: MIT
#include "wire/libraries.h"

#include <zlib.h>

namespace wskit::wire {

std::vector<LibraryVersion> libraries() {
  return {{"zlib", zlibVersion()}};
}

}  // namespace wskit::wire
