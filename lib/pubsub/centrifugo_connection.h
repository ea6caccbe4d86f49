// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "pubsub/centrifugo_channels.h"
#include "pubsub/centrifugo_link.h"
#include "pubsub/centrifugo_questions.h"
#include "pubsub/centrifugo_request.h"
#include "pubsub/hub.h"

namespace wskit::pubsub {

struct CentrifugoIdentity {
  std::string client;  // unique among all nodes
  /// Who it is without a token in its connect command; nobody: it has to have one.
  std::optional<CentrifugoUser> guest;
};

struct CentrifugoLimits {
  std::size_t max_channels = 100;
  Nanoseconds ping_interval = std::chrono::seconds(25);  // whole seconds
  Nanoseconds pong_timeout = std::chrono::seconds(8);
  Nanoseconds connect_timeout = std::chrono::seconds(10);  // for the connect command
  /// For a client to come with a new token: it asks for one only when the old one has expired.
  Nanoseconds expiry_grace = std::chrono::seconds(25);
  /// What was missed beyond that comes as pushes, right after the reply.
  std::size_t max_recovered_bytes = std::size_t{256} << 10;
};

/// One connection that speaks the Centrifugo protocol in JSON: its commands in, frames and calls of
/// the hub out. A channel is a topic. What cannot be had is answered with an error; what is no
/// command, or comes before the client has connected, ends the connection. No clock: deadline()
/// says when on_time() is to be called.
class CentrifugoConnection final {
 public:
  /// Hub and peer outlive it.
  CentrifugoConnection(Hub& hub, CentrifugoPeer& peer, CentrifugoIdentity identity,
                       const CentrifugoLimits& limits);
  CentrifugoConnection(const CentrifugoConnection&) = delete;
  CentrifugoConnection& operator=(const CentrifugoConnection&) = delete;
  ~CentrifugoConnection() { stop(); }

  void open(Instant now);
  /// Text, or text in a binary message.
  void on_message(std::string_view text, Instant now);
  void on_time(Instant now);
  [[nodiscard]] Instant deadline() const;
  /// The end of the hub's poll.
  void flush() { link_.flush(); }
  /// The peer has no room for more.
  void overflow() { link_.disconnect(CentrifugoDisconnect::slow); }
  /// That it is subscribed to.
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  /// The peer is not backlogged() any more.
  void on_room();
  /// Ends it as the peer does that closes for a reason of its own.
  void finish() {
    link_.flush();
    stop();
  }
  /// The peer is gone: leaves all channels, and does nothing any more.
  void stop();

 private:
  using Grant = CentrifugoChannels::Grant;

  void serve_line(std::string_view text);
  void serve(std::uint32_t id, CentrifugoPong pong);
  void serve(std::uint32_t id, const CentrifugoConnect& connect);
  void serve(std::uint32_t id, CentrifugoSubscribe subscribe);
  void serve(std::uint32_t id, const CentrifugoLeave& leave);
  void serve(std::uint32_t id, CentrifugoPublish publish);
  void serve(std::uint32_t id, CentrifugoPresence presence);
  void serve(std::uint32_t id, CentrifugoHistory history);
  void serve(std::uint32_t id, CentrifugoPing ping);
  void serve(std::uint32_t /*id*/, CentrifugoSend /*send*/) {}
  void serve(std::uint32_t id, const CentrifugoRefresh& refresh);
  void serve(std::uint32_t id, const CentrifugoSubRefresh& refresh);
  void serve(std::uint32_t id, CentrifugoRefused refused);
  void begin(std::uint32_t id, CentrifugoUser user, bool by_token);
  [[nodiscard]] std::expected<Grant, CentrifugoError> grant(const std::string& channel,
                                                            const std::string& token);
  [[nodiscard]] bool may_subscribe(const CentrifugoUser& user, std::string_view topic) const {
    return !user.may_subscribe || user.may_subscribe(topic);
  }
  void release();

  CentrifugoPeer& peer_;
  std::optional<CentrifugoUser> guest_;
  CentrifugoLimits limits_;
  CentrifugoLink link_;
  broker::Member self_;
  std::optional<CentrifugoUser> user_;  // once connected
  CentrifugoChannels channels_;
  CentrifugoQuestions questions_;
  Instant now_{};  // of the call
  Instant connect_by_ = Instant::max();
  Instant next_ping_ = Instant::max();
  Instant pong_by_ = Instant::max();  // if a ping has not been answered
};

}  // namespace wskit::pubsub
