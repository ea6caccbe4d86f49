// SPDX-License-Identifier: MIT
#pragma once

namespace wskit::net {

/// A call at the end of the current turn of the loop, before what was queued is sent: whoever
/// batches the writes of a turn (TLS records, say) derives from it. Unlinked by its destructor.
class TurnHook {
 public:
  TurnHook() = default;
  TurnHook(const TurnHook&) = delete;
  TurnHook& operator=(const TurnHook&) = delete;

  virtual void on_turn_end() = 0;

 protected:
  ~TurnHook() { unlink(); }

 private:
  friend class TurnHooks;
  void unlink() {
    if (next_ != nullptr) {
      previous_->next_ = next_;
      next_->previous_ = previous_;
      next_ = previous_ = nullptr;
    }
  }

  TurnHook* next_ = nullptr;
  TurnHook* previous_ = nullptr;
};

/// The hooks of one loop: an intrusive list, each hook in it at most once.
class TurnHooks {
 public:
  TurnHooks() { anchor_.next_ = anchor_.previous_ = &anchor_; }

  void add(TurnHook& hook) {
    if (hook.next_ != nullptr) {
      return;
    }
    hook.next_ = &anchor_;
    hook.previous_ = anchor_.previous_;
    anchor_.previous_->next_ = &hook;
    anchor_.previous_ = &hook;
  }

  [[nodiscard]] bool empty() const { return anchor_.next_ == &anchor_; }

  /// Calls all, those added by a hook too.
  void run() {
    while (!empty()) {
      TurnHook& hook = *anchor_.next_;
      hook.unlink();
      hook.on_turn_end();
    }
  }

 private:
  class Anchor final : public TurnHook {
    void on_turn_end() override {}
  };
  Anchor anchor_;
};

}  // namespace wskit::net
