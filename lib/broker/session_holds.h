// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "broker/filter_tree.h"

namespace wskit::broker {

/// Which node holds which session, and who waits for it. No threads.
class SessionHolds {
 public:
  struct Taker {
    NodeId node = 0;
    Token token = kNoAnswer;
  };

  /// Who waits for it goes on waiting.
  void hold(std::string_view key, NodeId node) {
    const auto found = holds_.find(key);
    if (found == holds_.end()) {
      holds_.emplace(std::string(key), Hold{.node = node, .takers = {}});
    } else {
      found->second.node = node;
    }
  }

  /// Puts who wants a session at the end of those who do: how many that are now, 0 if nobody holds
  /// it.
  [[nodiscard]] std::size_t wait(std::string_view key, const Taker& taker) {
    const auto found = holds_.find(key);
    if (found == holds_.end()) {
      return 0;
    }
    found->second.takers.push_back(taker);
    return found->second.takers.size();
  }

  /// The holder gives the session away: to the first who waits, who holds it from now on; nothing
  /// if nobody does.
  [[nodiscard]] std::optional<Taker> pass_on(std::string_view key) {
    const auto found = holds_.find(key);
    if (found == holds_.end()) {
      return std::nullopt;
    }
    if (found->second.takers.empty()) {
      holds_.erase(found);
      return std::nullopt;
    }
    const Taker next = found->second.takers.front();
    found->second.takers.erase(found->second.takers.begin());
    found->second.node = next.node;
    return next;
  }

  /// There is no such session any more: who has waited for it.
  [[nodiscard]] std::vector<Taker> drop(std::string_view key) {
    const auto found = holds_.find(key);
    return found == holds_.end() ? std::vector<Taker>()
                                 : std::move(holds_.extract(found).mapped().takers);
  }

  /// Who holds it, if somebody waits for it.
  [[nodiscard]] std::optional<NodeId> wanted_from(std::string_view key) const {
    const auto found = holds_.find(key);
    return found == holds_.end() || found->second.takers.empty()
               ? std::nullopt
               : std::optional(found->second.node);
  }

  /// The node is gone, with the sessions that it held: who else has waited for these.
  [[nodiscard]] std::vector<Taker> forget(NodeId node) {
    std::vector<Taker> left;
    for (auto& [key, hold] : holds_) {
      std::erase_if(hold.takers, [node](const Taker& taker) { return taker.node == node; });
      if (hold.node == node) {
        left.insert(left.end(), hold.takers.begin(), hold.takers.end());
      }
    }
    std::erase_if(holds_, [node](const auto& entry) { return entry.second.node == node; });
    return left;
  }

  [[nodiscard]] std::size_t size() const { return holds_.size(); }

 private:
  struct Hold {
    NodeId node = 0;
    std::vector<Taker> takers;
  };

  std::unordered_map<std::string, Hold, TextHash, std::equal_to<>> holds_;
};

}  // namespace wskit::broker
