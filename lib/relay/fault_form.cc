// SPDX-License-Identifier: MIT
#include "relay/fault_form.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace wskit::relay {
namespace {

using Kind = FaultKind;
using Moment = FaultMoment;
using Value = FaultValue;

constexpr std::array<FaultForm, kFaultKindCount> kFaultForms{{
    {Kind::tls_delay, Moment::accept, "tls-delay", Value::duration, "", false, false, "jitter",
     "TLS begins so much later"},
    {Kind::certificate, Moment::accept, "certificate", Value::flaw, "", false, false, "",
     "TLS with a certificate that has expired, or is for another name"},
    {Kind::upgrade_delay, Moment::upgrade, "upgrade-delay", Value::duration, "", false, false,
     "jitter", "the server's answer comes so much later"},
    {Kind::upgrade_stall, Moment::upgrade, "upgrade-stall", Value::count, "0", true, false, "",
     "so many bytes of the server's answer come, and then nothing"},
    {Kind::reject, Moment::upgrade, "reject", Value::status, "503", true, false, "header body",
     "an answer of this status in place of the server's"},
    {Kind::wrong_node, Moment::upgrade, "wrong-node", Value::status, "400", true, false,
     "header body", "a request that goes on with a session is refused, as by a node without it"},
    {Kind::bad_accept, Moment::upgrade, "bad-accept", Value::none, "", true, false, "",
     "the answer has a wrong Sec-WebSocket-Accept"},
    {Kind::subprotocol, Moment::upgrade, "subprotocol", Value::token, "", false, false, "",
     "the answer names this subprotocol, or none"},
    {Kind::history_truncated, Moment::upgrade, "history-truncated", Value::none, "", true, false,
     "", "what a client that comes back has missed is gone (serve pubsub)"},
    {Kind::epoch_changed, Moment::upgrade, "epoch-changed", Value::none, "", true, false, "",
     "the cursor of a client that comes back is of another epoch (serve pubsub)"},
    {Kind::close, Moment::once, "close", Value::code, "1011", true, false, "reason",
     "a Close frame of this code, whatever it is, or without one"},
    {Kind::data_after_close, Moment::once, "data-after-close", Value::code, "1000", true, false,
     "reason", "a Close frame, a message behind it, and what else there is"},
    {Kind::fin, Moment::once, "fin", Value::none, "", true, false, "",
     "the stream ends without a Close frame"},
    {Kind::rst, Moment::once, "rst", Value::none, "", true, false, "", "the connection is reset"},
    {Kind::half_open, Moment::once, "half-open", Value::none, "", true, false, "",
     "nothing is read or written any more, and the connection stays"},
    {Kind::stall, Moment::once, "stall", Value::duration, "", true, true, "",
     "nothing is read for so long, or any more"},
    {Kind::oversize, Moment::once, "oversize", Value::size, "64MiB", true, false, "",
     "a binary message of so many bytes, of zeros"},
    {Kind::bomb, Moment::once, "bomb", Value::size, "1GiB", true, false, "",
     "a compressed message that inflates to so many bytes, where compression was agreed on"},
    {Kind::ping_flood, Moment::once, "ping-flood", Value::count, "1000", true, false, "",
     "so many Pings at once"},
    {Kind::bandwidth, Moment::flow, "bandwidth", Value::size, "", false, false, "",
     "so many bytes a second pass"},
    {Kind::slow_read, Moment::flow, "slow-read", Value::size, "", false, true, "",
     "so many bytes a second are read"},
    {Kind::delay, Moment::message, "delay", Value::duration, "", false, false, "jitter",
     "the message, and what follows it, comes so much later"},
    {Kind::drop, Moment::message, "drop", Value::none, "", true, false, "", "the message is lost"},
    {Kind::duplicate, Moment::message, "duplicate", Value::count, "1", true, false, "",
     "so many copies follow the message"},
    {Kind::reorder, Moment::message, "reorder", Value::count, "1", true, false, "",
     "the message comes behind the next so many"},
    {Kind::corrupt, Moment::message, "corrupt", Value::count, "1", true, false, "",
     "so many bits of the message are turned round"},
    {Kind::fragment, Moment::message, "fragment", Value::size, "1", true, false, "",
     "the message comes in frames of so many bytes"},
    {Kind::interleave, Moment::message, "interleave", Value::none, "", true, false, "",
     "another message begins between the message's two fragments"},
    {Kind::mask, Moment::message, "mask", Value::none, "", true, false, "",
     "a server's frame is masked, a client's is not"},
    {Kind::reserved_bit, Moment::message, "reserved-bit", Value::bit, "2", true, false, "",
     "the message's frame has RSV1, RSV2 or RSV3 set"},
    {Kind::reserved_opcode, Moment::message, "reserved-opcode", Value::opcode, "3", true, false, "",
     "the message's frame has a reserved opcode"},
    {Kind::bad_length, Moment::message, "bad-length", Value::length, "16", true, false, "",
     "the frame's length is longer than need be (16 or 64 bits), or above 2^63 (huge)"},
    {Kind::bad_utf8, Moment::message, "bad-utf8", Value::none, "", true, false, "",
     "the message is text that is not UTF-8"},
    {Kind::torn, Moment::message, "torn", Value::size, "1", true, false, "gap",
     "the message's bytes come so many at a time, with a gap between"},
    {Kind::truncate, Moment::message, "truncate", Value::none, "", true, false, "",
     "half of the frame comes, and then the stream ends"},
    {Kind::no_pong, Moment::pong, "no-pong", Value::none, "", true, false, "",
     "the Pong does not come"},
    {Kind::late_pong, Moment::pong, "late-pong", Value::duration, "", false, false, "jitter",
     "the Pong comes so much later, and messages overtake it"},
    {Kind::wrong_pong, Moment::pong, "wrong-pong", Value::none, "", true, false, "",
     "the Pong has another payload"},
}};

consteval bool is_in_order() {
  for (std::size_t i = 0; i < kFaultForms.size(); ++i) {
    if (static_cast<std::size_t>(kFaultForms[i].kind) != i) {
      return false;
    }
  }
  return true;
}
static_assert(is_in_order());

std::string_view placeholder(FaultValue value) {
  constexpr std::array<std::string_view, 11> kPlaceholders{
      "",          "TIME",  "SIZE", "N",          "CODE|none",         "STATUS",
      "NAME|none", "1|2|3", "N",    "16|64|huge", "expired|wrong-name"};
  return kPlaceholders[static_cast<std::size_t>(value)];
}

std::string usage_of(const FaultForm& form) {
  if (form.value == FaultValue::none) {
    return std::string(form.name);
  }
  return fmt::format(fmt::runtime(form.may_lack_value ? "{}[:{}]" : "{}:{}"), form.name,
                     placeholder(form.value));
}

}  // namespace

std::span<const FaultForm> fault_forms() {
  return kFaultForms;
}

const FaultForm& form_of(FaultKind kind) {
  return kFaultForms[static_cast<std::size_t>(kind)];
}

std::string describe_faults() {
  std::string text;
  for (const FaultForm& form : kFaultForms) {
    fmt::format_to(std::back_inserter(text), "  {:<30} {}", usage_of(form), form.what);
    if (!form.default_value.empty()) {
      fmt::format_to(std::back_inserter(text), " (default {})", form.default_value);
    }
    text += '\n';
  }
  return text;
}

}  // namespace wskit::relay
