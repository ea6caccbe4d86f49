// SPDX-License-Identifier: MIT
#include "report/histogram_json.h"

#include <cmath>

#include "core/units.h"
#include "stats/compact_histogram.h"
#include "stats/hdr_encoding.h"
#include "stats/metric.h"

namespace wskit::report {
namespace {

/// Of whole nanoseconds: more digits would be noise.
Json rounded_micros(double nanoseconds) {
  return std::round(nanoseconds) / kNanosecondsPerMicrosecond;
}

Json or_null(bool present, const Json& value) {
  return present ? value : Json(nullptr);
}

}  // namespace

Json histogram_json(const stats::Histogram& histogram, const stats::Histogram* censored) {
  const bool some = histogram.count() != 0;
  Json json{{"unit", "us"}, {"count", histogram.count()}};
  json["min"] = or_null(some, to_microseconds(histogram.min()));
  json["mean"] = or_null(some, rounded_micros(histogram.mean()));
  json["stddev"] = or_null(some, rounded_micros(histogram.stddev()));
  for (const stats::NamedPercentile& percentile : stats::kPercentiles) {
    json[std::string(percentile.name)] =
        or_null(some, to_microseconds(histogram.value_at_percentile(percentile.percentile)));
  }
  json["max"] = or_null(some, to_microseconds(histogram.max()));
  json["censored"] = censored != nullptr ? censored->count() + censored->overflow() : 0;
  json["overflow"] = histogram.overflow();
  json["negative"] = histogram.negative();
  json["hdr_unit"] = "ns";
  json["hdr"] = stats::encode_v2_base64(stats::CompactHistogram(histogram));
  if (censored != nullptr) {
    json["censored_hdr"] = stats::encode_v2_base64(stats::CompactHistogram(*censored));
    json["censored_overflow"] = censored->overflow();
  }
  return json;
}

}  // namespace wskit::report
