// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/dialer.h"
#include "net/stream.h"
#include "net/timer.h"
#include "relay/fault_place.h"
#include "relay/fault_plan.h"
#include "relay/joined_client.h"
#include "relay/link_faults.h"
#include "relay/recorder.h"
#include "relay/request_head.h"
#include "relay/side.h"
#include "wire/http.h"

namespace wskit::relay {

class Link;

/// What the links of one relay share, and what they tell it.
struct LinkSetup {
  class Owner {
   public:
    /// The server is about to be connected to.
    virtual void on_dialing(Link& link) = 0;
    /// The server could not be reached; the client got a 502.
    virtual void on_unreachable(Link& link, const Error& error) = 0;
    /// TLS with the client failed; on_link_end() follows.
    virtual void on_client_failed(Link& link, const Error& error) = 0;
    /// It is over; the link is to be destroyed, perhaps inside this call.
    virtual void on_link_end(Link& link) = 0;

   protected:
    ~Owner() = default;
  };

  net::Dialer& dialer;
  Owner& owner;
  RequestRules request;
  net::Endpoint target;
  /// Null where nothing is recorded.
  Recorder* recorder = nullptr;
  /// Null where nothing is to go wrong.
  FaultPlan* faults = nullptr;
  /// Also on connections that ask for no WebSocket, as far as is_for_http() says.
  bool http_faults = false;
  /// Requests may ask for faults of their own (asked_faults.h).
  bool asked_faults = false;
  /// Requests for /faults are answered here (fault_desk.h).
  bool answers_faults = false;
  /// For these.
  FaultPlace fault_place = {};
  /// From the accepted connection to the whole request, TLS included.
  Nanoseconds request_timeout = std::chrono::seconds(10);
  /// How long what is left for one side may take once the other is gone.
  Nanoseconds linger = std::chrono::seconds(5);
};

/// A client's connection joined to one to the server. Reads the client's request, connects, sends
/// it on as the rules say, and from there on passes every byte of both directions unchanged, the
/// ends of the streams included, but for what a fault does to them.
class Link final : SideOwner, net::DialHandler, net::TimerHandler, LinkFaults::Outlet {
 public:
  /// `setup` outlives it. With a `refusal`, the bytes of an answer, the client gets this for its
  /// request.
  Link(LinkSetup& setup, Arrival client, std::string refusal = {});
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// Counted from 1 in the order of the connections' coming.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// It was made with a refusal.
  [[nodiscard]] bool is_turned_away() const { return turned_away_; }
  /// In on_dialing(), once: for a server of the same process.
  [[nodiscard]] JoinedClient describe_client();
  [[nodiscard]] const net::Stream& client_stream() const { return client_.stream(); }
  /// The recording takes more again.
  void resume_recording();

 private:
  enum class State : std::uint8_t {
    request,   // the client's request is read
    question,  // the body of one that is about the faults
    dialing,   // the server is connected to
    open,      // bytes pass
    refusing,  // the client gets an answer of ours
    ending,    // one side broke; the other gets what is left for it
  };
  struct Opening;

  void on_bytes(Side& side, std::span<std::byte> bytes, Instant received) override;
  void on_room(Side& side) override;
  void on_end(Side& side) override;
  void on_broken(Side& side, const Error& error) override;
  void on_dialed(net::Dialed dialed) override;
  void on_dial_failed(const Error& error) override;
  void on_timer(Instant now) override;
  void write_out(script::Direction direction, std::span<std::byte> bytes) override;
  void finish_out(script::Direction direction) override;
  void reset_both() override;
  void hold_source(script::Direction direction, bool holds) override;
  void on_fault(const FaultRule& rule) override;

  void read_request(std::span<const std::byte> bytes);
  void read_question(std::span<const std::byte> bytes);
  /// Whether the request goes on to the server.
  [[nodiscard]] bool choose_faults();
  [[nodiscard]] LinkFaults::Choice chosen_faults(const std::vector<LiveFaultPointer>& asked);
  void dial(std::span<const std::byte> rest);
  [[nodiscard]] std::string rewritten_head() const;
  void start_recording();
  /// All that is read goes through here, faults included.
  void take(Side& from, std::span<std::byte> bytes, Instant received);
  /// All that is written goes through here.
  void pass(Side& from, std::span<std::byte> bytes, Instant received);
  /// No more comes from there.
  void end(Side& from);
  void refuse(std::string_view answer);
  [[nodiscard]] bool is_done() const;
  void end_if_done();
  void arm(Nanoseconds time);
  [[nodiscard]] Instant now() const { return setup_.dialer.loop().now(); }
  [[nodiscard]] Side& source_of(script::Direction direction) {
    return direction == script::Direction::send ? client_ : server_;
  }
  [[nodiscard]] script::Direction direction_of(const Side& from) const {
    return &from == &client_ ? script::Direction::send : script::Direction::recv;
  }
  [[nodiscard]] Side& other(const Side& side) { return &side == &client_ ? server_ : client_; }

  LinkSetup& setup_;
  std::uint64_t number_;
  bool turned_away_;
  State state_ = State::request;
  /// The side that is left is to be reset, not closed.
  bool resets_ = false;
  Side client_;
  Side server_;
  std::unique_ptr<Opening> opening_;
  std::unique_ptr<Tape> tape_;
  /// Null where no rule is for this connection.
  std::unique_ptr<LinkFaults> faults_;
  /// Set once a fault has put a Close frame; shared with the server, null where it is another's.
  std::shared_ptr<std::atomic<bool>> closed_by_fault_;
  /// Why a side broke.
  std::unique_ptr<Error> error_;
  net::Timer deadline_;
};

}  // namespace wskit::relay
