// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/handshake.h"
#include "wire/http.h"
#include "wire/tunnel.h"

namespace wskit::wire {
namespace {

constexpr int kFirstNoSuccess = 300;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kAuthenticationRequired = 407;
constexpr std::uint16_t kHttpsPort = 443;

std::string authority_of(const TunnelTarget& target) {
  return target.host.find(':') == std::string::npos
             ? fmt::format("{}:{}", target.host, target.port)
             : fmt::format("[{}]:{}", target.host, target.port);
}

/// The schemes of its challenges: "Basic, Negotiate".
std::string offered_schemes(const Headers& headers) {
  std::string schemes;
  for (const Header& header : headers) {
    if (equals_ignoring_case(header.name, "Proxy-Authenticate")) {
      const std::string_view value = header.value;
      schemes.append(schemes.empty() ? "" : ", ").append(value.substr(0, value.find(' ')));
    }
  }
  return schemes;
}

class HttpTunnel final : public Tunnel {
 public:
  HttpTunnel(TunnelTarget target, std::optional<Credentials> credentials)
      : authority_(authority_of(target)),
        port_(target.port),
        credentials_(std::move(credentials)) {}

  [[nodiscard]] std::string greeting() const override {
    std::string request =
        fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: wskit\r\n", authority_);
    if (credentials_) {
      request.append("Proxy-Authorization: ")
          .append(basic_authorization(*credentials_))
          .append("\r\n");
    }
    return request + "\r\n";
  }

  Expected<std::string> feed(std::string_view bytes) override;
  [[nodiscard]] bool complete() const override { return complete_; }

 private:
  [[nodiscard]] Expected<void> end_head();
  [[nodiscard]] Error refusal(const HttpResponse& head) const;

  std::string authority_;
  std::uint16_t port_;
  std::optional<Credentials> credentials_;
  std::string beginning_;
  HttpResponseParser head_;
  bool complete_ = false;
};

Expected<std::string> HttpTunnel::feed(std::string_view bytes) {
  constexpr std::size_t kTellsTls = 2;
  if (beginning_.size() < kTellsTls) {
    beginning_ += bytes.substr(0, kTellsTls);
    if (looks_like_tls(beginning_)) {
      return proxy_refused("it speaks TLS on this port: write https://");
    }
  }
  while (!bytes.empty()) {
    if (complete_) {
      return proxy_refused("it sent more than its answer to CONNECT");
    }
    const auto used = head_.feed(bytes);
    if (!used) {
      return proxy_refused(used.error().message);
    }
    bytes.remove_prefix(*used);
    const auto checked = head_.complete() ? end_head() : Expected<void>();
    if (!checked) {
      return std::unexpected(checked.error());
    }
  }
  return std::string();
}

// A length or a coding of the body in a 2xx answer means nothing (RFC 9110 9.3.6).
Expected<void> HttpTunnel::end_head() {
  const HttpResponse head = head_.take();
  if (head.status < kFirstFinalStatus) {
    head_ = HttpResponseParser();
    return {};
  }
  if (head.status >= kFirstNoSuccess) {
    return std::unexpected(refusal(head));
  }
  complete_ = true;
  return {};
}

Error HttpTunnel::refusal(const HttpResponse& head) const {
  const std::string status = head.reason.empty()
                                 ? std::to_string(head.status)
                                 : fmt::format("{} {}", head.status, escape(head.reason));
  // tinyproxy answers a wrong password so.
  const bool wrong_password = credentials_ && head.status == kUnauthorized;
  if (head.status != kAuthenticationRequired && !wrong_password) {
    const bool odd_port = head.status == kForbidden && port_ != kHttpsPort;
    return {ErrorCode::proxy,
            fmt::format("no tunnel to {}: it answered {}{}", authority_, status,
                        odd_port ? "; many proxies allow tunnels to port 443 only" : "")};
  }
  const std::string schemes = offered_schemes(head.headers);
  if (!schemes.empty() && to_lower(schemes).find("basic") == std::string::npos) {
    return {ErrorCode::proxy,
            fmt::format("it wants authentication by {}, and only Basic is known here ({})",
                        escape(schemes), status)};
  }
  if (credentials_) {
    return {ErrorCode::proxy, fmt::format("it refused the user name and password ({})", status)};
  }
  return {ErrorCode::proxy,
          fmt::format("it wants a user name and password ({}); give them with --proxy-user, or in "
                      "its URL as USER:PASSWORD@HOST",
                      status)};
}

}  // namespace

std::unexpected<Error> proxy_refused(std::string message) {
  return fail(ErrorCode::proxy, std::move(message));
}

std::unique_ptr<Tunnel> http_tunnel(TunnelTarget target, std::optional<Credentials> credentials) {
  return std::make_unique<HttpTunnel>(std::move(target), std::move(credentials));
}

}  // namespace wskit::wire
