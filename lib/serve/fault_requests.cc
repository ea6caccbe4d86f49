// SPDX-License-Identifier: MIT
#include "serve/fault_requests.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/json.h"
#include "core/parse.h"
#include "relay/fault_rule.h"
#include "serve/request_target.h"
#include "serve/server_faults.h"
#include "serve/service_thread.h"
#include "serve/topic_http.h"
#include "serve/upgrade_check.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kFaultsPath = "/faults";
constexpr std::string_view kFaultMethods = "GET, POST, DELETE, OPTIONS";
constexpr std::string_view kJsonType = "application/json";

/// The N of /faults/N; nothing for /faults. 0, which no rule has, for what is no number.
std::optional<std::uint64_t> fault_id(std::string_view target) {
  const std::string_view path = path_of(target);
  if (path.size() <= kFaultsPath.size() + 1) {
    return std::nullopt;
  }
  return parse_integer(path.substr(kFaultsPath.size() + 1), 1,
                       std::numeric_limits<std::int64_t>::max())
      .value_or(0);
}

void tell_about_faults(HttpExchange& exchange, int status, std::string_view why) {
  const std::string body = std::string(why) + "\n";
  auto headers = topic_headers(exchange.request());
  if (status == 405) {
    headers.push_back({"Allow", std::string(kFaultMethods)});
  }
  exchange.respond({.status = status, .headers = std::move(headers), .body = body});
}

void tell_json(HttpExchange& exchange, int status, const Json& json) {
  const std::string body = dump_json(json) + "\n";
  exchange.respond({.status = status,
                    .content_type = kJsonType,
                    .headers = topic_headers(exchange.request()),
                    .body = body});
}

Json to_json(const relay::FaultCount& fault) {
  return {{"id", fault.id}, {"rule", fault.rule}, {"fired", fault.fired}};
}

void list_faults(HttpExchange& exchange, const relay::FaultPlan& plan,
                 std::optional<std::uint64_t> id) {
  Json listed = Json::array();
  for (const relay::FaultCount& fault : plan.faults()) {
    if (fault.id == id) {
      return tell_json(exchange, 200, to_json(fault));
    }
    listed.push_back(to_json(fault));
  }
  if (id) {
    return tell_about_faults(exchange, 404, "there is no such fault");
  }
  tell_json(exchange, 200, Json{{"faults", std::move(listed)}});
}

void add_fault(HttpExchange& exchange, relay::FaultPlan& plan, std::string_view body) {
  while (body.ends_with('\n') || body.ends_with('\r')) {
    body.remove_suffix(1);
  }
  auto rule = relay::parse_fault(body);
  if (!rule) {
    return tell_about_faults(exchange, 400, rule.error().message);
  }
  if (const auto possible = relay::check_place(*rule, fault_place(exchange.thread().options()));
      !possible) {
    return tell_about_faults(exchange, 400, possible.error().message);
  }
  const std::uint64_t id = plan.add(*std::move(rule));
  if (id == 0) {
    return tell_about_faults(exchange, 503, "there are as many faults as there may be");
  }
  const std::string created = dump_json(Json{{"id", id}, {"rule", body}}) + "\n";
  auto headers = topic_headers(exchange.request());
  headers.push_back({"Location", fmt::format("{}/{}", kFaultsPath, id)});
  exchange.respond(
      {.status = 201, .content_type = kJsonType, .headers = std::move(headers), .body = created});
}

void take_back_faults(HttpExchange& exchange, relay::FaultPlan& plan,
                      std::optional<std::uint64_t> id) {
  if (!id) {
    plan.withdraw_all();
  } else if (!plan.withdraw(*id)) {
    return tell_about_faults(exchange, 404, "there is no such fault");
  }
  exchange.respond({.status = 204, .headers = topic_headers(exchange.request())});
}

std::string label_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    value += c == '"' || c == '\\' ? "\\" : "";
    value += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return value;
}

}  // namespace

bool names_faults(std::string_view target) {
  const std::string_view path = path_of(target);
  return path == kFaultsPath || path.starts_with("/faults/");
}

bool admit_fault_request(HttpExchange& exchange) {
  const wire::HttpRequest& request = exchange.request();
  const ServerFaults* const faults = exchange.thread().faults();
  if (!origin_allowed(request.headers.joined("Origin"), request.headers.get("Host").value_or(""),
                      exchange.thread().options().allowed_origins)) {
    exchange.respond({.status = 403,
                      .body = "pages of this origin may not see to the faults; --allow-origin lets "
                              "them\n"});
    return false;
  }
  if (faults == nullptr || !faults->may_ask()) {
    tell_about_faults(exchange, 403, unheeded_fault(nullptr).why);
    return false;
  }
  if (request.method == "OPTIONS") {
    auto headers = topic_headers(request);
    headers.push_back({"Allow", std::string(kFaultMethods)});
    headers.push_back({"Access-Control-Allow-Methods", std::string(kFaultMethods)});
    headers.push_back({"Access-Control-Allow-Headers", "Authorization, Content-Type"});
    headers.push_back({"Access-Control-Max-Age", "600"});
    exchange.respond({.status = 204, .headers = std::move(headers)});
    return false;
  }
  return true;
}

void answer_fault_request(HttpExchange& exchange, std::string_view body) {
  relay::FaultPlan& plan = exchange.thread().faults()->plan();
  const std::string& method = exchange.request().method;
  const auto id = fault_id(exchange.request().target);
  if (method == "GET" || method == "HEAD") {
    list_faults(exchange, plan, id);
  } else if (method == "POST" && !id) {
    add_fault(exchange, plan, body);
  } else if (method == "DELETE") {
    take_back_faults(exchange, plan, id);
  } else {
    tell_about_faults(exchange, 405,
                      "GET lists the faults, POST to /faults adds one, DELETE takes them back");
  }
}

std::string fault_metrics(ServerFaults* faults) {
  if (faults == nullptr) {
    return {};
  }
  std::string text =
      "# HELP wskit_faults_fired_total Faults that were made to happen.\n"
      "# TYPE wskit_faults_fired_total counter\n";
  for (const relay::FaultCount& count : faults->plan().counts()) {
    text += fmt::format("wskit_faults_fired_total{{rule=\"{}\"}} {}\n", label_value(count.rule),
                        count.fired);
  }
  return text;
}

}  // namespace wskit::serve
