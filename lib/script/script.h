// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "script/message.h"
#include "script/pattern.h"
#include "script/predicate.h"
#include "script/text_template.h"
#include "wire/close_code.h"

namespace wskit::script {

/// Where in its files something stands; lines and columns (of bytes) from 1.
struct Place {
  std::uint16_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 1;
};

/// A client by its position in Test::clients.
using ClientIndex = std::uint16_t;

/// How a client connects; what is empty or absent is inherited.
struct Directives {
  std::optional<Template> url;
  struct Header {
    std::string name;
    Template value;
  };
  std::vector<Header> headers;
  std::vector<std::string> subprotocols;
  std::optional<Nanoseconds> timeout;
  /// For servers: the answer to the upgrade instead of 101, and what it breaks.
  std::optional<int> answer_status;
  std::optional<std::string> accept;
  bool no_pong = false;
};

/// What a `>` line sends.
struct SendStep {
  ClientIndex client = 0;
  MessageType type = MessageType::text;
  /// Not a message at all: bytes that go out as they are.
  bool raw = false;
  Template payload;
  wire::CloseCode code = wire::CloseCode::no_status;
};

/// A `<` line and the lines below it.
struct ExpectStep {
  ClientIndex client = 0;
  bool strict = false;
  std::optional<Nanoseconds> deadline;
  Pattern pattern;
  std::vector<std::pair<Place, Predicate>> where;
  std::vector<std::pair<Place, Predicate>> asserts;
  std::vector<std::pair<Place, Capture>> captures;
};

struct UnorderedStep {
  std::vector<std::pair<Place, ExpectStep>> members;
};

/// `< none`: nothing that matches comes for so long.
struct NoneStep {
  ClientIndex client = 0;
  Nanoseconds duration{0};
  std::optional<Pattern> pattern;
};

/// `< open` and `< refused`.
struct ExpectOpenStep {
  ClientIndex client = 0;
  bool refused = false;
  std::optional<int> status;
  std::optional<Nanoseconds> deadline;
  std::vector<std::pair<Place, Predicate>> asserts;
  std::vector<std::pair<Place, Capture>> captures;
};

struct SleepStep {
  Nanoseconds duration{0};
};

struct BarrierStep {};

/// `connect` and `reconnect`.
struct ConnectStep {
  ClientIndex client = 0;
  bool again = false;
  Directives directives;
};

struct SetStep {
  std::uint16_t variable = 0;
  Operand value;
};

struct HttpStep {
  std::string method;
  Template url;
  std::vector<Directives::Header> headers;
  Template body;
  std::vector<std::pair<Place, Predicate>> asserts;
  std::vector<std::pair<Place, Capture>> captures;
};

/// `step NAME`: what follows, up to the next one, is measured under this name.
struct NameStep {
  std::uint16_t name = 0;
};

struct Step;

struct RepeatStep {
  /// One of the two.
  std::optional<std::uint64_t> count;
  std::optional<Nanoseconds> duration;
  std::vector<Step> steps;
};

struct Step {
  using Kind =
      std::variant<SendStep, ExpectStep, UnorderedStep, NoneStep, ExpectOpenStep, SleepStep,
                   BarrierStep, ConnectStep, SetStep, HttpStep, NameStep, RepeatStep>;
  Place place;
  /// Not before this time of the test: "@0.015".
  std::optional<Nanoseconds> at;
  Kind kind;
};

/// `on` and `fail on`: stands watch for the whole test.
struct Watch {
  Place place;
  /// Nothing: any client.
  std::optional<ClientIndex> client;
  Pattern pattern;
  /// What answers; nothing for `fail on`.
  std::optional<SendStep> reply;
};

struct Client {
  std::string name;  ///< Empty for the one that needs none.
  Directives directives;
  /// Connects at a `connect` step of its own, not before the first step that needs a connection.
  bool connects_by_step = false;
};

struct Test {
  std::string name;
  Place place;
  std::vector<Client> clients;
  std::vector<Watch> watches;
  std::vector<Step> steps;
  Directives directives;
};

/// A whole script, understood and checked: what a player runs, any number of times.
struct Script {
  /// The first is the script itself, the others what it includes: names and lines.
  std::vector<std::string> files;
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> variables;
  std::vector<std::optional<std::string>> initial_values;
  std::vector<std::string> step_names;
  Directives head;
  std::vector<Test> tests;

  [[nodiscard]] const std::string& line(const Place& place) const {
    return lines[place.file][place.line - 1];
  }
};

/// What is wrong with a script; nothing of it was run.
struct ScriptError {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  /// What was expected.
  std::string message;
  std::string text;  ///< The whole line.

  /// "FILE:LINE:COLUMN: MESSAGE", the line, cut around the column when it is long, and a caret
  /// below it; three lines without a last end.
  [[nodiscard]] std::string describe() const;
};

}  // namespace wskit::script
