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

std::string_view advice(int number) {
  switch (number) {
    case EMFILE:
      return "; raise the limit with ulimit -n";
    case EADDRNOTAVAIL:
      return "; no free local address and port, use more source addresses";
    default:
      return "";
  }
}

std::string reason(int number) {
  return fmt::format("{}{}", std::generic_category().message(number), advice(number));
}

}  // namespace

Error connect_error(std::string_view peer, SystemFailure failure) {
  const ErrorCode code = connect_code(failure.number);
  if (std::string_view(failure.step) == "connect") {
    return {code, fmt::format("connect {}: {}", peer, reason(failure.number))};
  }
  return {code, fmt::format("connect {}: {}: {}", peer, failure.step, reason(failure.number))};
}

Error connection_error(std::string_view peer, SystemFailure failure) {
  return {local_code(failure.number, ErrorCode::reset),
          fmt::format("{} {}: {}", failure.step, peer, reason(failure.number))};
}

Error local_error(std::string_view what, SystemFailure failure) {
  return {local_code(failure.number, ErrorCode::local_limit),
          fmt::format("{}: {}: {}", what, failure.step, reason(failure.number))};
}

}  // namespace wskit::net
