// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "net/loop.h"
#include "net/timer.h"
#include "relay/answer_faults.h"
#include "relay/fault_plan.h"
#include "relay/fault_stage.h"
#include "relay/paced_queue.h"
#include "script/recording.h"

namespace wskit::relay {

/// The faults of one connection: stands between what a link reads and what it writes.
class LinkFaults final : FaultStage::Owner, net::TimerHandler {
 public:
  /// What it makes the link do.
  class Outlet {
   public:
    /// To the end that `direction` leads to; the bytes may be overwritten.
    virtual void write_out(script::Direction direction, std::span<std::byte> bytes) = 0;
    virtual void finish_out(script::Direction direction) = 0;
    /// Both connections, when what was written is sent.
    virtual void reset_both() = 0;
    /// Reads from the end that `direction` comes from no more, or again.
    virtual void hold_source(script::Direction direction, bool holds) = 0;
    virtual void on_fault(const FaultRule& rule) = 0;

   protected:
    ~Outlet() = default;
  };

  /// The rules that are for one connection.
  struct Choice {
    std::uint64_t connection = 0;
    std::vector<ActiveFault> send;
    std::vector<ActiveFault> recv;
    bool http = false;

    static Choice make(const FaultPlan& plan, const FaultSubject& subject);
    /// The connection asks for no WebSocket: leaves what is_for_http().
    void keep_http();
    /// The request goes on with nothing: leaves out what is about that. Returns what the server
    /// may make happen later.
    [[nodiscard]] std::vector<ActiveFault> take_resuming();
    [[nodiscard]] bool empty() const { return send.empty() && recv.empty(); }
  };

  /// All but `choice` outlive it.
  LinkFaults(Choice choice, FaultPlan& plan, net::Loop& loop, Outlet& outlet);

  /// What the client gets for its request, if it is to be refused; to be asked once.
  [[nodiscard]] std::optional<std::string> reject();
  /// The kind of fault that the server is to make happen, if there is one; to be asked once.
  [[nodiscard]] std::string_view ask_server();
  /// Compression is not to be offered to the server: a message that is lost or changed would spoil
  /// those behind it, or the fault would be none.
  [[nodiscard]] bool wants_no_compression() const { return wants_no_compression_; }

  /// Bytes behind the request, and behind the beginning of the answer.
  void take(script::Direction direction, std::span<std::byte> bytes);
  /// The source of this direction finished sending.
  void end(script::Direction direction);

 private:
  struct Way {
    PacedQueue queue;
    FaultStage stage;
    bool holds = false;

    Way(std::vector<ActiveFault> faults, script::Direction direction, FaultStage::Owner& owner)
        : stage(std::move(faults), direction, queue, owner) {}
  };

  void on_fired(const ActiveFault& fault, Instant now) override;
  void on_timer(Instant now) override;

  [[nodiscard]] Way& way(script::Direction direction) {
    return direction == script::Direction::send ? send_ : recv_;
  }
  void take_answer(std::span<const std::byte>& bytes, Instant now);
  void take_rest(script::Direction direction, std::span<const std::byte> bytes, Instant now);
  /// Lets out what is due, and sees when it has to come back.
  void pump(Instant now);
  void let_out(script::Direction direction, Instant now);
  void hold(script::Direction direction);
  void freeze();
  [[nodiscard]] std::optional<Instant> next() const;

  std::uint64_t connection_;
  FaultPlan& plan_;
  net::Loop& loop_;
  Outlet& outlet_;
  std::vector<ActiveFault> rejections_;
  std::vector<ActiveFault> of_server_;
  bool wants_no_compression_;
  bool http_;
  /// The server has finished an answer that stands still.
  bool holds_end_ = false;
  Way send_;
  Way recv_;
  AnswerFaults answer_;
  bool frozen_ = false;
  net::Timer timer_;
};

}  // namespace wskit::relay
