// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_connection.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace wskit::pubsub {

CentrifugoConnection::CentrifugoConnection(Hub& hub, CentrifugoPeer& peer,
                                           CentrifugoIdentity identity,
                                           const CentrifugoLimits& limits)
    : peer_(peer),
      guest_(std::move(identity.guest)),
      limits_(limits),
      link_(peer, [this] { release(); }),
      self_{.connection = std::move(identity.client), .user = {}, .info = {}},
      channels_({.hub = hub,
                 .peer = peer,
                 .link = link_,
                 .self = self_,
                 .max_recovered_bytes = limits.max_recovered_bytes}),
      questions_(hub, link_) {}

void CentrifugoConnection::open(Instant now) {
  connect_by_ = now + limits_.connect_timeout;
}

void CentrifugoConnection::stop() {
  link_.end();
  release();
}

void CentrifugoConnection::release() {
  channels_.clear();
  questions_.clear();
}

void CentrifugoConnection::on_room() {
  channels_.on_room();
  questions_.go_on();
}

Instant CentrifugoConnection::deadline() const {
  if (link_.ended()) {
    return Instant::max();
  }
  if (!user_) {
    return connect_by_;
  }
  return std::min({std::min(next_ping_, pong_by_), with_grace(user_->expires, limits_.expiry_grace),
                   with_grace(channels_.first_expiry(), limits_.expiry_grace)});
}

void CentrifugoConnection::on_time(Instant now) {
  if (link_.ended()) {
    return;
  }
  now_ = now;
  if (!user_) {
    if (now >= connect_by_) {
      link_.disconnect(CentrifugoDisconnect::stale);
    }
    return;
  }
  if (now >= pong_by_) {
    link_.disconnect(CentrifugoDisconnect::no_pong);
    return;
  }
  if (now >= with_grace(user_->expires, limits_.expiry_grace)) {
    link_.disconnect(CentrifugoDisconnect::expired);
    return;
  }
  channels_.on_time(now, limits_.expiry_grace);
  if (now >= next_ping_) {
    next_ping_ = now + limits_.ping_interval;
    pong_by_ = std::min(pong_by_, now + limits_.pong_timeout);
    link_.push("{}");
  }
}

void CentrifugoConnection::on_message(std::string_view text, Instant now) {
  now_ = now;
  bool any = false;
  while (!text.empty() && !link_.ended()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      any = true;
      serve_line(line);
    }
  }
  if (!any) {
    link_.disconnect(CentrifugoDisconnect::bad_request);
  }
}

void CentrifugoConnection::serve_line(std::string_view text) {
  auto command = parse_centrifugo_command(text);
  const bool first =
      command.has_value() && std::holds_alternative<CentrifugoConnect>(command->what);
  // Connected once, and before anything else.
  if (!command || first == user_.has_value()) {
    link_.disconnect(CentrifugoDisconnect::bad_request);
    return;
  }
  std::visit([this, id = command->id](auto& what) { serve(id, std::move(what)); }, command->what);
}

void CentrifugoConnection::serve(std::uint32_t /*id*/, CentrifugoPong /*pong*/) {
  pong_by_ = Instant::max();
}

void CentrifugoConnection::serve(std::uint32_t id, const CentrifugoConnect& connect) {
  if (connect.token.empty()) {
    if (guest_) {
      begin(id, std::move(*guest_), false);
    } else {
      link_.fail(id, CentrifugoError::unauthorized);
    }
    return;
  }
  auto user = peer_.user_of(connect.token);
  if (user) {
    begin(id, std::move(*user), true);
  } else if (user.error() == CentrifugoTokenFault::expired) {
    link_.fail(id, CentrifugoError::token_expired);
  } else {
    link_.disconnect(CentrifugoDisconnect::invalid_token);
  }
}

void CentrifugoConnection::begin(std::uint32_t id, CentrifugoUser user, bool by_token) {
  self_.user = user.name;
  user_ = std::move(user);
  guest_.reset();
  next_ping_ = now_ + limits_.ping_interval;
  using std::chrono::seconds;
  link_.reply(centrifugo_connected(
      id, {.client = self_.connection,
           // A client has no other token than one of a connect command to renew.
           .ttl = by_token ? ttl_until(user_->expires, now_) : std::nullopt,
           .ping = static_cast<std::uint32_t>(
               std::chrono::ceil<seconds>(limits_.ping_interval).count())}));
}

std::expected<CentrifugoConnection::Grant, CentrifugoError> CentrifugoConnection::grant(
    const std::string& channel, const std::string& token) {
  if (token.empty()) {
    return may_subscribe(*user_, channel) ? std::expected<Grant, CentrifugoError>(Grant())
                                          : std::unexpected(CentrifugoError::permission_denied);
  }
  const auto user = peer_.user_of(token);
  if (!user && user.error() == CentrifugoTokenFault::expired) {
    return std::unexpected(CentrifugoError::token_expired);
  }
  if (!user || user->name != user_->name || !may_subscribe(*user, channel)) {
    return std::unexpected(CentrifugoError::permission_denied);
  }
  return Grant{.by_token = true, .expires = user->expires};
}

void CentrifugoConnection::serve(std::uint32_t id, CentrifugoSubscribe subscribe) {
  if (channels_.contains(subscribe.channel)) {
    link_.fail(id, CentrifugoError::already_subscribed);
  } else if (const auto granted = grant(subscribe.channel, subscribe.token); !granted) {
    link_.fail(id, granted.error());
  } else if (channels_.size() >= limits_.max_channels ||
             !channels_.subscribe(id, std::move(subscribe), *granted, now_)) {
    link_.fail(id, CentrifugoError::limit_exceeded);
  }
}

void CentrifugoConnection::serve(std::uint32_t id, const CentrifugoLeave& leave) {
  channels_.unsubscribe(id, leave.channel);
}

void CentrifugoConnection::serve(std::uint32_t id, CentrifugoPublish publish) {
  if (user_->may_publish && !user_->may_publish(publish.channel)) {
    link_.fail(id, CentrifugoError::permission_denied);
    return;
  }
  peer_.publish({.topic = std::move(publish.channel),
                 .payload = std::move(publish.data),
                 .json = true,
                 .publisher = {.connection = self_.connection, .user = self_.user},
                 .key = {}},
                [this, id](const Expected<broker::PublishAck>& ack) {
                  link_.reply(ack ? centrifugo_done(id, "publish")
                                  : centrifugo_failed(id, CentrifugoError::internal));
                });
}

void CentrifugoConnection::serve(std::uint32_t id, CentrifugoPresence presence) {
  if (!may_subscribe(*user_, presence.channel) && !channels_.contains(presence.channel)) {
    link_.fail(id, CentrifugoError::permission_denied);
  } else {
    questions_.ask(id, std::move(presence));
  }
}

void CentrifugoConnection::serve(std::uint32_t id, CentrifugoHistory history) {
  if (!may_subscribe(*user_, history.channel) && !channels_.contains(history.channel)) {
    link_.fail(id, CentrifugoError::permission_denied);
  } else {
    questions_.ask(id, std::move(history));
  }
}

void CentrifugoConnection::serve(std::uint32_t id, CentrifugoPing /*ping*/) {
  link_.reply(centrifugo_done(id, "ping"));
}

void CentrifugoConnection::serve(std::uint32_t id, const CentrifugoRefresh& refresh) {
  if (refresh.token.empty()) {
    link_.fail(id, CentrifugoError::bad_request);
    return;
  }
  auto user = peer_.user_of(refresh.token);
  if (!user && user.error() == CentrifugoTokenFault::expired) {
    // It comes back with the token, is told of it, and asks for another one.
    link_.disconnect(CentrifugoDisconnect::expired);
    return;
  }
  if (!user || user->name != user_->name) {
    link_.disconnect(CentrifugoDisconnect::invalid_token);
    return;
  }
  user_ = std::move(*user);
  link_.reply(centrifugo_refreshed(id, "refresh", ttl_until(user_->expires, now_)));
  channels_.keep(user_->may_subscribe);
}

void CentrifugoConnection::serve(std::uint32_t id, const CentrifugoSubRefresh& refresh) {
  if (!channels_.contains(refresh.channel)) {
    link_.fail(id, CentrifugoError::permission_denied);
    return;
  }
  if (refresh.token.empty() || !channels_.by_token(refresh.channel)) {
    link_.fail(id, CentrifugoError::bad_request);
    return;
  }
  const auto granted = grant(refresh.channel, refresh.token);
  if (!granted) {
    link_.fail(id, granted.error());
    return;
  }
  channels_.renew(refresh.channel, *granted);
  link_.reply(centrifugo_refreshed(id, "sub_refresh", ttl_until(granted->expires, now_)));
}

void CentrifugoConnection::serve(std::uint32_t id, CentrifugoRefused refused) {
  link_.fail(id, refused.error);
}

}  // namespace wskit::pubsub
