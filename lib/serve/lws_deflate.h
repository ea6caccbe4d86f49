// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "serve/upgrade_check.h"
#include "wire/deflate_negotiation.h"

struct lws;
struct lws_extension;

namespace wskit::serve {

/// What the upgrade under way has agreed to, while libwebsockets asks for it piece by piece; one
/// for each thread, because an upgrade is answered in one go.
///
/// libwebsockets inflates what comes. It does not compress what we send, nor negotiate: 4.1.6
/// ignores window bits, and takes each side's no_context_takeover for the other's, so that a
/// client that offers only one of them gets what it cannot read.
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
  std::size_t offers_to_pass_ = 0;  // it fails when it is offered more after it has accepted one
  bool made_ = false;
};

/// permessage-deflate for libwebsockets' table of extensions, ended by an empty entry.
[[nodiscard]] const lws_extension* deflate_extension();

/// To be called for a new connection: libwebsockets would inflate 1 KiB at a time.
void set_inflated_piece(lws* connection);

}  // namespace wskit::serve
