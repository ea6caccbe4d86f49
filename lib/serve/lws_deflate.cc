// SPDX-License-Identifier: MIT
#include "serve/lws_deflate.h"

#include <libwebsockets.h>

#include "serve/service_thread.h"
#include "wire/extensions.h"

namespace wskit::serve {
namespace {

// No parameter is known to libwebsockets: it would answer and obey them by itself.
constexpr lws_ext_options kNoOptions[] = {{nullptr, EXTARG_NONE}};

// Does nothing but let frames with RSV1 pass.
// NOLINTNEXTLINE(readability-function-size): libwebsockets says with how many parameters.
int on_extension(lws_context* context, const lws_extension*, lws*,
                 lws_extension_callback_reasons reason, void*, void* in, size_t) {
  if (reason == LWS_EXT_CB_CONSTRUCT) {
    *static_cast<const lws_ext_options**>(in) = kNoOptions;
    static_cast<ServiceThread*>(lws_context_user(context))->upgrade().on_extension_made();
  }
  return 0;
}

}  // namespace

const lws_extension* deflate_extension() {
  static constexpr lws_extension kTable[] = {{"permessage-deflate", on_extension, nullptr},
                                             {nullptr, nullptr, nullptr}};
  return kTable;
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
    offers_to_pass_ = agreement.accepted_offer;
  }
}

void UpgradeUnderWay::before_answer() {
  if (!has_subprotocol_) {
    protocol_name_[0] = '\0';
  }
}

bool UpgradeUnderWay::accept_offer() {
  if (!deflate_ || offers_to_pass_ == 0) {
    return false;
  }
  --offers_to_pass_;
  return offers_to_pass_ == 0;
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
