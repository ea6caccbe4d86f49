// SPDX-License-Identifier: MIT
#include "serve/lws_deflate.h"

#include <algorithm>

#include <libwebsockets.h>

#include "serve/service_thread.h"
#include "serve/session.h"
#include "wire/extensions.h"

namespace wskit::serve {
namespace {

constexpr const char* kName = "permessage-deflate";
// 2 to the 13 bytes are inflated at a time.
constexpr const char* kInflatedPiece = "13";
// No parameter is known to libwebsockets: it would answer and obey them by itself.
constexpr lws_ext_options kNoOptions[] = {{nullptr, EXTARG_NONE}};

Session* session_of(lws* connection) {
  auto** slot = static_cast<void**>(lws_wsi_user(connection));
  return slot == nullptr ? nullptr : static_cast<Session*>(*slot);
}

// What libwebsockets passes for LWS_EXT_CB_PAYLOAD_RX, and how it wants to be answered; its headers
// keep both to themselves. The tests of a bomb and of bad data fail should they ever change.
struct PayloadBuffers {
  lws_tokens in;
  lws_tokens out;
};
constexpr int kInputUsedUp = 3;  // PMDR_EMPTY_NONFINAL

// As if the input had been used up and had made no output.
int swallow(PayloadBuffers& buffers) {
  buffers.in.token += buffers.in.len;
  buffers.in.len = 0;
  buffers.out.len = 0;
  return kInputUsedUp;
}

// Once we are closing nothing is inflated any more: a bomb stops where it was found out, where
// libwebsockets would inflate the rest of it whatever its callback returns.
int inflate_piece(lws_context* context, const lws_extension* extension, lws* connection, void* user,
                  void* in) {
  auto& buffers = *static_cast<PayloadBuffers*>(in);
  Session* session = session_of(connection);
  if (session == nullptr || session->closing()) {
    return swallow(buffers);
  }
  const int result = lws_extension_callback_pm_deflate(context, extension, connection,
                                                       LWS_EXT_CB_PAYLOAD_RX, user, in, 0);
  if (result >= 0) {
    return result;
  }
  session->fail(wire::CloseCode::protocol_error, "compressed data is not valid");
  return swallow(buffers);
}

int on_extension(lws_context* context, const lws_extension* extension, lws* connection,
                 lws_extension_callback_reasons reason, void* user, void* in, size_t size) {
  switch (reason) {
    case LWS_EXT_CB_PAYLOAD_RX:
      return inflate_piece(context, extension, connection, user, in);
    case LWS_EXT_CB_CONSTRUCT: {
      const int result =
          lws_extension_callback_pm_deflate(context, extension, connection, reason, user, in, size);
      *static_cast<const lws_ext_options**>(in) = kNoOptions;
      static_cast<ServiceThread*>(lws_context_user(context))->upgrade().on_extension_made();
      return result;
    }
    case LWS_EXT_CB_DESTROY:
    case LWS_EXT_CB_NAMED_OPTION_SET:
      return lws_extension_callback_pm_deflate(context, extension, connection, reason, user, in,
                                               size);
    default:
      return 0;
  }
}

}  // namespace

const lws_extension* deflate_extension() {
  static constexpr lws_extension kTable[] = {{kName, on_extension, nullptr},
                                             {nullptr, nullptr, nullptr}};
  return kTable;
}

void set_inflated_piece(lws* connection) {
  lws_set_extension_option(connection, kName, "rx_buf_size", kInflatedPiece);
}

void UpgradeUnderWay::begin(const UpgradeAgreement& agreement, const wire::HttpRequest& request) {
  *this = {};
  const std::string name =
      agreement.subprotocol.empty() ? first_subprotocol(request) : agreement.subprotocol;
  name.copy(protocol_name_.data(), protocol_name_.size() - 1);
  has_subprotocol_ = !agreement.subprotocol.empty();
  if (agreement.deflate) {
    deflate_ = agreement.deflate->parameters;
    parameters_ = wire::to_header(agreement.deflate->extension).substr(wire::kDeflateName.size());
    const auto offers = wire::parse_extensions(request.headers.joined("Sec-WebSocket-Extensions"));
    offers_to_pass_ = static_cast<std::size_t>(
        std::ranges::count(*offers, wire::kDeflateName, &wire::Extension::name));
  }
}

void UpgradeUnderWay::before_answer() {
  if (!has_subprotocol_) {
    protocol_name_[0] = '\0';
  }
}

bool UpgradeUnderWay::accept_offer() {
  return deflate_ && offers_to_pass_ > 0 && --offers_to_pass_ == 0;
}

bool UpgradeUnderWay::add_parameters(void* arguments) const {
  auto& place = *static_cast<lws_process_html_args*>(arguments);
  if (!made_ || parameters_.empty()) {
    return true;
  }
  if (static_cast<std::size_t>(place.max_len) < parameters_.size()) {
    return false;
  }
  constexpr std::string_view kLineEnd = "\r\n";
  place.p -= kLineEnd.size();
  place.p += parameters_.copy(place.p, parameters_.size());
  place.p += kLineEnd.copy(place.p, kLineEnd.size());
  return true;
}

std::optional<wire::DeflateParameters> UpgradeUnderWay::deflate() const {
  return made_ ? deflate_ : std::nullopt;
}

}  // namespace wskit::serve
