// SPDX-License-Identifier: MIT
#include "script/transcript.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "core/base64.h"
#include "script/expectation.h"
#include "script/redacted_text.h"
#include "script/redaction.h"
#include "script/script_lines.h"

namespace wskit::script {
namespace {

constexpr std::size_t kMostHexBytes = 64;

void append_hex_words(std::string& out, std::string_view bytes) {
  out += "hex";
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(out), " {:02x}", static_cast<unsigned char>(c));
  }
}

/// What a line of a script cannot hold as it is.
bool needs_quotes(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.back() == ' ' ||
         text.find("{{") != std::string_view::npos || text.starts_with("\"\"\"") ||
         has_control_character(text);
}

/// What a line could hold, but means something else there: "[5s] text" has a deadline.
bool is_json(std::string_view text) {
  if (text.starts_with('{')) {
    return true;
  }
  const std::size_t end = text.find(']');
  return text.starts_with('[') && end != std::string_view::npos &&
         std::isalpha(static_cast<unsigned char>(text[end - 1])) == 0;
}

/// Whether a line can hold it behind a word, but for its braces.
bool fits_a_line(std::string_view text) {
  return trimmed(text) == text && !has_control_character(text) && !text.starts_with("\"\"\"");
}

Expected<void> append_text(std::string& out, std::string_view text) {
  if (!has_mark(text)) {
    out += needs_quotes(text) ? "string " + dump_json(Json(text))
                              : (is_json(text) ? "" : "text ") + std::string(text);
    return {};
  }
  const bool fits_line = fits_a_line(text);
  const auto said = fits_line ? with_variables(text) : block_with_variables(text);
  if (!said) {
    return std::unexpected(said.error());
  }
  out.append(fits_line && !is_json(text) ? "text " : "").append(*said);
  return {};
}

/// A Close frame's reason.
Expected<void> append_reason(std::string& out, std::string_view reason) {
  const std::string_view word = reason.substr(0, reason.find(' '));
  const bool is_form = word == "text" || word == "string" || word == "hex" || word == "b64";
  if (!has_mark(reason) && needs_quotes(reason)) {
    out += " string " + dump_json(Json(reason));
    return {};
  }
  const auto said = with_variables(reason);
  if (!said || !fits_a_line(reason)) {
    return unsayable_redaction();
  }
  out.append(is_form ? " text " : " ").append(*said);
  return {};
}

Expected<void> append_close(std::string& out, const MessageView& message) {
  out += "close";
  if (message.code != wire::CloseCode::no_status) {
    fmt::format_to(std::back_inserter(out), " {}", static_cast<unsigned>(message.code));
  }
  return message.payload.empty() ? Expected<void>() : append_reason(out, message.payload);
}

Expected<void> append_payload(std::string& out, const MessageView& message) {
  switch (message.type) {
    case MessageType::text:
      return append_text(out, message.payload);
    case MessageType::close:
      return append_close(out, message);
    case MessageType::binary:
      if (message.payload.size() <= kMostHexBytes) {
        append_hex_words(out, message.payload);
      } else {
        out += "b64 " + base64_encode(message.payload);
      }
      return {};
    default:
      out += name(message.type);
      if (!message.payload.empty()) {
        out += ' ';
        append_hex_words(out, message.payload);
      }
      return {};
  }
}

/// What is no control frame does.
bool fits_its_frame(const Message& message) {
  switch (message.type) {
    case MessageType::text:
    case MessageType::binary:
      return true;
    case MessageType::close:
      return message.code == wire::CloseCode::no_status
                 ? message.payload.empty()
                 : wire::allowed_on_wire(message.code) &&
                       message.payload.size() <= wire::kMaxCloseReason;
    default:
      return message.payload.size() <= wire::kMaxControlPayload;
  }
}

/// With "?token=***", as recordings have it, as "?token={{env.TOKEN}}".
std::string url_with_variables(std::string_view url) {
  constexpr std::string_view kHidden = "=***";
  std::string text = escaped_braces(url);
  for (std::size_t at = text.find(kHidden); at != std::string::npos; at = text.find(kHidden, at)) {
    const std::size_t begin = text.find_last_of("?&", at);
    const std::size_t end = at + kHidden.size();
    if (begin != std::string::npos && (end == text.size() || text[end] == '&')) {
      const std::string name = variable_of(text.substr(begin + 1, at - begin - 1));
      text.replace(at + 1, kHidden.size() - 1, "{{env." + name + "}}");
    }
    ++at;
  }
  return text;
}

std::string regex_literal(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out += pattern[i++];
    } else if (pattern[i] == '/') {
      out += '\\';
    }
    out += pattern[i];
  }
  return out;
}

}  // namespace

void Transcript::note(const RecordedLine& line) {
  if (const auto* head = std::get_if<RecordedHead>(&line.what)) {
    head_ = *head;
    return;
  }
  if (const auto* opening = std::get_if<RecordedOpening>(&line.what)) {
    connections_[line.moment.connection] = opening->subprotocol;
  } else if (std::holds_alternative<std::monostate>(line.what)) {
    return;
  }
  connections_.try_emplace(line.moment.connection);
}

bool Transcript::names_clients() const {
  return !connections_.empty() && (connections_.size() > 1 || connections_.begin()->first != 1);
}

Expected<std::string> Transcript::head(std::string_view name) const {
  std::string out;
  if (!head_.url.empty()) {
    out += "url " + url_with_variables(head_.url) + "\n";
  }
  bool one_line = !has_control_character(head_.url) && !has_control_character(name);
  for (const auto& [number, subprotocol] : connections_) {
    one_line = one_line && !has_control_character(subprotocol.value_or(""));
  }
  for (const auto& [header, value] : head_.headers) {
    one_line = one_line && !has_control_character(header) && !has_control_character(value);
    out += fmt::format(
        "header {}: {}\n", header,
        value == Redaction::kMark ? "{{env." + variable_of(header) + "}}" : escaped_braces(value));
  }
  if (const auto common = common_subprotocol(); common && !common->empty()) {
    out += fmt::format("protocol {}\n", *common);
  }
  if (!one_line) {
    return fail(ErrorCode::usage,
                "a control character in the URL, a header, the protocol or the "
                "file's name cannot be said in a script");
  }
  out += fmt::format("{}test {}\n", out.empty() ? "" : "\n", name);
  if (names_clients()) {
    append_clients(out);
  }
  return out;
}

std::optional<std::string> Transcript::common_subprotocol() const {
  std::optional<std::string> common;
  for (const auto& [number, subprotocol] : connections_) {
    if (subprotocol && common && *subprotocol != *common) {
      return std::nullopt;
    }
    common = subprotocol ? subprotocol : common;
  }
  return common.value_or("");
}

void Transcript::append_clients(std::string& out) const {
  if (common_subprotocol()) {
    std::vector<std::string> names;
    names.reserve(connections_.size());
    for (const auto& [number, subprotocol] : connections_) {
      names.push_back(fmt::format("c{}", number));
    }
    out += fmt::format("client {}\n", fmt::join(names, ", "));
    return;
  }
  for (const auto& [number, subprotocol] : connections_) {
    out += fmt::format("client c{}\n", number);
    if (subprotocol && !subprotocol->empty()) {
      out += fmt::format("protocol {}\n", *subprotocol);
    }
  }
}

namespace {

/// The matcher of an expectation.
Expected<void> append_expectation(std::string& out, const Json& expect,
                                  const MessageView& recorded) {
  const auto string_of = [&expect](const char* member) {
    return expect[member].get<std::string>();
  };
  // Checked as a replay does it.
  if (auto checked = Expectation::create({}, &expect); !checked) {
    return std::unexpected(checked.error());
  }
  if (expect.contains("ignore")) {
    return fail(ErrorCode::usage, R"("ignore" of an expectation cannot be said in a script: write )"
                                  R"("json" with what is to be there)");
  }
  if (expect.contains("json") || expect.contains("json=")) {
    const char* const kind = expect.contains("json") ? "json" : "json=";
    const auto said = with_variables(dump_json(expect[kind]));
    if (!said) {
      return std::unexpected(said.error());
    }
    out += fmt::format("{} {}", kind, *said);
    return {};
  }
  if (expect.contains("re")) {
    if (has_control_character(string_of("re"))) {
      return fail(ErrorCode::usage, R"(write \n or \x0a for the control character in "re")");
    }
    out += fmt::format("~ /{}/", regex_literal(string_of("re")));
    return {};
  }
  return expect.contains("text") ? append_text(out, string_of("text"))
                                 : append_payload(out, recorded);
}

}  // namespace

Expected<void> Transcript::append(std::string& out, const RecordedLine& line) const {
  const auto* recorded = std::get_if<RecordedMessage>(&line.what);
  if (recorded == nullptr) {
    return {};
  }
  if (!recorded->expect && !fits_its_frame(recorded->message)) {
    return fail(ErrorCode::usage, "a control frame that cannot be sent (RFC 6455 5.5, 7.4)");
  }
  const auto micros = std::chrono::round<std::chrono::microseconds>(line.moment.at).count();
  fmt::format_to(std::back_inserter(out), "@{}.{:06} ", micros / 1'000'000, micros % 1'000'000);
  if (names_clients()) {
    fmt::format_to(std::back_inserter(out), "c{}", line.moment.connection);
  }
  out += recorded->direction == Direction::send ? "> " : "< ";
  const MessageView message = recorded->message.view();
  auto appended = recorded->expect ? append_expectation(out, *recorded->expect, message)
                                   : append_payload(out, message);
  out += '\n';
  return appended;
}

}  // namespace wskit::script
