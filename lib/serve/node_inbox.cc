// SPDX-License-Identifier: MIT
#include "serve/node_inbox.h"

#include <utility>

namespace wskit::serve {

NodeInbox::NodeInbox(ev::loop_ref loop, PubSubNode& node) : node_(node), wake_(loop) {
  wake_.set<NodeInbox, &NodeInbox::on_wake>(this);
  wake_.start();
}

void NodeInbox::post(Call call) {
  {
    const std::scoped_lock lock(mutex_);
    calls_.push_back(std::move(call));
  }
  wake_.send();
}

void NodeInbox::on_wake() noexcept {
  std::vector<Call> calls;
  {
    const std::scoped_lock lock(mutex_);
    calls.swap(calls_);
  }
  for (const Call& call : calls) {
    call(node_);
  }
}

}  // namespace wskit::serve
