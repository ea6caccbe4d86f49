// SPDX-License-Identifier: MIT
#include "script/utf8_place.h"

#include <algorithm>

#include "wire/utf8.h"

namespace wskit::script {

std::optional<std::size_t> find_bad_utf8(std::string_view text) {
  if (wire::is_utf8(text)) {
    return std::nullopt;
  }
  // The longest good beginning, by halves: a beginning is good or cuts its last character.
  std::size_t good = 0;
  std::size_t bad = text.size();
  while (bad - good > 4) {
    const std::size_t middle = good + (bad - good) / 2;
    bool fits = false;
    for (std::size_t cut = 0; cut < 4 && !fits; ++cut) {
      fits = wire::is_utf8(text.substr(0, middle - cut));
    }
    (fits ? good : bad) = middle;
  }
  std::size_t end = std::min(bad + 4, text.size());
  while (end > 0 && !wire::is_utf8(text.substr(0, end))) {
    --end;
  }
  return end;
}

}  // namespace wskit::script
