// SPDX-License-Identifier: MIT
#include "relay/fault_desk.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/json.h"
#include "core/parse.h"
#include "relay/fault_rule.h"
#include "wire/server_handshake.h"

namespace wskit::relay {
namespace {

constexpr std::string_view kFaultsPath = "/faults";
constexpr int kNoContent = 204;
constexpr int kForbidden = 403;

std::string_view path_of_target(std::string_view target) {
  return target.substr(0, target.find('?'));
}

/// The N of /faults/N; nothing for /faults. 0, which no rule has, for what is no number.
std::optional<std::uint64_t> fault_id(std::string_view target) {
  const std::string_view path = path_of_target(target);
  if (path.size() <= kFaultsPath.size() + 1) {
    return std::nullopt;
  }
  return parse_integer(path.substr(kFaultsPath.size() + 1), 1,
                       std::numeric_limits<std::int64_t>::max())
      .value_or(0);
}

FaultAnswer say(int status, std::string_view why) {
  return {.status = status, .body = std::string(why) + "\n", .json = false, .headers = {}};
}

FaultAnswer say_json(int status, const Json& json) {
  return {.status = status, .body = dump_json(json) + "\n", .json = true, .headers = {}};
}

Json to_json(const FaultCount& fault) {
  return {{"id", fault.id}, {"rule", fault.rule}, {"fired", fault.fired}};
}

FaultAnswer list_faults(const FaultPlan& plan, std::optional<std::uint64_t> id) {
  Json listed = Json::array();
  for (const FaultCount& fault : plan.faults()) {
    if (fault.id == id) {
      return say_json(200, to_json(fault));
    }
    listed.push_back(to_json(fault));
  }
  return id ? say(404, "there is no such fault")
            : say_json(200, Json{{"faults", std::move(listed)}});
}

FaultAnswer add_fault(FaultPlan& plan, std::string_view body, const FaultPlace& place) {
  while (body.ends_with('\n') || body.ends_with('\r')) {
    body.remove_suffix(1);
  }
  auto rule = parse_fault(body);
  if (!rule) {
    return say(400, rule.error().message);
  }
  if (const auto possible = check_place(*rule, place); !possible) {
    return say(400, possible.error().message);
  }
  const std::uint64_t id = plan.add(*std::move(rule));
  if (id == 0) {
    return say(503, "there are as many faults as there may be");
  }
  FaultAnswer answer = say_json(201, Json{{"id", id}, {"rule", body}});
  answer.headers.push_back({"Location", fmt::format("{}/{}", kFaultsPath, id)});
  return answer;
}

FaultAnswer take_back_faults(FaultPlan& plan, std::optional<std::uint64_t> id) {
  if (!id) {
    plan.withdraw_all();
  } else if (!plan.withdraw(*id)) {
    return say(404, "there is no such fault");
  }
  return {.status = 204, .body = {}, .json = false, .headers = {}};
}

}  // namespace

bool names_faults(std::string_view target) {
  const std::string_view path = path_of_target(target);
  return path == kFaultsPath || path.starts_with("/faults/");
}

FaultAnswer answer_fault_question(const FaultQuestion& question, FaultPlan& plan,
                                  const FaultPlace& place) {
  const auto id = fault_id(question.target);
  if (question.method == "GET" || question.method == "HEAD") {
    return list_faults(plan, id);
  }
  if (question.method == "POST" && !id) {
    return add_fault(plan, question.body, place);
  }
  if (question.method == "DELETE") {
    return take_back_faults(plan, id);
  }
  FaultAnswer answer =
      say(405, "GET lists the faults, POST to /faults adds one, DELETE takes them back");
  answer.headers.push_back({"Allow", std::string(kFaultMethods)});
  return answer;
}

std::string to_http(const FaultAnswer& answer) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nConnection: close\r\nCache-Control: no-store\r\n",
                  answer.status, wire::reason_phrase(answer.status));
  if (answer.status != kNoContent) {
    text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n",
                        answer.json ? "application/json" : "text/plain; charset=utf-8",
                        answer.body.size());
  }
  for (const wire::Header& header : answer.headers) {
    text += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  return text + "\r\n" + answer.body;
}

std::optional<FaultAnswer> refuse_page(const wire::HttpRequest& request) {
  const std::string origin = request.headers.joined("Origin");
  const std::string host(request.headers.get("Host").value_or(""));
  if (origin.empty() || origin == "http://" + host || origin == "https://" + host) {
    return std::nullopt;
  }
  return say(kForbidden, "pages of this origin may not see to the faults");
}

}  // namespace wskit::relay
