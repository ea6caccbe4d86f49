// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/broker.h"
#include "broker/filter_tree.h"

namespace wskit::broker {

/// What the memory engine retains. Bytes count payload, topic and kMessageOverheadBytes a message.
struct RetentionLimits {
  std::size_t messages_per_topic = 1'000;
  std::size_t bytes_per_topic = std::size_t{4} << 20;
  std::size_t bytes = std::size_t{64} << 20;  // in all
  Nanoseconds age = std::chrono::minutes(5);
  /// How many topics keep an offset. Beyond, a sixteenth of them is forgotten, the longest unused
  /// ones, with their messages; they start again in a new epoch.
  std::size_t topics = 100'000;
};

/// A topic, to those who look at the engine.
struct TopicSummary {
  std::string name;
  std::uint64_t messages = 0;  // since it began
  std::size_t retained = 0;    // of them
  std::size_t retained_bytes = 0;
  Nanoseconds idle{0};  // since its last message
};

/// The memory engine's messages: one sequence over all topics, and what is retained of it. Knows of
/// everything that is gone whether a reader would have missed it. One thread at a time; no clock.
class TopicStore {
 public:
  static constexpr std::size_t kMessageOverheadBytes = 256;

  TopicStore(const RetentionLimits& limits, std::uint64_t epoch) : limits_(limits), epoch_(epoch) {}
  TopicStore(const TopicStore&) = delete;
  TopicStore& operator=(const TopicStore&) = delete;

  /// Accepts a message; `now` never goes back.
  [[nodiscard]] MessagePtr publish(PublishRequest request, Instant now);

  /// Fails for FromOffset and for a reverse read with anything but one topic, and for a reverse one
  /// from a cursor.
  [[nodiscard]] Expected<History> read(const HistoryRequest& request, Instant now);

  /// Drops what is retained of a topic, as if it had been evicted.
  void truncate(std::string_view name);
  /// Forgets everything and starts again, as an engine does that has lost its memory.
  void begin_epoch(std::uint64_t epoch);

  /// The topics with the latest messages, the very latest first; `now` as in publish().
  [[nodiscard]] std::vector<TopicSummary> recent(std::size_t limit, Instant now);

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::size_t messages() const { return retained_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t topics() const { return topics_.size(); }

 private:
  struct Topic;
  struct Retained {
    MessagePtr message;
    Topic* topic;
    Retained* older = nullptr;  // in its topic
    Retained* newer = nullptr;
    std::list<Retained>::iterator self;
  };
  struct Topic {
    const std::string* name = nullptr;
    Retained* oldest = nullptr;
    Retained* newest = nullptr;
    std::size_t messages = 0;
    std::size_t bytes = 0;
    std::uint64_t offset = 0;      // of the last message
    std::uint64_t last = 0;        // its sequence
    std::uint64_t evicted = 0;     // sequence up to which messages may be gone
    std::uint64_t evicted_at = 0;  // evictions_ when they went
    std::uint64_t generation = 0;
    Instant published{};  // its last message
    std::list<Topic*>::iterator used;
  };
  /// What a request comes to: the messages after this sequence, and whether the start itself is
  /// one to tell gaps from.
  struct From {
    std::uint64_t after = 0;
    bool complete = true;
    bool check_gaps = true;
  };
  using Found = std::vector<const Retained*>;

  [[nodiscard]] Topic& topic_for(const std::string& name);
  void retain(Topic& topic, MessagePtr message);
  void enforce(Topic& topic);
  void expire(Instant now);
  void evict(Retained& message);
  void forget_some();
  [[nodiscard]] Topic* find(std::string_view name);
  [[nodiscard]] std::vector<Topic*> named_topics(const HistoryRequest& request);
  [[nodiscard]] std::vector<Topic*> topics_after(const HistoryRequest& request,
                                                 std::uint64_t after);
  [[nodiscard]] From resolve(const HistoryRequest& request);
  [[nodiscard]] From resolve_offset(std::string_view name, const TopicState& start);
  [[nodiscard]] bool has_gap(const HistoryRequest& request, const std::vector<Topic*>& topics,
                             std::uint64_t after);
  [[nodiscard]] std::uint64_t oldest_complete(const HistoryRequest& request);
  [[nodiscard]] Found collect(const std::vector<Topic*>& topics, std::uint64_t after);
  void fill(History& history, Found found, const HistoryRequest& request) const;
  void read_reverse(History& history, const HistoryRequest& request);
  [[nodiscard]] TopicState state_of(std::string_view name);
  [[nodiscard]] Cursor cursor(std::uint64_t sequence) const {
    return {epoch_, {.partition = 0, .major = sequence, .minor = 0}};
  }

  RetentionLimits limits_;
  std::uint64_t epoch_;
  std::uint64_t sequence_ = 0;
  std::uint64_t generation_ = 0;    // how often topics have been forgotten
  std::uint64_t forgotten_ = 0;     // sequence up to which forgotten topics had messages
  std::uint64_t forgotten_at_ = 0;  // evictions_ when they went
  std::uint64_t evictions_ = 1;     // counts what makes messages unavailable
  std::uint64_t evicted_ = 0;       // the highest Topic::evicted
  std::size_t bytes_ = 0;
  std::list<Retained> retained_;  // in the order of the sequence
  std::list<Topic*> used_;        // by their last messages, the most recent one at the end
  std::unordered_map<std::string, Topic, TextHash, std::equal_to<>> topics_;
};

}  // namespace wskit::broker
