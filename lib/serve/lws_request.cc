// SPDX-License-Identifier: MIT
#include "serve/lws_request.h"

#include <libwebsockets.h>

namespace wskit::serve {
namespace {

struct Token {
  lws_token_indexes index;
  const char* name;
};

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
    {WSI_TOKEN_HTTP_CONTENT_LENGTH, "Content-Length"},
    {WSI_TOKEN_HTTP_TRANSFER_ENCODING, "Transfer-Encoding"},
};

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

}  // namespace

wire::HttpRequest read_request(lws* connection) {
  wire::HttpRequest request;
  std::string value;
  for (const Token& method : kMethods) {
    if (copy_line(connection, method.index, 0, value)) {
      request.method = method.name;
      request.target = value;
    }
  }
  const bool known_version = copy_line(connection, WSI_TOKEN_HTTP, 0, value) && value.size() == 8 &&
                             value.starts_with("HTTP/1.");
  request.minor_version = known_version ? value.back() - '0' : 0;
  for (const Token& header : kHeaders) {
    for (int line = 0; copy_line(connection, header.index, line, value); ++line) {
      request.headers.add(header.name, value);
    }
  }
  return request;
}

}  // namespace wskit::serve
