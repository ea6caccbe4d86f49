// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "serve/upgrade_check.h"
#include "wire/deflate_negotiation.h"

struct lws_extension;

namespace wskit::serve {

/// What the upgrade under way has agreed to, while libwebsockets asks for it piece by piece; one
/// for each thread, because an upgrade is answered in one go.
///
/// libwebsockets neither negotiates nor compresses nor inflates for us. 4.1.6 ignores window bits,
/// takes each side's no_context_takeover for the other's, and leaves compressed bytes that it has
/// not come to in a buffer that all connections of a thread read into.
class UpgradeUnderWay {
 public:
  void begin(const UpgradeAgreement& agreement, const wire::HttpRequest& request);

  /// An entry of libwebsockets' table of protocols, which changes its name: it drops a client whose
  /// subprotocols it does not know, so it is shown one that it knows.
  [[nodiscard]] char* protocol_name() { return protocol_name_.data(); }
  /// Before the answer is written: without agreement the name is gone.
  void before_answer();

  /// libwebsockets has found permessage-deflate in the offers, once for each.
  [[nodiscard]] bool accept_offer();
  void on_extension_made() { made_ = true; }
  /// Adds our parameters to its line of the answer, which is the last one so far; false when they
  /// do not fit. `arguments` is lws_process_html_args.
  [[nodiscard]] bool add_parameters(void* arguments) const;
  /// What the new connection compresses with.
  [[nodiscard]] std::optional<wire::DeflateParameters> deflate() const;

 private:
  std::array<char, 64> protocol_name_{};
  bool has_subprotocol_ = false;
  std::optional<wire::DeflateParameters> deflate_;
  std::string parameters_;          // "; server_max_window_bits=10"
  std::size_t offers_to_pass_ = 0;  // until the one to accept, which counts
  bool made_ = false;
};

/// permessage-deflate for libwebsockets' table of extensions, ended by an empty entry: it makes
/// libwebsockets agree, and hand out the payload as it is on the wire.
[[nodiscard]] const lws_extension* deflate_extension();

}  // namespace wskit::serve
