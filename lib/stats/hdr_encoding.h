// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "stats/compact_histogram.h"

namespace wskit::stats {

/// HdrHistogram's "V2" byte format: a 40-byte header, then ZigZag LEB128 counts in which a negative
/// number is a run of empty slots. Values are nanoseconds; overflow is not part of the format.
[[nodiscard]] std::string encode_v2(const CompactHistogram& histogram);

/// The same through zlib, as histogram logs carry it.
[[nodiscard]] std::string encode_v2_compressed(const CompactHistogram& histogram);
/// ... and in base64, as logs and result files write it.
[[nodiscard]] std::string encode_v2_base64(const CompactHistogram& histogram);

/// Reads either form by its cookie. The bytes may be hostile: memory stays in proportion to the
/// payload that the header's own range allows. Fails with ErrorCode::usage and what is wrong.
[[nodiscard]] Expected<CompactHistogram> decode_v2(std::string_view bytes);
[[nodiscard]] Expected<CompactHistogram> decode_v2_base64(std::string_view text);

}  // namespace wskit::stats
