// SPDX-License-Identifier: MIT
// Any bytes as the text of a cursor: what is taken is written the same way, and orders itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "broker/cursor.h"
#include "core/check.h"

using wskit::check;
using wskit::broker::Cursor;
using wskit::broker::Position;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = Cursor::parse(text);
  if (!cursor) {
    return 0;
  }
  check(cursor->text() == text, "a cursor has one text");
  check(cursor->covers(*cursor), "a cursor has seen what it has seen");
  Cursor built(cursor->epoch());
  for (const Position& position : cursor->positions()) {
    check(!built.covers(position), "each partition comes once");
    built.advance(position);
    check(cursor->covers(position) && built.covers(position), "a position is covered");
  }
  check(built == *cursor, "positions make the cursor");
  return 0;
}
