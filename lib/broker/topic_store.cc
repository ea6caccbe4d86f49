// SPDX-License-Identifier: MIT
#include "broker/topic_store.h"

#include <algorithm>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/check.h"

namespace wskit::broker {
namespace {

std::size_t cost(const Message& message) {
  return message.payload.size() + message.topic.size() + TopicStore::kMessageOverheadBytes;
}

std::uint64_t sequence_of(const Message& message) {
  return message.position.major;
}

bool single_topic(const HistoryRequest& request) {
  return request.filters.size() == 1 && !is_wildcard(request.filters.front());
}

bool wanted(const HistoryRequest& request, std::string_view topic) {
  return std::ranges::any_of(request.filters,
                             [&](const auto& filter) { return matches(filter, topic); });
}

bool any_wildcard(const HistoryRequest& request) {
  return std::ranges::any_of(request.filters, is_wildcard);
}

}  // namespace

MessagePtr TopicStore::publish(PublishRequest request, Instant now) {
  expire(now);
  Topic& topic = topic_for(request.topic);
  auto message = std::make_shared<Message>();
  message->topic = std::move(request.topic);
  message->payload = std::move(request.payload);
  message->text = request.text;
  message->json = request.json;
  message->epoch = epoch_;
  message->position = {.partition = 0, .major = ++sequence_, .minor = 0};
  message->id = cursor_text(epoch_, message->position);
  message->offset = ++topic.offset;
  message->publisher = std::move(request.publisher);
  message->published = now;
  topic.last = sequence_;
  topic.published = now;
  used_.splice(used_.end(), used_, topic.used);
  retain(topic, message);
  return message;
}

TopicStore::Topic& TopicStore::topic_for(const std::string& name) {
  if (Topic* const topic = find(name)) {
    return *topic;
  }
  if (topics_.size() >= std::max<std::size_t>(limits_.topics, 1)) {
    forget_some();
  }
  const auto [place, added] = topics_.try_emplace(name);
  check(added, "a topic is added once");
  Topic& topic = place->second;
  topic.name = &place->first;
  topic.generation = generation_;
  // It may have been here before, and nobody knows with what.
  topic.evicted = forgotten_;
  topic.evicted_at = forgotten_at_;
  topic.used = used_.insert(used_.end(), &topic);
  return topic;
}

void TopicStore::retain(Topic& topic, MessagePtr message) {
  const std::size_t bytes = cost(*message);
  Retained& added = retained_.emplace_back(std::move(message), &topic, topic.newest);
  added.self = std::prev(retained_.end());
  (topic.newest == nullptr ? topic.oldest : topic.newest->newer) = &added;
  topic.newest = &added;
  ++topic.messages;
  topic.bytes += bytes;
  bytes_ += bytes;
  enforce(topic);
}

void TopicStore::enforce(Topic& topic) {
  while (topic.messages > limits_.messages_per_topic || topic.bytes > limits_.bytes_per_topic) {
    evict(*topic.oldest);
  }
  while (bytes_ > limits_.bytes) {
    evict(retained_.front());
  }
}

void TopicStore::expire(Instant now) {
  while (!retained_.empty() && now - retained_.front().message->published > limits_.age) {
    evict(retained_.front());
  }
}

void TopicStore::evict(Retained& message) {
  Topic& topic = *message.topic;
  check(topic.oldest == &message, "the oldest message of a topic goes first");
  const std::size_t bytes = cost(*message.message);
  topic.evicted = sequence_of(*message.message);
  topic.evicted_at = ++evictions_;
  evicted_ = std::max(evicted_, topic.evicted);
  topic.oldest = message.newer;
  (topic.oldest == nullptr ? topic.newest : topic.oldest->older) = nullptr;
  --topic.messages;
  topic.bytes -= bytes;
  bytes_ -= bytes;
  // A copy: the list would read its argument from the element that it destroys.
  const auto place = message.self;
  retained_.erase(place);
}

void TopicStore::forget_some() {
  for (std::size_t count = std::max<std::size_t>(topics_.size() / 16, 1); count > 0; --count) {
    Topic& topic = *used_.front();
    while (topic.oldest != nullptr) {
      evict(*topic.oldest);
    }
    forgotten_ = std::max(forgotten_, topic.last);
    used_.pop_front();
    topics_.erase(topics_.find(*topic.name));
  }
  forgotten_at_ = ++evictions_;
  ++generation_;
}

void TopicStore::truncate(std::string_view name) {
  Topic* const topic = find(name);
  while (topic != nullptr && topic->oldest != nullptr) {
    evict(*topic->oldest);
  }
}

void TopicStore::begin_epoch(std::uint64_t epoch) {
  check(epoch != epoch_, "a new epoch is another one");
  retained_.clear();
  used_.clear();
  topics_.clear();
  epoch_ = epoch;
  sequence_ = generation_ = forgotten_ = forgotten_at_ = evicted_ = 0;
  bytes_ = 0;
  ++evictions_;
}

std::vector<TopicSummary> TopicStore::recent(std::size_t limit, Instant now) {
  expire(now);
  std::vector<TopicSummary> found;
  for (const Topic* const topic : std::views::reverse(used_) | std::views::take(limit)) {
    found.push_back({.name = *topic->name,
                     .messages = topic->offset,
                     .retained = topic->messages,
                     .retained_bytes = topic->bytes,
                     .idle = now - topic->published});
  }
  return found;
}

TopicStore::Topic* TopicStore::find(std::string_view name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

std::vector<TopicStore::Topic*> TopicStore::named_topics(const HistoryRequest& request) {
  std::vector<Topic*> topics;
  for (const std::string& name : request.filters) {
    if (Topic* const topic = find(name)) {
      topics.push_back(topic);
    }
  }
  std::ranges::sort(topics);
  topics.erase(std::ranges::unique(topics).begin(), topics.end());
  return topics;
}

std::vector<TopicStore::Topic*> TopicStore::topics_after(const HistoryRequest& request,
                                                         std::uint64_t after) {
  if (!any_wildcard(request)) {
    return named_topics(request);
  }
  std::vector<Topic*> topics;
  for (auto topic = used_.rbegin(); topic != used_.rend() && (*topic)->last > after; ++topic) {
    if (wanted(request, *(*topic)->name)) {
      topics.push_back(*topic);
    }
  }
  return topics;
}

TopicStore::From TopicStore::resolve(const HistoryRequest& request) {
  if (std::holds_alternative<FromNow>(request.start)) {
    return {.after = sequence_, .check_gaps = false};
  }
  if (std::holds_alternative<FromOldest>(request.start)) {
    return {.after = 0, .check_gaps = false};
  }
  if (const auto* offset = std::get_if<FromOffset>(&request.start)) {
    return resolve_offset(request.filters.front(), *offset);
  }
  const Cursor& start = std::get<FromCursor>(request.start);
  if (start.epoch() != epoch_ || !cursor(sequence_).covers(start)) {
    return {.after = 0, .complete = false};
  }
  // A cursor without a position has seen nothing of its epoch.
  return {.after = start.positions().empty() ? 0 : start.positions().front().major};
}

TopicStore::From TopicStore::resolve_offset(std::string_view name, const TopicState& start) {
  const TopicState state = state_of(name);
  if (start.epoch != state.epoch || start.offset > state.offset) {
    return {.after = 0, .complete = false, .check_gaps = false};
  }
  if (start.offset == state.offset) {
    return {.after = sequence_, .check_gaps = false};
  }
  const Retained* first = find(name)->newest;
  if (first == nullptr) {
    return {.after = 0, .complete = false, .check_gaps = false};
  }
  while (first->older != nullptr && first->older->message->offset > start.offset) {
    first = first->older;
  }
  return {.after = sequence_of(*first->message) - 1,
          .complete = first->message->offset == start.offset + 1,
          .check_gaps = false};
}

bool TopicStore::has_gap(const HistoryRequest& request, const std::vector<Topic*>& topics,
                         std::uint64_t after) {
  const auto missing = [&](std::uint64_t evicted, std::uint64_t at) {
    return evicted > after && at > request.continues;
  };
  const bool unknown =
      any_wildcard(request) || std::ranges::any_of(request.filters, [this](const auto& name) {
        return find(name) == nullptr;
      });
  return (unknown && missing(forgotten_, forgotten_at_)) ||
         std::ranges::any_of(topics, [&](const Topic* topic) {
           return missing(topic->evicted, topic->evicted_at);
         });
}

std::uint64_t TopicStore::oldest_complete(const HistoryRequest& request) {
  // With wildcards all topics would have to be looked at: what holds for all of them holds too.
  std::uint64_t oldest = forgotten_;
  if (any_wildcard(request)) {
    return std::max(oldest, evicted_);
  }
  for (const std::string& name : request.filters) {
    const Topic* const topic = find(name);
    oldest = std::max(oldest, topic == nullptr ? 0 : topic->evicted);
  }
  return oldest;
}

TopicStore::Found TopicStore::collect(const std::vector<Topic*>& topics, std::uint64_t after) {
  Found found;
  for (const Topic* const topic : topics) {
    // From the newest one: the cost is that of what is new.
    for (const Retained* at = topic->newest; at != nullptr && sequence_of(*at->message) > after;
         at = at->older) {
      found.push_back(at);
    }
  }
  return found;
}

void TopicStore::fill(History& history, Found found, const HistoryRequest& request) const {
  const auto older = [](const Retained* a, const Retained* b) {
    return sequence_of(*a->message) < sequence_of(*b->message);
  };
  std::size_t count = std::min(found.size(), request.max_messages);
  if (count > 0 && count < found.size()) {
    std::ranges::nth_element(found, found.begin() + static_cast<std::ptrdiff_t>(count - 1), older);
  }
  std::ranges::sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), older);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    bytes += found[i]->message->payload.size();
    if (i > 0 && bytes > request.max_bytes) {
      count = i;
      break;
    }
    history.messages.push_back(found[i]->message);
  }
  history.more = count < found.size();
}

Expected<History> TopicStore::read(const HistoryRequest& request, Instant now) {
  check(!request.filters.empty(), "history is read for a filter");
  expire(now);
  const bool by_offset = std::holds_alternative<FromOffset>(request.start);
  if ((by_offset || request.reverse) && !single_topic(request)) {
    return fail(ErrorCode::usage, fmt::format("history of '{}': offsets and reverse order are those"
                                              " of a single topic",
                                              fmt::join(request.filters, "', '")));
  }
  if (request.reverse && std::holds_alternative<FromCursor>(request.start)) {
    return fail(ErrorCode::usage, "history: no reverse order from a cursor");
  }
  History history;
  history.now = cursor(sequence_);
  history.continues = evictions_;
  if (single_topic(request)) {
    history.topic = state_of(request.filters.front());
  }
  if (request.reverse) {
    read_reverse(history, request);
    return history;
  }
  const From from = resolve(request);
  const std::vector<Topic*> topics = topics_after(request, from.after);
  history.start = cursor(from.after);
  history.complete = from.complete && !(from.check_gaps && has_gap(request, topics, from.after));
  if (!history.complete) {
    history.oldest = cursor(oldest_complete(request));
  }
  fill(history, collect(topics, from.after), request);
  if (!history.more) {
    history.cursor = history.now;
  } else if (history.messages.empty()) {
    history.cursor = cursor(from.after);
  } else {
    history.cursor = cursor(sequence_of(*history.messages.back()));
  }
  return history;
}

void TopicStore::read_reverse(History& history, const HistoryRequest& request) {
  std::uint64_t before = UINT64_MAX;
  if (const auto* const start = std::get_if<FromOffset>(&request.start)) {
    before = start->offset;
    history.complete = start->epoch == history.topic->epoch;
  }
  const Topic* const topic = find(request.filters.front());
  history.cursor = history.now;
  if (topic == nullptr || !history.complete) {
    return;
  }
  std::size_t bytes = 0;
  for (const Retained* at = topic->newest; at != nullptr; at = at->older) {
    if (at->message->offset >= before) {
      continue;
    }
    bytes += at->message->payload.size();
    const bool full = history.messages.size() == request.max_messages ||
                      (bytes > request.max_bytes && !history.messages.empty());
    if (full) {
      history.more = true;
      return;
    }
    history.messages.push_back(at->message);
  }
}

TopicState TopicStore::state_of(std::string_view name) {
  const Topic* const topic = find(name);
  const std::uint64_t generation = topic == nullptr ? generation_ : topic->generation;
  // The generation stands where a position would: one text for each pair.
  return {.epoch = cursor_text(epoch_, {.partition = 0, .major = generation, .minor = 0}),
          .offset = topic == nullptr ? 0 : topic->offset};
}

}  // namespace wskit::broker
