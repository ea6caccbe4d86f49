// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "broker/broker.h"
#include "core/clock.h"
#include "core/error.h"
#include "pubsub/centrifugo_codes.h"
#include "pubsub/centrifugo_reply.h"
#include "pubsub/piece.h"
#include "pubsub/subscription_places.h"

namespace wskit::pubsub {

/// Who a client is, and what it may do.
struct CentrifugoUser {
  using May = std::function<bool(std::string_view topic)>;

  std::string name;                  // may be empty
  Instant expires = Instant::max();  // from when on its token is not taken any more
  May may_subscribe;                 // empty: to all topics
  May may_publish;
};

/// What is to be missing when a client recovers a subscription, as a test of the client.
enum class CentrifugoLoss : std::uint8_t {
  none,
  history,  // what it missed
  epoch,    // the channel is another one, of the same name
};

enum class CentrifugoTokenFault : std::uint8_t { expired, invalid };

/// What a CentrifugoConnection stands on.
class CentrifugoPeer {
 public:
  using OnPublished = std::function<void(const Expected<broker::PublishAck>&)>;

  virtual ~CentrifugoPeer() = default;

  /// To be sent after what was pushed before. If that is more than may wait, the peer says
  /// overflow() to the connection, within this call or later.
  virtual void push(const Piece& piece) = 0;
  /// Calls flush() of the connection at the end of the hub's poll that is under way, or else of the
  /// next one.
  virtual void flush_later() = 0;
  /// This message is on its way to somebody who is not behind.
  virtual void note_live(const broker::Message& message) = 0;
  /// The answer comes from the hub's poll, unless the peer is gone before.
  virtual void publish(broker::PublishRequest request, OnPublished on_published) = 0;
  /// More than half of what may wait does.
  [[nodiscard]] virtual bool backlogged() const = 0;
  /// Whose token this is.
  [[nodiscard]] virtual std::expected<CentrifugoUser, CentrifugoTokenFault> user_of(
      std::string_view token) = 0;
  /// For one subscription more; nothing if the server has no place for it.
  [[nodiscard]] virtual std::optional<SubscriptionPlace> take_place() {
    return SubscriptionPlace();
  }
  /// Asked once for each subscription that is to be recovered.
  [[nodiscard]] virtual CentrifugoLoss loss() { return CentrifugoLoss::none; }
  /// Something was asked for that this client has no right to.
  virtual void note_forbidden() = 0;
  /// To end the connection, after what was pushed.
  virtual void close(CentrifugoDisconnect why) = 0;
};

/// What one connection sends: replies wait until the hub's poll is over and share a message, and go
/// before every push that is later than them. Ends once.
class CentrifugoLink {
 public:
  /// `on_end` is called before the peer is asked to close.
  CentrifugoLink(CentrifugoPeer& peer, std::function<void()> on_end)
      : peer_(peer), on_end_(std::move(on_end)) {}
  CentrifugoLink(const CentrifugoLink&) = delete;
  CentrifugoLink& operator=(const CentrifugoLink&) = delete;

  /// A whole reply.
  void reply(std::string_view text);
  void fail(std::uint32_t id, CentrifugoError error);
  /// A push of this connection alone.
  void push(std::string_view text);
  /// A frame that others get too.
  void push(const Piece& piece);
  /// Sends the replies that wait.
  void flush();
  void disconnect(CentrifugoDisconnect why);
  /// Nothing is sent any more. False when that was so before.
  bool end() { return !std::exchange(ended_, true); }
  [[nodiscard]] bool ended() const { return ended_; }
  /// There is no room for large replies.
  [[nodiscard]] bool full() const;

 private:
  CentrifugoPeer& peer_;
  std::function<void()> on_end_;
  std::string replies_;  // with \n between them
  bool ended_ = false;
};

/// Until `expires`, at `now`: at least a second, so that a client has the time to act.
[[nodiscard]] inline CentrifugoTtl ttl_until(Instant expires, Instant now) {
  if (expires == Instant::max()) {
    return std::nullopt;
  }
  const auto left = std::chrono::floor<std::chrono::seconds>(expires - now).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, UINT32_MAX));
}

/// The end of a time of grace after `expires`.
[[nodiscard]] inline Instant with_grace(Instant expires, Nanoseconds grace) {
  return expires == Instant::max() ? expires : expires + grace;
}

}  // namespace wskit::pubsub
