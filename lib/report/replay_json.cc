// SPDX-License-Identifier: MIT
#include "report/replay_json.h"

#include "core/json.h"
#include "report/histogram_json.h"
#include "report/timestamp.h"

namespace wskit::report {
namespace {

using stats::ReplayDifference;

constexpr int kReplayVersion = 1;

std::string kind_name(ReplayDifference::Kind kind) {
  switch (kind) {
    case ReplayDifference::Kind::missing:
      return "missing";
    case ReplayDifference::Kind::unexpected:
      return "unexpected";
    default:
      return "different";
  }
}

Json difference_json(const ReplayDifference& difference) {
  const bool different = difference.kind == ReplayDifference::Kind::different;
  const auto only = [](bool there, const std::string& text) {
    return there ? Json(text) : Json(nullptr);
  };
  return {{"kind", kind_name(difference.kind)},
          {"line", difference.line},
          {"conn", difference.connection},
          {"expected",
           only(difference.kind != ReplayDifference::Kind::unexpected, difference.expected)},
          {"got", only(difference.kind != ReplayDifference::Kind::missing, difference.got)},
          {"place", only(different, difference.place)},
          {"expected_there", only(different, difference.expected_there)},
          {"got_there", only(different, difference.got_there)}};
}

Json check_json(const stats::ReplayCheck& check) {
  Json first = Json::array();
  for (const ReplayDifference& difference : check.first) {
    first.push_back(difference_json(difference));
  }
  return {{"ok", check.passed()},           {"compared", check.compared},
          {"different", check.different},   {"missing", check.missing},
          {"unexpected", check.unexpected}, {"first_differences", first}};
}

}  // namespace

std::string write_replay_json(const stats::ReplayResult& result) {
  Json json{{"wskit_replay", kReplayVersion}, {"file", result.file}, {"url", result.url}};
  json["pace"] = result.pace;
  json["start"] = format_timestamp(result.start);
  json["duration_s"] = result.duration_s;
  json["rounds"] = result.rounds;
  json["connections"] = result.connections;
  json["counts"] = {{"sent", result.sent},
                    {"received", result.received},
                    {"recorded", result.recorded},
                    {"sent_bytes", result.sent_bytes},
                    {"received_bytes", result.received_bytes}};
  json["deviation"] = result.deviation ? histogram_json(*result.deviation) : Json(nullptr);
  json["check"] = result.check ? check_json(*result.check) : Json(nullptr);
  json["error"] = result.error ? Json{{"code", std::string(name(result.error->code))},
                                      {"message", result.error->message}}
                               : Json(nullptr);
  json["interrupted"] = result.interrupted;
  return dump_json(json, 1) + "\n";
}

}  // namespace wskit::report
