// SPDX-License-Identifier: MIT
#include "script/transcript_reader.h"

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/json.h"
#include "script/recording.h"
#include "script/redaction.h"
#include "script/script_parser.h"
#include "wire/uri.h"

namespace wskit::script {
namespace {

/// Text that is the same whatever the environment is; null for text that is not.
class Literals {
 public:
  /// `other` is the script as it is in another environment, `redacted` as it is where all that
  /// comes from there is redacted; both may be null.
  Literals(const Script& script, const Script* other, const Script* redacted)
      : script_(script), other_(other), redacted_(redacted) {}

  /// Of the template that `pick` finds in a script.
  template <class Pick>
  [[nodiscard]] const std::string* operator()(Pick pick) const {
    const std::string* const text = literal(pick(script_));
    const std::string* const again = other_ == nullptr ? text : literal(pick(*other_));
    return text != nullptr && again != nullptr && *text == *again ? text : nullptr;
  }

  /// The same, redacted where it comes from the environment.
  template <class Pick>
  [[nodiscard]] const std::string* redacted(Pick pick) const {
    const std::string* const text = (*this)(pick);
    return text != nullptr || redacted_ == nullptr ? text : literal(pick(*redacted_));
  }
  /// A URL with fields of its query that come from the environment: hidden, as recordings hide
  /// them.
  template <class Pick>
  [[nodiscard]] std::optional<std::string> url(Pick pick) const {
    if (const std::string* const text = (*this)(pick)) {
      return *text;
    }
    const std::string* const text = literal(pick(script_));
    const std::string* const again = other_ == nullptr ? nullptr : literal(pick(*other_));
    if (text == nullptr || again == nullptr ||
        wire::without_secrets(*text) != wire::without_secrets(*again)) {
      return std::nullopt;
    }
    return wire::without_secrets(*text);
  }

 private:
  static const std::string* literal(const Template* text) {
    return text == nullptr ? nullptr : text->literal();
  }

  const Script& script_;
  const Script* other_;
  const Script* redacted_;
};

/// What a step says of a message; nothing when it says anything else.
struct Said {
  Direction direction = Direction::send;
  ClientIndex client = 0;
  MessageType type = MessageType::text;
  wire::CloseCode code = wire::CloseCode::no_status;
  /// Null for none.
  const Template* payload = nullptr;
};

std::optional<Said> said(const SendStep& step) {
  if (step.raw) {
    return std::nullopt;
  }
  return Said{.direction = Direction::send,
              .client = step.client,
              .type = step.type,
              .code = step.code,
              .payload = &step.payload};
}

std::optional<Said> said(const ExpectStep& step) {
  if (step.strict || step.deadline || !step.where.empty() || !step.asserts.empty() ||
      !step.captures.empty()) {
    return std::nullopt;
  }
  Said out{.direction = Direction::recv, .client = step.client};
  if (const auto* exact = std::get_if<Pattern::Exact>(&step.pattern.kind())) {
    out.type = exact->type;
    out.payload = &exact->payload;
    return out;
  }
  const auto* control = std::get_if<Pattern::Control>(&step.pattern.kind());
  if (control == nullptr) {
    return std::nullopt;
  }
  out.type = control->type;
  out.code = control->code.value_or(wire::CloseCode::no_status);
  out.payload = control->payload ? &*control->payload : nullptr;
  return out;
}

std::optional<Said> said(const Step& step) {
  if (const auto* send = std::get_if<SendStep>(&step.kind)) {
    return said(*send);
  }
  const auto* expect = std::get_if<ExpectStep>(&step.kind);
  return expect == nullptr ? std::nullopt : said(*expect);
}

/// "c4" is 4, as Transcript names it; 0 for other names.
std::uint64_t number_of(std::string_view name) {
  std::uint64_t number = 0;
  if (name.starts_with('c')) {
    (void)std::from_chars(name.data() + 1, name.data() + name.size(), number);
  }
  return name == fmt::format("c{}", number) ? number : 0;
}

std::vector<std::uint64_t> connections_of(const std::vector<Client>& clients) {
  std::vector<std::uint64_t> numbers;
  bool all = true;
  for (const Client& client : clients) {
    numbers.push_back(number_of(client.name));
    all = all && numbers.back() != 0;
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = all ? numbers[i] : i + 1;
  }
  return numbers;
}

class TranscriptReader {
 public:
  TranscriptReader(const Script& script, const Script* other, const Script* redacted)
      : script_(script), literals_(script, other, redacted) {}

  std::expected<std::string, ScriptError> read() {
    const Test& test = script_.tests.front();
    if (script_.tests.size() > 1) {
      return wrong(script_.tests[1].place, "a second test");
    }
    if (!test.watches.empty()) {
      return wrong(test.watches.front().place, "what stands watch");
    }
    if (auto head = this->head(test); !head) {
      return std::unexpected(std::move(head.error()));
    }
    numbers_ = connections_of(test.clients);
    for (std::size_t i = 0; i < test.steps.size(); ++i) {
      if (!append(test, i)) {
        return wrong(test.steps[i].place, "this step");
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::unexpected<ScriptError> wrong(const Place& place,
                                                   std::string_view what) const {
    return std::unexpected(ScriptError{
        .file = script_.files[place.file],
        .line = place.line,
        .column = place.column,
        .message = fmt::format("a recording cannot say {}, which comes of a script only by "
                               "running: wskit test {} --record OUT.jsonl",
                               what, script_.files.front()),
        .text = script_.line(place)});
  }

  /// All that the directives of file and test say.
  std::expected<void, ScriptError> head(const Test& test) {
    Json json{{"wskit", kRecordingVersion}};
    Json headers = Json::object();
    for (const Pick pick : {of_file, of_test}) {
      if (auto read = directives(pick, test.place, json, headers); !read) {
        return read;
      }
    }
    json["request"] = Json{{"headers", headers}};
    out_ = dump_json(json) + "\n";
    return clients(test);
  }

  using Pick = const Directives& (*)(const Script& script);
  static const Directives& of_file(const Script& script) { return script.head; }
  static const Directives& of_test(const Script& script) { return script.tests.front().directives; }

  std::expected<void, ScriptError> directives(Pick pick, const Place& place, Json& head,
                                              Json& headers) {
    const Directives& given = pick(script_);
    const auto url = literals_.url(
        [pick](const Script& script) { return pick(script).url ? &*pick(script).url : nullptr; });
    if (given.url && !url) {
      return wrong(place, "a URL with placeholders");
    }
    if (given.timeout) {
      return wrong(place, "a timeout");
    }
    if (url) {
      head["url"] = *url;
    }
    for (std::size_t i = 0; i < given.headers.size(); ++i) {
      const auto* const value =
          literals_([pick, i](const Script& script) { return &pick(script).headers[i].value; });
      headers[given.headers[i].name] = value == nullptr ? std::string(Redaction::kMark) : *value;
    }
    protocols_ = given.subprotocols.empty() ? protocols_ : given.subprotocols;
    return {};
  }

  std::expected<void, ScriptError> clients(const Test& test) {
    for (const Client& client : test.clients) {
      const Directives& own = client.directives;
      if (own.url || !own.headers.empty() || own.timeout) {
        return wrong(test.place, fmt::format("the client {}'s own request", client.name));
      }
      protocols_of_.push_back(own.subprotocols.empty() ? protocols_ : own.subprotocols);
      if (protocols_of_.back().size() > 1) {
        return wrong(test.place, "which one of several protocols is chosen");
      }
    }
    return {};
  }

  /// False when the step is not a message whose content is known.
  bool append(const Test& test, std::size_t index) {
    const Step& step = test.steps[index];
    const auto message = said(step);
    if (!message) {
      return false;
    }
    const std::string none;
    const std::string* const payload =
        message->payload == nullptr ? &none : literals_.redacted([index](const Script& script) {
          const auto other = said(script.tests.front().steps[index]);
          return other ? other->payload : nullptr;
        });
    if (payload == nullptr) {
      return false;
    }
    moment_.at = step.at.value_or(moment_.at);
    moment_.connection = numbers_[message->client];
    open(message->client);
    append_message(out_, moment_, message->direction,
                   {.type = message->type, .payload = *payload, .code = message->code});
    return true;
  }

  void open(ClientIndex client) {
    const auto& protocols = protocols_of_[client];
    if (!protocols.empty() && opened_.insert(client).second) {
      append_open(out_, moment_, {.subprotocol = protocols.front(), .extensions = {}});
    }
  }

  const Script& script_;
  Literals literals_;
  std::string out_;
  std::vector<std::string> protocols_;
  std::vector<std::vector<std::string>> protocols_of_;
  std::vector<std::uint64_t> numbers_;
  std::set<ClientIndex> opened_;
  Moment moment_;
};

std::expected<Script, ScriptError> parse_in(const std::string& file, std::string_view text,
                                            const std::string& environment, bool& asked) {
  const auto of_environment = [&](const std::string&) {
    asked = true;
    return std::optional(environment);
  };
  const auto unread = [&file](const std::string&) -> Expected<std::string> {
    return fail(ErrorCode::usage,
                fmt::format("what other files hold is recorded only by running: wskit test {} "
                            "--record OUT.jsonl",
                            file));
  };
  return parse_script(
      file, text,
      {.variables = {}, .environment = of_environment, .read_file = unread, .has_url = true});
}

}  // namespace

std::expected<std::string, ScriptError> recording_of_transcript(const std::string& file,
                                                                std::string_view text) {
  bool asked = false;
  const auto script = parse_in(file, text, "1", asked);
  if (!script) {
    return std::unexpected(script.error());
  }
  if (!asked) {
    return TranscriptReader(*script, nullptr, nullptr).read();
  }
  // What is not the same in another environment comes from there.
  const auto other = parse_in(file, text, "2", asked);
  if (!other) {
    return std::unexpected(other.error());
  }
  const auto redacted = parse_in(file, text, std::string(Redaction::kMark), asked);
  return TranscriptReader(*script, &*other, redacted ? &*redacted : nullptr).read();
}

}  // namespace wskit::script
