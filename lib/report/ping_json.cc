// SPDX-License-Identifier: MIT
#include "report/ping_json.h"

#include <chrono>

#include "core/json.h"
#include "core/units.h"
#include "report/timestamp.h"

namespace wskit::report {
namespace {

constexpr int kPingVersion = 1;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::chrono::sys_seconds in_seconds(stats::WallClock time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

Json phases(const stats::PingResult& result) {
  if (!result.opening) {
    return nullptr;
  }
  const stats::OpeningTimes& times = *result.opening;
  Json json{{"redirects_us", to_microseconds(times.redirects)},
            {"dns_us", to_microseconds(times.dns)},
            {"connect_us", to_microseconds(times.connect)}};
  json["tls_us"] = result.tls_version.empty() ? Json(nullptr) : Json(to_microseconds(times.tls));
  json["upgrade_us"] = to_microseconds(times.upgrade);
  json["first_byte_us"] = to_microseconds(times.first_byte);
  json["total_us"] = to_microseconds(times.total());
  return json;
}

Json certificate(const stats::ShownCertificate& shown, stats::WallClock now) {
  return {{"subject", shown.subject},
          {"issuer", shown.issuer},
          {"names", shown.names},
          {"key", shown.key},
          {"not_before", format_timestamp(shown.not_before)},
          {"not_after", format_timestamp(shown.not_after)},
          {"days_left", days_left(shown, in_seconds(now))}};
}

Json tls(const stats::PingResult& result) {
  if (result.tls_version.empty() && result.chain.empty()) {
    return nullptr;
  }
  Json chain = Json::array();
  for (const stats::ShownCertificate& shown : result.chain) {
    chain.push_back(certificate(shown, result.start));
  }
  return {{"version", text_or_null(result.tls_version)},
          {"cipher", text_or_null(result.cipher)},
          {"trusted", result.distrust.empty()},
          {"distrust", text_or_null(result.distrust)},
          {"certificates", chain}};
}

Json round_trips(const stats::RoundTrips& trips) {
  Json json{{"sent", trips.sent_count()},
            {"answered", trips.answered_count()},
            {"lost", trips.lost_count()},
            {"unmatched", trips.unmatched_count()}};
  const bool any = trips.answered_count() != 0;
  const auto add = [&](const char* name, Nanoseconds value) {
    json[name] = any ? Json(to_microseconds(value)) : Json(nullptr);
  };
  add("min_us", trips.min());
  add("mean_us", trips.mean());
  add("p50_us", trips.percentile(50));
  add("p90_us", trips.percentile(90));
  add("p99_us", trips.percentile(99));
  add("max_us", trips.max());
  return json;
}

Json checks(const std::vector<stats::PingCheck>& found) {
  Json json = Json::array();
  for (const stats::PingCheck& check : found) {
    json.push_back({{"expr", check.expr},
                    {"value", check.value ? Json(*check.value) : Json(nullptr)},
                    {"unit", std::string(check.unit)},
                    {"ok", check.ok}});
  }
  return json;
}

}  // namespace

std::string write_ping_json(const stats::PingResult& result) {
  Json json{{"wskit_ping", kPingVersion}, {"url", result.url}};
  json["location"] = text_or_null(result.location);
  json["start"] = format_timestamp(result.start);
  json["peer"] = text_or_null(result.peer);
  json["proxy"] = text_or_null(result.proxy);
  json["transport"] = result.unix_socket ? "unix" : "tcp";
  json["phases"] = phases(result);
  json["tls"] = tls(result);
  json["subprotocol"] = text_or_null(result.subprotocol);
  json["compression"] = text_or_null(result.compression);
  json["round_trips"] = round_trips(result.round_trips);
  json["checks"] = checks(result.checks);
  json["error"] = result.error ? Json{{"code", std::string(name(result.error->code))},
                                      {"message", result.error->message}}
                               : Json(nullptr);
  json["interrupted"] = result.interrupted;
  return dump_json(json, 1) + "\n";
}

}  // namespace wskit::report
