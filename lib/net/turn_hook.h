// SPDX-License-Identifier: MIT
#pragma once

namespace wskit::net {

/// A place in an intrusive list of TurnHooks; unlinked by its destructor.
class TurnLink {
 public:
  TurnLink() = default;
  TurnLink(const TurnLink&) = delete;
  TurnLink& operator=(const TurnLink&) = delete;
  ~TurnLink() { unlink(); }

 private:
  friend class TurnHooks;
  void unlink() {
    if (next_ != nullptr) {
      previous_->next_ = next_;
      next_->previous_ = previous_;
      next_ = previous_ = nullptr;
    }
  }

  TurnLink* next_ = nullptr;
  TurnLink* previous_ = nullptr;
};

/// A call at the end of the current turn of the loop, before what was queued is sent: whoever
/// batches the writes of a turn (TLS records, say) derives from it.
class TurnHook : public TurnLink {
 public:
  virtual void on_turn_end() = 0;

 protected:
  ~TurnHook() = default;
};

/// The hooks of one loop: each hook in it at most once.
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
      auto& hook = static_cast<TurnHook&>(*anchor_.next_);
      hook.unlink();
      hook.on_turn_end();
    }
  }

 private:
  TurnLink anchor_;
};

}  // namespace wskit::net
