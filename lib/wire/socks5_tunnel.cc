// SPDX-License-Identifier: MIT
#include <array>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/check.h"
#include "wire/tunnel.h"

namespace wskit::wire {
namespace {

constexpr char kVersion = 5;
constexpr char kCommandConnect = 1;
constexpr char kReserved = 0;
// Methods of authentication (RFC 1928 section 3).
constexpr char kNoAuthentication = 0;
constexpr char kUserAndPassword = 2;
constexpr char kNoneAcceptable = '\xff';
constexpr char kPasswordVersion = 1;
// Kinds of addresses (section 5).
constexpr char kIpv4 = 1;
constexpr char kName = 3;
constexpr char kIpv6 = 4;
constexpr std::size_t kIpv4Bytes = 4;
constexpr std::size_t kIpv6Bytes = 16;
constexpr std::size_t kPortBytes = 2;

// Section 6.
constexpr std::array<std::string_view, 9> kReplies{
    "succeeded",
    "general SOCKS server failure",
    "connection not allowed by ruleset",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "TTL expired",
    "command not supported",
    "address type not supported",
};

constexpr unsigned byte(char c) {
  return static_cast<unsigned char>(c);
}

std::string counted(const std::string& text) {
  check(text.size() <= kMaxSocksCredential, "a SOCKS5 field has at most 255 bytes");
  return static_cast<char>(text.size()) + text;
}

std::string address_bytes(const std::string& host) {
  std::array<char, kIpv6Bytes> address{};
  if (::inet_pton(AF_INET, host.c_str(), address.data()) == 1) {
    return kIpv4 + std::string(address.data(), kIpv4Bytes);
  }
  if (::inet_pton(AF_INET6, host.c_str(), address.data()) == 1) {
    return kIpv6 + std::string(address.data(), kIpv6Bytes);
  }
  return kName + counted(host);
}

std::string name_of_reply(char reply) {
  const unsigned number = byte(reply);
  return fmt::format("{} (SOCKS reply {})",
                     number < kReplies.size() ? kReplies[number] : "unknown failure", number);
}

class Socks5Tunnel final : public Tunnel {
 public:
  Socks5Tunnel(TunnelTarget target, std::optional<Credentials> credentials)
      : target_(std::move(target)), credentials_(std::move(credentials)) {}

  [[nodiscard]] std::string greeting() const override {
    return credentials_ ? std::string{kVersion, 2, kNoAuthentication, kUserAndPassword}
                        : std::string{kVersion, 1, kNoAuthentication};
  }

  Expected<std::string> feed(std::string_view bytes) override;
  [[nodiscard]] bool complete() const override { return stage_ == Stage::complete; }

 private:
  enum class Stage : std::uint8_t { method, password, reply, complete };

  /// Acts on the front of `received_` once it is whole; nothing when more has to come.
  [[nodiscard]] Expected<std::optional<std::string>> step();
  [[nodiscard]] Expected<std::optional<std::string>> read_method();
  [[nodiscard]] Expected<std::optional<std::string>> read_password_status();
  [[nodiscard]] Expected<std::optional<std::string>> read_reply();
  [[nodiscard]] Expected<void> check_version() const;
  [[nodiscard]] std::string request();
  [[nodiscard]] std::string password_request();

  TunnelTarget target_;
  std::optional<Credentials> credentials_;
  Stage stage_ = Stage::method;
  std::string received_;
};

Expected<std::string> Socks5Tunnel::feed(std::string_view bytes) {
  received_ += bytes;
  std::string answer;
  while (!received_.empty()) {
    auto next = step();
    if (!next) {
      return std::unexpected(std::move(next.error()));
    }
    if (!*next) {
      break;
    }
    answer += **next;
  }
  return answer;
}

Expected<std::optional<std::string>> Socks5Tunnel::step() {
  switch (stage_) {
    case Stage::method:
      return read_method();
    case Stage::password:
      return read_password_status();
    case Stage::reply:
      return read_reply();
    case Stage::complete:
      break;
  }
  return proxy_refused("it sent more than its answer");
}

Expected<void> Socks5Tunnel::check_version() const {
  if (received_.front() == kVersion) {
    return {};
  }
  return proxy_refused(fmt::format("its answer is not SOCKS5: it begins with '{}'{}",
                                   escape(received_, 24),
                                   received_.starts_with("H") ? "; an HTTP proxy is http://" : ""));
}

Expected<std::optional<std::string>> Socks5Tunnel::read_method() {
  if (auto known = check_version(); !known) {
    return std::unexpected(std::move(known.error()));
  }
  if (received_.size() < 2) {
    return std::nullopt;
  }
  const char method = received_[1];
  received_.erase(0, 2);
  if (method == kNoAuthentication) {
    return request();
  }
  if (method == kUserAndPassword && credentials_) {
    return password_request();
  }
  if (method != kNoneAcceptable) {
    return proxy_refused(
        fmt::format("it chose the authentication method {}, which was not offered", byte(method)));
  }
  if (credentials_) {
    return proxy_refused("it accepts neither a user name and password nor none");
  }
  return proxy_refused(
      "it wants authentication; give a user name and password with --proxy-user, or in its URL as "
      "USER:PASSWORD@HOST");
}

// The version here is that of the sub-negotiation, and some servers say 5: only the status counts.
Expected<std::optional<std::string>> Socks5Tunnel::read_password_status() {
  if (received_.size() < 2) {
    return std::nullopt;
  }
  const char status = received_[1];
  received_.erase(0, 2);
  if (status != 0) {
    return proxy_refused("it refused the user name and password");
  }
  return request();
}

Expected<std::optional<std::string>> Socks5Tunnel::read_reply() {
  constexpr std::size_t kFixed = 4;  // version, reply, reserved, kind of address
  if (auto known = check_version(); !known) {
    return std::unexpected(std::move(known.error()));
  }
  // What refuses often closes before the address is out.
  if (received_.size() >= 2 && received_[1] != 0) {
    const bool ipv6 = target_.host.find(':') != std::string::npos;
    return proxy_refused(fmt::format("no tunnel to {}{}{}:{}: {}", ipv6 ? "[" : "", target_.host,
                                     ipv6 ? "]" : "", target_.port, name_of_reply(received_[1])));
  }
  if (received_.size() <= kFixed) {
    return std::nullopt;
  }
  std::size_t size = kFixed + kPortBytes;
  switch (received_[kFixed - 1]) {
    case kIpv4:
      size += kIpv4Bytes;
      break;
    case kIpv6:
      size += kIpv6Bytes;
      break;
    case kName:
      size += 1 + byte(received_[kFixed]);
      break;
    default:
      return proxy_refused(fmt::format("its answer has an address of the unknown kind {}",
                                       byte(received_[kFixed - 1])));
  }
  if (received_.size() < size) {
    return std::nullopt;
  }
  received_.erase(0, size);
  stage_ = Stage::complete;
  return std::string();
}

std::string Socks5Tunnel::request() {
  stage_ = Stage::reply;
  return std::string{kVersion, kCommandConnect, kReserved} + address_bytes(target_.host) +
         static_cast<char>(target_.port >> 8U) + static_cast<char>(target_.port & 0xffU);
}

std::string Socks5Tunnel::password_request() {
  stage_ = Stage::password;
  return kPasswordVersion + counted(credentials_->user) + counted(credentials_->password);
}

}  // namespace

std::unique_ptr<Tunnel> socks5_tunnel(TunnelTarget target, std::optional<Credentials> credentials) {
  return std::make_unique<Socks5Tunnel>(std::move(target), std::move(credentials));
}

}  // namespace wskit::wire
