// SPDX-License-Identifier: MIT
#include "net/socket_error.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace wskit::net {
namespace {

ErrorCode local_code(int number, ErrorCode otherwise) {
  switch (number) {
    case EMFILE:
    case ENFILE:
      return ErrorCode::local_emfile;
    case EADDRNOTAVAIL:
      return ErrorCode::local_eaddrnotavail;
    case ENOBUFS:
    case ENOMEM:
    case ENOSPC:
      return ErrorCode::local_enobufs;
    default:
      return otherwise;
  }
}

ErrorCode connect_code(int number) {
  switch (number) {
    case ECONNREFUSED:
      return ErrorCode::tcp_refused;
    case ECONNRESET:
      return ErrorCode::tcp_reset;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
      return ErrorCode::tcp_unreachable;
    case ETIMEDOUT:
      return ErrorCode::tcp_timeout;
    case EADDRINUSE:
      return ErrorCode::local_eaddrnotavail;
    default:
      return local_code(number, ErrorCode::tcp_failed);
  }
}

std::string_view advice(SystemFailure failure) {
  const bool binds = std::string_view(failure.step).starts_with("bind");
  switch (failure.number) {
    case ENODEV:
      return binds ? "; ip link shows the interfaces that there are" : "";
    case EMFILE:
      return "; raise the limit with ulimit -n";
    case EADDRNOTAVAIL:
      return binds ? "; it is not an address of this machine"
                   : "; no free local address and port, use more source addresses";
    default:
      return "";
  }
}

std::string reason(SystemFailure failure) {
  return fmt::format("{}{}", std::generic_category().message(failure.number), advice(failure));
}

}  // namespace

Error connect_error(std::string_view peer, SystemFailure failure) {
  const ErrorCode code = connect_code(failure.number);
  if (std::string_view(failure.step) == "connect") {
    return {code, fmt::format("connect {}: {}", peer, reason(failure))};
  }
  return {code, fmt::format("connect {}: {}: {}", peer, failure.step, reason(failure))};
}

Error connection_error(std::string_view peer, SystemFailure failure) {
  return {local_code(failure.number, ErrorCode::reset),
          fmt::format("{} {}: {}", failure.step, peer, reason(failure))};
}

Error local_error(std::string_view what, SystemFailure failure) {
  return {local_code(failure.number, ErrorCode::local_limit),
          fmt::format("{}: {}: {}", what, failure.step, reason(failure))};
}

}  // namespace wskit::net
