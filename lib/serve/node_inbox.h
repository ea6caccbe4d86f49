// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include <ev++.h>

namespace wskit::serve {

class PubSubNode;

/// Calls of other threads to a node, which makes them on its own thread, in their order. Costs
/// nothing while nobody calls.
class NodeInbox {
 public:
  using Call = std::function<void(PubSubNode&)>;

  /// The node is the one that it belongs to.
  NodeInbox(ev::loop_ref loop, PubSubNode& node);
  NodeInbox(const NodeInbox&) = delete;
  NodeInbox& operator=(const NodeInbox&) = delete;

  /// From any thread. The call is never made if the node's loop has ended.
  void post(Call call);

 private:
  void on_wake() noexcept;

  PubSubNode& node_;
  ev::async wake_;
  std::mutex mutex_;
  std::vector<Call> calls_;  // guarded by mutex_
};

}  // namespace wskit::serve
