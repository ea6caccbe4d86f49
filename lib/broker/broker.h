// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/cursor.h"
#include "broker/message.h"
#include "core/clock.h"
#include "core/error.h"

namespace wskit::broker {

/// A service thread, as the engine knows it.
using NodeId = std::uint32_t;

/// Names a question in its answer; chosen by the node. kNoAnswer: none is wanted.
using Token = std::uint64_t;
inline constexpr Token kNoAnswer = 0;

struct PublishRequest {
  std::string topic;    // check_topic()
  std::string payload;  // UTF-8 when it is text
  bool text = true;
  bool json = false;  // one JSON value: text too
  Publisher publisher;
  std::string key;  // not empty: within the engine's window the same key is published once
};

/// The engine has the message.
struct PublishAck {
  Position position;
  std::string id;  // Message::id
  std::uint64_t offset = 0;
  bool duplicate = false;  // the key had been published before: this is that message's answer
};

/// Where a topic stands. The epoch changes when its offsets no longer continue those before.
struct TopicState {
  std::string epoch;
  std::uint64_t offset = 0;  // of its last message; 0: there was none

  friend bool operator==(const TopicState&, const TopicState&) = default;
};

/// From where to read. FromOffset is for a single topic, which is no wildcard.
struct FromNow {};
struct FromOldest {};
using FromCursor = Cursor;
using FromOffset = TopicState;
using Start = std::variant<FromNow, FromOldest, FromCursor, FromOffset>;

struct HistoryRequest {
  std::vector<std::string> filters;  // check_filter(); at least one
  Start start;                       // what comes after it
  std::size_t max_messages = SIZE_MAX;
  std::size_t max_bytes = SIZE_MAX;  // of payload; one message comes all the same
  /// 0, or to go on with a read that was cut short: its History::continues, with its cursor as the
  /// start. Only what went missing since that read makes this one incomplete.
  std::uint64_t continues = 0;
  // Newest first, for a single filter that is no wildcard: what comes before FromOffset, or all.
  bool reverse = false;
};

struct History {
  std::vector<MessagePtr> messages;  // oldest first unless reverse; each once
  /// False: of what comes after the start, something is gone, or nobody knows (another epoch, a
  /// cursor of the future). `messages` is then what is left of it. Never a silent hole.
  bool complete = true;
  bool more = false;  // a limit cut it short: go on from `cursor`
  Cursor start;       // what follows comes after it; unless complete, it has seen nothing
  Cursor cursor;      // has seen the start and all of `messages`; without `more`, it is `now`
  Cursor now;         // has seen all that the engine has accepted
  Cursor oldest;      // unless complete: the oldest cursor for these filters that is complete
  std::uint64_t continues = 0;      // see HistoryRequest
  std::optional<TopicState> topic;  // for a single filter that is no wildcard
};

/// Somebody who is present in a topic.
struct Member {
  std::string connection;  // unique in the topic
  std::string user;
  std::string info;  // whatever the protocol above shows to others; opaque here

  friend bool operator==(const Member&, const Member&) = default;
};

struct PresenceEvent {
  std::string topic;
  bool joined = true;  // false: left
  Member member;
};

/// What a node is told; always on its own thread, from poll(), in the engine's order.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_message(const MessagePtr& message) = 0;
  virtual void on_presence(const PresenceEvent& event) = 0;
  virtual void on_published(Token token, const Expected<PublishAck>& ack) = 0;
  virtual void on_history(Token token, Expected<History> history) = 0;
  virtual void on_members(Token token, Expected<std::vector<Member>> members) = 0;
  /// Nothing for a session that is not there, or no longer. Otherwise the node holds it now.
  virtual void on_session(Token token, Expected<std::optional<std::string>> session) = 0;
  /// Somebody waits for a session that the node holds: it is to be stored or dropped. Once for each
  /// time that the node has come to hold it, and after the on_session() of that.
  virtual void on_session_wanted(std::string_view key) = 0;
  /// From here on messages may be missing, until on_regained(): read the history from where you
  /// are. A lost epoch, too, is told by these two.
  virtual void on_lost(std::string_view why) = 0;
  virtual void on_regained() = 0;
};

/// An engine behind the servers: sequences messages, retains some of them, and serves the nodes of
/// one process. All calls return at once; every question is answered, if by an error, through the
/// node's inbox and in order with its messages: interest(), then history() and its answer leave no
/// hole between history and live. Calls with a NodeId are made on that node's thread; the engine
/// may be shared by all of them.
class Broker {
 public:
  virtual ~Broker() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// One sentence: what the engine promises its nodes about messages.
  [[nodiscard]] virtual std::string_view guarantee() const = 0;

  /// `wake` is called on any thread, at most once between two poll()s, when something from
  /// elsewhere waits for the node. It is not called for what the node's own calls cause: a node
  /// polls after its calls, before it waits. It must not call the engine. The listener outlives the
  /// node.
  [[nodiscard]] virtual NodeId attach(Listener& listener, std::function<void()> wake) = 0;
  /// Forgets the node; the members it has let join leave. Not from within its poll().
  virtual void detach(NodeId node) = 0;
  /// Tells the listener at most `max_events` of what waits; true when more is left.
  [[nodiscard]] virtual bool poll(NodeId node, std::size_t max_events) = 0;

  /// on_published() when the engine has the message, or why it has not.
  virtual void publish(NodeId node, Token token, PublishRequest request) = 0;
  /// What the node wants to hear of: on with its first subscriber of a filter, off with the last.
  virtual void interest(NodeId node, std::string_view filter, bool on) = 0;
  virtual void history(NodeId node, Token token, HistoryRequest request) = 0;

  /// Joining again changes the member's user and info, and is not told to anyone.
  virtual void join(NodeId node, std::string_view topic, Member member) = 0;
  virtual void leave(NodeId node, std::string_view topic, std::string_view connection) = 0;
  virtual void members(NodeId node, Token token, std::string_view topic) = 0;

  /// Sessions that any node can take up. One that is at work on a node is held there: until it is
  /// stored, for its time, or dropped, because nothing can go on with it.
  virtual void hold_session(NodeId node, std::string_view key) = 0;
  virtual void store_session(NodeId node, std::string_view key, std::string session,
                             Nanoseconds ttl) = 0;
  virtual void drop_session(NodeId node, std::string_view key) = 0;
  /// on_session(), at once or when who holds the session gives it away; if several nodes wait, one
  /// gets it from the other, in the order in which they asked.
  virtual void take_session(NodeId node, Token token, std::string_view key) = 0;
};

}  // namespace wskit::broker
