// SPDX-License-Identifier: MIT
#include "wire/mask.h"

namespace wskit::wire {

void MaskSource::find_key() {
  for (;; ++used_) {
    if (used_ == keys_.size()) {
      fill_(std::as_writable_bytes(std::span(keys_)));
      used_ = 0;
    }
    if (keys_[used_] != 0) {
      return;
    }
  }
}

}  // namespace wskit::wire
