// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "wire/deflate_negotiation.h"
#include "wire/http.h"
#include "wire/http_body.h"
#include "wire/uri.h"

namespace wskit::wire {

/// A Sec-WebSocket-Key: 16 bytes of the kernel's generator in base64, one for each connection.
[[nodiscard]] std::string fresh_key();

/// The Sec-WebSocket-Accept that belongs to a key (RFC 6455 4.2.2, step 5.4).
[[nodiscard]] std::string accept_for(std::string_view key);

/// "Basic ..." (RFC 7617), the value of an Authorization header.
[[nodiscard]] std::string basic_authorization(const Credentials& credentials);

/// What a client asks for.
struct UpgradeOptions {
  Uri uri;
  /// Sent after ours, in this order, duplicates kept. Host, Origin and User-Agent replace ours,
  /// Authorization the URL's user name and password; what the handshake itself sets is refused.
  std::vector<Header> headers;
  /// Names of headers of ours that are not sent: Host, Origin, User-Agent, Authorization.
  std::vector<std::string> removed;
  std::string origin;                     // none when empty
  std::string user_agent = "wskit";       // none when empty
  std::vector<std::string> subprotocols;  // the preferred one first
  /// Fail when subprotocols were offered and the server picks none, as browsers do.
  bool require_subprotocol = true;
  std::vector<DeflateOffer> deflate;  // alternatives, the preferred one first
};

/// The client's opening request (RFC 6455 4.1), checked once and used for any number of
/// connections.
class UpgradeRequest {
 public:
  /// Fails with ErrorCode::usage (bad_url for the target) when a part could break out of its line,
  /// is no token, is given twice or belongs to the handshake: nothing of it is ever sent.
  [[nodiscard]] static Expected<UpgradeRequest> make(UpgradeOptions options);

  [[nodiscard]] std::string bytes(std::string_view key) const;
  [[nodiscard]] const UpgradeOptions& options() const { return options_; }

 private:
  explicit UpgradeRequest(UpgradeOptions options);

  UpgradeOptions options_;
  std::string before_key_;
  std::string after_key_;
};

/// A subprotocol's name is a token (RFC 6455 4.1). Fails with ErrorCode::usage.
[[nodiscard]] Expected<void> check_subprotocol_name(std::string_view name);

struct HandshakeRules {
  HttpRules head;
  /// Of the body of a refusal; what follows is not waited for.
  std::size_t max_body_bytes = 4096;
};

/// What came back, as far as it did.
struct UpgradeResponse {
  HttpResponse head;  // status 0 before the head is complete
  std::string body;   // of a refusal
  bool body_cut = false;
  std::string subprotocol;
  std::optional<DeflateParameters> deflate;
};

/// The client's half of one opening handshake, after its request was sent: takes the server's bytes
/// and checks the answer (RFC 6455 4.1). `request` must outlive it.
class ClientHandshake {
 public:
  enum class Progress { more, accepted, refused };

  ClientHandshake(const UpgradeRequest& request, std::string_view key,
                  const HandshakeRules& rules = {});

  /// Returns how many of the bytes belong to the answer; once accepted, the rest is frames.
  std::size_t feed(std::string_view bytes);
  /// The server closed: refused, if that was not known already.
  void end();

  [[nodiscard]] Progress progress() const { return progress_; }
  /// Why it is refused, with an upgrade_* code; stands before the body of the refusal is complete,
  /// so that a deadline in that phase can report it.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] const UpgradeResponse& response() const { return response_; }

 private:
  [[nodiscard]] std::size_t feed_head(std::string_view bytes);
  [[nodiscard]] std::size_t feed_body(std::string_view bytes);
  void end_head();
  void begin_refusal();
  void refuse(Error error);
  [[nodiscard]] Expected<void> check_answer();

  const UpgradeRequest* request_;
  std::string accept_;
  HandshakeRules rules_;
  Progress progress_ = Progress::more;
  HttpResponseParser head_;
  std::optional<HttpBodyDecoder> body_;
  UpgradeResponse response_;
  std::optional<Error> error_;
};

}  // namespace wskit::wire
