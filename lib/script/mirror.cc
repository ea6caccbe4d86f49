// SPDX-License-Identifier: MIT
#include "script/mirror.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wskit::script {
namespace {

struct Refusal {
  Place place;
  std::string message;
};

/// What a client sends, as a server expects it.
std::expected<ExpectStep, Refusal> awaited(SendStep sent, const Place& place) {
  if (sent.raw || !sent.payload.literal()) {
    return std::unexpected(Refusal{place, sent.raw ? "raw bytes cannot be expected"
                                                   : "expected a message without {{...}}: what it "
                                                     "will be cannot be known here"});
  }
  std::optional<wire::CloseCode> code;
  if (sent.type == MessageType::close && sent.code != wire::CloseCode::no_status) {
    code = sent.code;
  }
  Pattern::Kind kind = Pattern::Exact{sent.type, sent.payload};
  if (!is_data(sent.type)) {
    kind = Pattern::Control{.type = sent.type, .code = code, .payload = std::move(sent.payload)};
  }
  return ExpectStep{.deadline = {}, .pattern = Pattern(std::move(kind))};
}

/// What a client expects, as a server sends it.
std::expected<SendStep, Refusal> said(const ExpectStep& expected, const Place& place) {
  if (!expected.captures.empty()) {
    return std::unexpected(
        Refusal{expected.captures.front().first, "a capture: what it holds cannot be known here"});
  }
  SendStep send;
  const auto& kind = expected.pattern.kind();
  if (const auto* exact = std::get_if<Pattern::Exact>(&kind)) {
    send.type = exact->type;
    send.payload = exact->payload;
  } else if (const auto* json = std::get_if<Pattern::JsonValue>(&kind); json && !json->subset) {
    send.payload = json->text;
  } else if (const auto* control = std::get_if<Pattern::Control>(&kind)) {
    send.type = control->type;
    send.code = control->code.value_or(wire::CloseCode::no_status);
    send.payload = control->payload.value_or(Template());
  } else {
    return std::unexpected(
        Refusal{place,
                "expected a literal message (text, hex, b64, json=, ping, pong or close): many "
                "others fit this one"});
  }
  if (!send.payload.literal()) {
    return std::unexpected(
        Refusal{place, "expected a message without {{...}}: what it will be cannot be known here"});
  }
  return send;
}

bool awaits_close(const Step& step) {
  const auto* const expect = std::get_if<ExpectStep>(&step.kind);
  const auto* const control =
      expect != nullptr ? std::get_if<Pattern::Control>(&expect->pattern.kind()) : nullptr;
  return control != nullptr && control->type == MessageType::close;
}

bool awaits_close(const std::vector<Step>& steps) {
  return !steps.empty() && awaits_close(steps.back());
}

std::expected<std::vector<Step>, Refusal> turned(std::vector<Step> steps);

std::expected<void, Refusal> say(const ExpectStep& expected, const Place& place,
                                 std::vector<Step>& out) {
  auto send = said(expected, place);
  if (!send) {
    return std::unexpected(std::move(send.error()));
  }
  out.push_back({.place = place, .at = {}, .kind = *std::move(send)});
  return {};
}

std::expected<void, Refusal> say_all(const UnorderedStep& unordered, std::vector<Step>& out) {
  for (const auto& [place, member] : unordered.members) {
    if (auto done = say(member, place, out); !done) {
      return done;
    }
  }
  return {};
}

std::expected<void, Refusal> await(SendStep sent, const Place& place, std::vector<Step>& out) {
  auto wait = awaited(std::move(sent), place);
  if (!wait) {
    return std::unexpected(std::move(wait.error()));
  }
  out.push_back({.place = place, .at = {}, .kind = *std::move(wait)});
  return {};
}

std::expected<void, Refusal> repeat(RepeatStep block, const Place& place, std::vector<Step>& out) {
  auto inner = turned(std::move(block.steps));
  if (!inner) {
    return std::unexpected(std::move(inner.error()));
  }
  block.steps = *std::move(inner);
  out.push_back({.place = place, .at = {}, .kind = std::move(block)});
  return {};
}

std::expected<void, Refusal> turn(Step step, std::vector<Step>& out) {
  if (auto* sent = std::get_if<SendStep>(&step.kind)) {
    return await(std::move(*sent), step.place, out);
  }
  if (const auto* expect = std::get_if<ExpectStep>(&step.kind)) {
    // The answer to a Close comes by itself.
    const bool answers = awaits_close(out) && awaits_close(step);
    return answers ? std::expected<void, Refusal>() : say(*expect, step.place, out);
  }
  if (const auto* unordered = std::get_if<UnorderedStep>(&step.kind)) {
    return say_all(*unordered, out);
  }
  if (auto* block = std::get_if<RepeatStep>(&step.kind)) {
    return repeat(std::move(*block), step.place, out);
  }
  const auto* const open = std::get_if<ExpectOpenStep>(&step.kind);
  if (open != nullptr && open->refused) {
    return std::unexpected(
        Refusal{step.place, "a refusal: say answer STATUS in a server's script"});
  }
  return {};
}

std::expected<std::vector<Step>, Refusal> turned(std::vector<Step> steps) {
  std::vector<Step> result;
  for (Step& step : steps) {
    if (auto done = turn(std::move(step), result); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  return result;
}

std::expected<void, Refusal> turn(Test& test) {
  if (test.clients.size() > 1) {
    return std::unexpected(
        Refusal{test.place, "a test with several clients cannot be turned round"});
  }
  for (const Watch& watch : test.watches) {
    if (watch.reply) {
      return std::unexpected(
          Refusal{watch.place, "an automatic reply: the server cannot know when it comes"});
    }
  }
  test.watches.clear();
  auto steps = turned(std::move(test.steps));
  if (!steps) {
    return std::unexpected(std::move(steps.error()));
  }
  test.steps = *std::move(steps);
  test.directives.headers.clear();
  if (const auto& own = test.clients.front().directives.url) {
    test.directives.url = own;
  }
  test.clients = {Client{}};
  return {};
}

}  // namespace

std::expected<Script, ScriptError> mirrored(Script script) {
  script.head.headers.clear();
  for (Test& test : script.tests) {
    if (const auto turned = turn(test); !turned) {
      const Place& place = turned.error().place;
      return std::unexpected(ScriptError{.file = script.files[place.file],
                                         .line = place.line,
                                         .column = place.column,
                                         .message = "--mirror: " + turned.error().message,
                                         .text = script.line(place)});
    }
  }
  return script;
}

}  // namespace wskit::script
