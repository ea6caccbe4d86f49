// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <variant>

#include "pubsub/centrifugo_link.h"
#include "pubsub/centrifugo_request.h"
#include "pubsub/hub.h"

namespace wskit::pubsub {

/// What one connection asks of the engine, whose answers may be large: one after the other, and the
/// next only when there is room for its answer.
class CentrifugoQuestions {
 public:
  /// Both outlive it.
  CentrifugoQuestions(Hub& hub, CentrifugoLink& link) : hub_(hub), link_(link) {}
  CentrifugoQuestions(const CentrifugoQuestions&) = delete;
  CentrifugoQuestions& operator=(const CentrifugoQuestions&) = delete;
  ~CentrifugoQuestions() { clear(); }

  void ask(std::uint32_t id, CentrifugoHistory history) { add({id, std::move(history)}); }
  void ask(std::uint32_t id, CentrifugoPresence presence) { add({id, std::move(presence)}); }
  /// Asks the next one, if none is under way and there is room.
  void go_on();
  /// Forgets all of them.
  void clear();

 private:
  struct Question {
    std::uint32_t id = 0;
    std::variant<CentrifugoHistory, CentrifugoPresence> what;
  };

  void add(Question question);
  void ask_now(CentrifugoHistory& history);
  void ask_now(CentrifugoPresence& presence);
  void on_history(const Expected<broker::History>& history);
  void on_members(const Expected<std::vector<broker::Member>>& members);
  [[nodiscard]] std::uint32_t take_answered();

  Hub& hub_;
  CentrifugoLink& link_;
  std::deque<Question> waiting_;  // the first is under way if `asked_` says so
  broker::Token asked_ = broker::kNoAnswer;
};

}  // namespace wskit::pubsub
