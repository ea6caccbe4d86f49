// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_codes.h"

namespace wskit::pubsub {

std::string_view text_of(CentrifugoError error) {
  switch (error) {
    case CentrifugoError::internal:
      return "internal server error";
    case CentrifugoError::unauthorized:
      return "unauthorized";
    case CentrifugoError::unknown_channel:
      return "unknown channel";
    case CentrifugoError::permission_denied:
      return "permission denied";
    case CentrifugoError::method_not_found:
      return "method not found";
    case CentrifugoError::already_subscribed:
      return "already subscribed";
    case CentrifugoError::limit_exceeded:
      return "limit exceeded";
    case CentrifugoError::bad_request:
      return "bad request";
    case CentrifugoError::not_available:
      return "not available";
    case CentrifugoError::token_expired:
      return "token expired";
    case CentrifugoError::too_many_requests:
      return "too many requests";
    case CentrifugoError::unrecoverable_position:
      return "unrecoverable position";
  }
  return "";
}

std::string_view text_of(CentrifugoDisconnect why) {
  switch (why) {
    case CentrifugoDisconnect::shutdown:
      return "shutdown";
    case CentrifugoDisconnect::server_error:
      return "internal server error";
    case CentrifugoDisconnect::expired:
      return "connection expired";
    case CentrifugoDisconnect::slow:
      return "slow";
    case CentrifugoDisconnect::insufficient_state:
      return "insufficient state";
    case CentrifugoDisconnect::no_pong:
      return "no pong";
    case CentrifugoDisconnect::invalid_token:
      return "invalid token";
    case CentrifugoDisconnect::bad_request:
      return "bad request";
    case CentrifugoDisconnect::stale:
      return "stale";
  }
  return "";
}

std::string_view text_of(CentrifugoUnsubscribe why) {
  switch (why) {
    case CentrifugoUnsubscribe::server:
      return "server unsubscribe";
    case CentrifugoUnsubscribe::expired:
      return "subscription expired";
  }
  return "";
}

}  // namespace wskit::pubsub
