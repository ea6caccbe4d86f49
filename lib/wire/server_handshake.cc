// SPDX-License-Identifier: MIT
#include "wire/server_handshake.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/check.h"
#include "wire/handshake.h"

namespace wskit::wire {
namespace {

constexpr int kBadRequest = 400;
constexpr int kMethodNotAllowed = 405;
constexpr int kUpgradeRequired = 426;
constexpr int kHeadersTooLarge = 431;
constexpr std::size_t kKeyBytes = 16;

struct Phrase {
  int status;
  std::string_view text;
};

constexpr std::array kPhrases{
    Phrase{101, "Switching Protocols"},
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{204, "No Content"},
    Phrase{301, "Moved Permanently"},
    Phrase{302, "Found"},
    Phrase{307, "Temporary Redirect"},
    Phrase{308, "Permanent Redirect"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{408, "Request Timeout"},
    Phrase{410, "Gone"},
    Phrase{411, "Length Required"},
    Phrase{413, "Content Too Large"},
    Phrase{426, "Upgrade Required"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{500, "Internal Server Error"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
};

void append_header(std::string& text, const Header& header) {
  check(is_token(header.name) && is_field_value(header.value),
        "the headers of an answer are valid");
  text.append(header.name).append(": ").append(header.value).append("\r\n");
}

std::string status_line(int status) {
  return fmt::format("HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
}

UpgradeAnswer require_upgrade(std::string_view reason) {
  return refuse_upgrade(kUpgradeRequired, reason,
                        {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
}

bool has_one(const Headers& headers, std::string_view name) {
  return headers.count(name) == 1 && !headers.get(name)->empty();
}

bool has_body(const Headers& headers) {
  return headers.count("Transfer-Encoding") > 0 ||
         headers.get("Content-Length").value_or("0") != "0";
}

/// RFC 6455 4.2.1, item 1: a path or an absolute URL.
bool is_target(std::string_view target) {
  constexpr std::array<std::string_view, 5> kBeginnings{"/", "http://", "https://", "ws://",
                                                        "wss://"};
  return std::ranges::any_of(
      kBeginnings, [&](std::string_view beginning) { return target.starts_with(beginning); });
}

/// The refusal, or nothing.
std::optional<UpgradeAnswer> judge(const HttpRequest& request) {
  const Headers& headers = request.headers;
  if (request.method != "GET") {
    return refuse_upgrade(kMethodNotAllowed, "a WebSocket is opened with GET", {{"Allow", "GET"}});
  }
  if (request.minor_version != 1) {
    return refuse_upgrade(kBadRequest, "a WebSocket is opened over HTTP/1.1");
  }
  if (!has_one(headers, "Host")) {
    return refuse_upgrade(kBadRequest, "the request needs one Host header");
  }
  if (!is_target(request.target) || has_body(headers)) {
    return refuse_upgrade(kBadRequest, "the request has no path, or has a body");
  }
  if (!headers.has_token("Upgrade", "websocket") || !headers.has_token("Connection", "Upgrade")) {
    return require_upgrade(
        "this is a WebSocket endpoint: the request has no 'Upgrade: websocket' "
        "and 'Connection: Upgrade'");
  }
  if (headers.joined("Sec-WebSocket-Version") != "13") {
    return require_upgrade("only Sec-WebSocket-Version 13 is spoken here");
  }
  const auto key = headers.get("Sec-WebSocket-Key");
  const auto nonce = key ? base64_decode(*key) : std::nullopt;
  if (headers.count("Sec-WebSocket-Key") != 1 || !nonce || nonce->size() != kKeyBytes) {
    return refuse_upgrade(kBadRequest,
                          "the request needs one Sec-WebSocket-Key of 16 bytes in base64");
  }
  return std::nullopt;
}

/// The offered subprotocols; nothing when the header is not a list of different tokens.
std::optional<std::vector<std::string>> offered_subprotocols(const Headers& headers) {
  const std::string list = headers.joined("Sec-WebSocket-Protocol");
  std::vector<std::string> offered;
  for (const std::string_view member : split_list(list)) {
    if (!is_token(member) || std::ranges::find(offered, member) != offered.end()) {
      return std::nullopt;
    }
    offered.emplace_back(member);
  }
  const bool is_empty_list = offered.empty() && headers.count("Sec-WebSocket-Protocol") > 0;
  return is_empty_list ? std::nullopt : std::optional(std::move(offered));
}

std::string pick_subprotocol(const std::vector<std::string>& known,
                             const std::vector<std::string>& offered) {
  const auto picked = std::ranges::find_if(known, [&](const std::string& subprotocol) {
    return std::ranges::find(offered, subprotocol) != offered.end();
  });
  return picked == known.end() ? std::string{} : *picked;
}

}  // namespace

UpgradeAnswer answer_upgrade(const HttpRequest& request, const UpgradePolicy& policy) {
  if (auto refusal = judge(request)) {
    return std::move(*refusal);
  }
  const auto subprotocols = offered_subprotocols(request.headers);
  if (!subprotocols) {
    return refuse_upgrade(kBadRequest, "Sec-WebSocket-Protocol is not a list of different tokens");
  }
  const auto extensions = parse_extensions(request.headers.joined("Sec-WebSocket-Extensions"));
  if (!extensions) {
    return refuse_upgrade(kBadRequest, extensions.error().message);
  }
  UpgradeAnswer answer;
  answer.status = kSwitchingProtocols;
  answer.bytes = status_line(kSwitchingProtocols);
  append_header(answer.bytes, {"Upgrade", "websocket"});
  append_header(answer.bytes, {"Connection", "Upgrade"});
  append_header(answer.bytes,
                {"Sec-WebSocket-Accept", accept_for(*request.headers.get("Sec-WebSocket-Key"))});
  answer.subprotocol = pick_subprotocol(policy.subprotocols, *subprotocols);
  if (!answer.subprotocol.empty()) {
    append_header(answer.bytes, {"Sec-WebSocket-Protocol", answer.subprotocol});
  }
  if (const auto deflate =
          policy.deflate ? answer_deflate(*extensions, *policy.deflate) : std::nullopt) {
    append_header(answer.bytes, {"Sec-WebSocket-Extensions", to_header(deflate->extension)});
    answer.deflate = deflate->parameters;
  }
  for (const Header& header : policy.headers) {
    append_header(answer.bytes, header);
  }
  answer.bytes += "\r\n";
  return answer;
}

UpgradeAnswer refuse_upgrade(int status, std::string_view reason,
                             const std::vector<Header>& headers) {
  UpgradeAnswer answer;
  answer.status = status;
  answer.reason = reason;
  answer.bytes = status_line(status);
  for (const Header& header : headers) {
    append_header(answer.bytes, header);
  }
  const bool upgrades = std::ranges::any_of(
      headers, [](const Header& header) { return equals_ignoring_case(header.name, "Upgrade"); });
  // RFC 9110 7.8: an Upgrade header is named in Connection.
  append_header(answer.bytes, {"Connection", upgrades ? "Upgrade, close" : "close"});
  append_header(answer.bytes, {"Content-Type", "text/plain; charset=utf-8"});
  append_header(answer.bytes, {"Content-Length", std::to_string(reason.size() + 1)});
  answer.bytes.append("\r\n").append(reason).append("\n");
  return answer;
}

UpgradeAnswer refuse_upgrade(const Error& error) {
  const bool too_big = error.code == ErrorCode::upgrade_too_big;
  return refuse_upgrade(too_big ? kHeadersTooLarge : kBadRequest, error.message);
}

std::string_view reason_phrase(int status) {
  const auto* const found =
      std::ranges::find_if(kPhrases, [&](const Phrase& phrase) { return phrase.status == status; });
  return found == kPhrases.end() ? "Unknown" : found->text;
}

}  // namespace wskit::wire
