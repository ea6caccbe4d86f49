// SPDX-License-Identifier: MIT
#include "wire/handshake.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/uri.h"

namespace wskit::wire {
namespace {

constexpr int kFirstRedirect = 300;
constexpr int kFirstClientError = 400;

std::string status_line(const HttpResponse& head) {
  return head.reason.empty() ? std::to_string(head.status)
                             : fmt::format("{} {}", head.status, escape(head.reason));
}

std::string describe_status(const HttpResponse& head) {
  std::string text = fmt::format("the server answered {} instead of upgrading", status_line(head));
  const auto location = head.headers.get("Location");
  if (location && head.status >= kFirstRedirect && head.status < kFirstClientError) {
    text +=
        fmt::format(", and points to {}; -L follows it", escape(without_secrets(*location), 160));
  }
  return text;
}

/// How nginx, Apache and Go's net/http answer a plain request on a TLS port.
bool expects_tls(std::string_view body) {
  constexpr std::string_view kHints[] = {"HTTP request was sent to HTTPS",
                                         "plain HTTP to an SSL-enabled",
                                         "HTTP request to an HTTPS server"};
  return std::ranges::any_of(
      kHints, [&](std::string_view hint) { return body.find(hint) != std::string_view::npos; });
}

Expected<void> check_switch(const HttpResponse& head) {
  if (head.minor_version != 1) {
    return fail(ErrorCode::upgrade_bad_accept, "the server upgrades over HTTP/1.0, not HTTP/1.1");
  }
  const std::string upgrade = head.headers.joined("Upgrade");
  if (!equals_ignoring_case(upgrade, "websocket")) {
    return fail(
        ErrorCode::upgrade_bad_accept,
        fmt::format("the server's 101 has 'Upgrade: {}', not 'websocket'", escape(upgrade)));
  }
  if (!head.headers.has_token("Connection", "Upgrade")) {
    return fail(ErrorCode::upgrade_bad_accept,
                fmt::format("the server's 101 has 'Connection: {}', without 'Upgrade'",
                            escape(head.headers.joined("Connection"))));
  }
  return {};
}

Expected<void> check_accept(const HttpResponse& head, std::string_view expected) {
  const std::string accept = head.headers.joined("Sec-WebSocket-Accept");
  if (head.headers.count("Sec-WebSocket-Accept") == 0) {
    return fail(ErrorCode::upgrade_bad_accept, "the server's 101 has no Sec-WebSocket-Accept");
  }
  if (accept != expected) {
    return fail(ErrorCode::upgrade_bad_accept,
                fmt::format("the server's Sec-WebSocket-Accept is '{}', not '{}': it did not read "
                            "our request",
                            escape(accept), expected));
  }
  return {};
}

Expected<std::string> check_subprotocol(const HttpResponse& head, const UpgradeOptions& options) {
  constexpr std::string_view kName = "Sec-WebSocket-Protocol";
  const auto& offered = options.subprotocols;
  std::string chosen = head.headers.joined(kName);
  if (head.headers.count(kName) == 0) {
    if (offered.empty() || !options.require_subprotocol) {
      return chosen;
    }
    return fail(ErrorCode::upgrade_bad_subprotocol,
                fmt::format("the server picked none of the offered subprotocols ({})",
                            escape(fmt::format("{}", fmt::join(offered, ", ")), 160)));
  }
  if (head.headers.count(kName) > 1 || std::ranges::find(offered, chosen) == offered.end()) {
    return fail(ErrorCode::upgrade_bad_subprotocol,
                fmt::format("the server picked the subprotocol '{}', which was not offered",
                            escape(chosen)));
  }
  return chosen;
}

Expected<std::optional<DeflateParameters>> check_extensions(const HttpResponse& head,
                                                            const UpgradeOptions& options) {
  const auto answers = parse_extensions(head.headers.joined("Sec-WebSocket-Extensions"));
  if (!answers) {
    return std::unexpected(answers.error());
  }
  if (answers->empty()) {
    return std::nullopt;
  }
  const Extension& answer = answers->front();
  if (answer.name != kDeflateName || options.deflate.empty()) {
    return fail(ErrorCode::upgrade_bad_extension,
                fmt::format("the server picked the extension '{}', which was not offered",
                            escape(answer.name)));
  }
  if (answers->size() > 1) {
    return fail(ErrorCode::upgrade_bad_extension,
                fmt::format("the server picked the extension '{}' too, after {}",
                            escape((*answers)[1].name), kDeflateName));
  }
  return accept_deflate(answer, options.deflate);
}

}  // namespace

ClientHandshake::ClientHandshake(const UpgradeRequest& request, std::string_view key,
                                 const HandshakeRules& rules)
    : request_(&request), accept_(accept_for(key)), rules_(rules), head_(rules.head) {}

std::size_t ClientHandshake::feed(std::string_view bytes) {
  std::size_t consumed = 0;
  while (progress_ == Progress::more && consumed < bytes.size()) {
    const std::string_view rest = bytes.substr(consumed);
    consumed += body_ ? feed_body(rest) : feed_head(rest);
  }
  return consumed;
}

std::size_t ClientHandshake::feed_head(std::string_view bytes) {
  auto consumed = head_.feed(bytes);
  if (!consumed) {
    refuse(std::move(consumed.error()));
    return bytes.size();
  }
  if (head_.complete()) {
    end_head();
  }
  return *consumed;
}

void ClientHandshake::end_head() {
  const std::size_t head_bytes = head_.head_bytes();
  response_.head = head_.take();
  const int status = response_.head.status;
  if (status < kFirstFinalStatus && status != kSwitchingProtocols) {
    // An interim answer (RFC 9110 15.2): all heads together share one limit.
    rules_.head.max_head_bytes -= head_bytes;
    head_ = HttpResponseParser(rules_.head);
    return;
  }
  if (status != kSwitchingProtocols) {
    begin_refusal();
    return;
  }
  if (auto checked = check_answer(); !checked) {
    refuse(std::move(checked.error()));
    return;
  }
  progress_ = Progress::accepted;
}

void ClientHandshake::begin_refusal() {
  error_ = Error{ErrorCode::upgrade_http_status, describe_status(response_.head)};
  if (auto body = HttpBodyDecoder::for_response(response_.head)) {
    body_ = std::move(*body);
  }
  if (!body_ || body_->complete()) {
    progress_ = Progress::refused;
  }
}

std::size_t ClientHandshake::feed_body(std::string_view bytes) {
  const auto consumed = body_->feed(bytes, response_.body);
  response_.body_cut = response_.body.size() > rules_.max_body_bytes;
  if (response_.body_cut) {
    response_.body.resize(rules_.max_body_bytes);
  }
  if (!consumed || body_->complete() || response_.body_cut) {
    refuse(std::move(*error_));
  }
  return consumed.value_or(bytes.size());
}

void ClientHandshake::end() {
  if (progress_ != Progress::more) {
    return;
  }
  if (error_) {
    response_.body_cut = !body_->end();
    refuse(std::move(*error_));
    return;
  }
  refuse({ErrorCode::upgrade_closed,
          head_.head_bytes() == 0
              ? "the server closed the connection without an answer to the upgrade request"
              : "the server closed the connection in the middle of its answer to the upgrade "
                "request"});
}

void ClientHandshake::refuse(Error error) {
  if (expects_tls(response_.body)) {
    error.message += ": this port speaks TLS, use wss://";
  }
  error_ = std::move(error);
  progress_ = Progress::refused;
}

Expected<void> ClientHandshake::check_answer() {
  if (auto checked = check_switch(response_.head); !checked) {
    return checked;
  }
  if (auto checked = check_accept(response_.head, accept_); !checked) {
    return checked;
  }
  auto subprotocol = check_subprotocol(response_.head, request_->options());
  if (!subprotocol) {
    return std::unexpected(std::move(subprotocol.error()));
  }
  response_.subprotocol = std::move(*subprotocol);
  auto deflate = check_extensions(response_.head, request_->options());
  if (!deflate) {
    return std::unexpected(std::move(deflate.error()));
  }
  response_.deflate = *deflate;
  return {};
}

}  // namespace wskit::wire
