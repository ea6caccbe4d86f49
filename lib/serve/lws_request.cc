// SPDX-License-Identifier: MIT
#include "serve/lws_request.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "core/bytes.h"
#include "relay/asked_faults.h"

namespace wskit::serve {
namespace {

struct Token {
  lws_token_indexes index;
  const char* name;
};

// What a path or a value of a query may hold as it is, beside what parts them (RFC 3986 section 3).
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*,:@/=+";

constexpr Token kMethods[] = {
    {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_HEAD_URI, "HEAD"},
    {WSI_TOKEN_POST_URI, "POST"},       {WSI_TOKEN_PUT_URI, "PUT"},
    {WSI_TOKEN_PATCH_URI, "PATCH"},     {WSI_TOKEN_DELETE_URI, "DELETE"},
    {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
};

constexpr Token kHeaders[] = {
    {WSI_TOKEN_HOST, "Host"},
    {WSI_TOKEN_UPGRADE, "Upgrade"},
    {WSI_TOKEN_CONNECTION, "Connection"},
    {WSI_TOKEN_KEY, "Sec-WebSocket-Key"},
    {WSI_TOKEN_VERSION, "Sec-WebSocket-Version"},
    {WSI_TOKEN_PROTOCOL, "Sec-WebSocket-Protocol"},
    {WSI_TOKEN_EXTENSIONS, "Sec-WebSocket-Extensions"},
    {WSI_TOKEN_ORIGIN, "Origin"},
    {WSI_TOKEN_HTTP_ACCEPT, "Accept"},
    {WSI_TOKEN_HTTP_AUTHORIZATION, "Authorization"},
    {WSI_TOKEN_HTTP_CONTENT_TYPE, "Content-Type"},
    {WSI_TOKEN_HTTP_CONTENT_LENGTH, "Content-Length"},
    {WSI_TOKEN_HTTP_TRANSFER_ENCODING, "Transfer-Encoding"},
};

// libwebsockets has decoded the target and parted it at the first '?' and at each '&' and ';' (both
// of which it takes for '&' in what follows), and has made a space of each '+' as of each "%20". As
// a whole level of a topic '+' is the more useful reading.
void append_encoded(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto ends_level = [](char c) { return c == '/' || c == '='; };
    if (byte == ' ' && i > 0 && ends_level(text[i - 1]) &&
        (i + 1 == text.size() || text[i + 1] == '/')) {
      out += '+';
    } else if (kPlain.find(text[i]) != std::string_view::npos) {
      out += text[i];
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
}

// One line of that header; false when there is no such line.
bool copy_line(lws* connection, lws_token_indexes index, int line, std::string& value) {
  // As much room as it takes and no more: a large piece of the heap, once touched, would lie under
  // the receive buffer that the connection gets next, and be resident.
  const int room = lws_hdr_fragment_length(connection, index, line) + 1;  // with the final NUL
  value.resize(static_cast<std::size_t>(room));
  const int size = lws_hdr_copy_fragment(connection, value.data(), room, index, line);
  value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return size >= 0;
}

void append_target(std::string& target, lws* connection, lws_token_indexes method) {
  std::string value;
  for (int part = 0; copy_line(connection, method, part, value); ++part) {
    target += part > 0 ? "&" : "";
    append_encoded(target, value);
  }
  for (int part = 0; copy_line(connection, WSI_TOKEN_HTTP_URI_ARGS, part, value); ++part) {
    target += part > 0 ? '&' : '?';
    append_encoded(target, value);
  }
}

// libwebsockets keeps a header that it does not know under its name in lower case with the colon.
void add_unknown(lws* connection, std::string_view name, wire::Headers& headers) {
  const std::string key = to_lower(name) + ":";
  const int length = lws_hdr_custom_length(connection, key.data(), static_cast<int>(key.size()));
  if (length < 0) {
    return;
  }
  std::string value(static_cast<std::size_t>(length) + 1, '\0');
  const int size = lws_hdr_custom_copy(connection, value.data(), length + 1, key.data(),
                                       static_cast<int>(key.size()));
  if (size >= 0) {
    headers.add(name, std::string_view(value).substr(0, static_cast<std::size_t>(size)));
  }
}

}  // namespace

wire::HttpRequest read_request(lws* connection) {
  wire::HttpRequest request;
  std::string value;
  for (const Token& method : kMethods) {
    if (copy_line(connection, method.index, 0, value)) {
      request.method = method.name;
      append_target(request.target, connection, method.index);
    }
  }
  const bool known_version = copy_line(connection, WSI_TOKEN_HTTP, 0, value) && value.size() == 8 &&
                             value.starts_with("HTTP/1.");
  request.minor_version = known_version ? value.back() - '0' : 0;
  if (!known_version) {
    // libwebsockets takes a decoded line break for the end of the line: the target was cut there.
    request.target.clear();
  }
  for (const Token& header : kHeaders) {
    for (int line = 0; copy_line(connection, header.index, line, value); ++line) {
      request.headers.add(header.name, value);
    }
  }
  add_unknown(connection, "Last-Event-ID", request.headers);
  add_unknown(connection, relay::kFaultHeader, request.headers);
  return request;
}

}  // namespace wskit::serve
