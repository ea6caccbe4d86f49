// SPDX-License-Identifier: MIT
#include "serve/fault_requests.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "relay/fault_desk.h"
#include "serve/server_faults.h"
#include "serve/service_thread.h"
#include "serve/topic_http.h"
#include "serve/upgrade_check.h"

namespace wskit::serve {
namespace {

using relay::kFaultMethods;

void tell_about_faults(HttpExchange& exchange, int status, std::string_view why) {
  const std::string body = std::string(why) + "\n";
  auto headers = topic_headers(exchange.request());
  exchange.respond({.status = status, .headers = std::move(headers), .body = body});
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
  const wire::HttpRequest& request = exchange.request();
  auto answer = relay::answer_fault_question(
      {.method = request.method, .target = request.target, .body = body},
      exchange.thread().faults()->plan(), fault_place(exchange.thread().options()));
  HttpAnswer http{.status = answer.status, .headers = topic_headers(request), .body = answer.body};
  if (answer.json) {
    http.content_type = "application/json";
  }
  std::ranges::move(answer.headers, std::back_inserter(http.headers));
  exchange.respond(http);
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
