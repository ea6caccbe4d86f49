// SPDX-License-Identifier: MIT
// What a client of Azure's subprotocols sends, and what the store gives back of its session: a
// request asks only for what an engine can do, and a session that is read is written the same way.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "broker/topic.h"
#include "core/check.h"
#include "core/json.h"
#include "pubsub/azure_request.h"
#include "pubsub/azure_stored.h"
#include "wire/utf8.h"

using namespace wskit;
using namespace wskit::pubsub;

namespace {

void check_request(std::string_view text) {
  const auto request = parse_azure_request(text);
  if (!request) {
    check(!request.error().message.empty(), "an error says what was expected");
    return;
  }
  if (const auto* const join = std::get_if<AzureJoin>(&request->what)) {
    check(broker::check_topic(join->group).has_value(), "a group is a topic");
  }
  if (const auto* const send = std::get_if<AzureSend>(&request->what)) {
    check(broker::check_topic(send->group).has_value(), "a group is a topic");
    check(!send->json || parse_json(send->payload).has_value(), "JSON is JSON");
    check(!send->text || wire::is_utf8(send->payload), "text is UTF-8");
  }
}

void check_stored(std::string_view text) {
  const auto stored = AzureStored::parse(text);
  if (!stored) {
    return;
  }
  const std::string written = stored->text();
  const auto again = AzureStored::parse(written);
  check(again.has_value(), "a written session is read");
  check(again->text() == written, "a session is written one way");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_request(text);
  check_stored(text);
  return 0;
}
