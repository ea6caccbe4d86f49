// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "script/mailbox.h"
#include "script/player_failure.h"
#include "script/received.h"
#include "script/script.h"
#include "script/values.h"
#include "wire/http.h"

namespace wskit::script {

/// How a client is to connect: placeholders replaced, all levels of directives put together.
struct OpenRequest {
  std::string url;
  std::vector<wire::Header> headers;
  std::vector<std::string> subprotocols;
};

/// The levels' directives, later ones over earlier ones, null ones left out; `url` where none names
/// one. Fails with ErrorCode::unmet when a variable has no value.
[[nodiscard]] Expected<OpenRequest> opening_request(std::span<const Directives* const> levels,
                                                    std::string url, Values& values);

struct PlayedHttpRequest {
  std::string method;
  std::string url;
  std::vector<wire::Header> headers;
  std::string body;
};

struct PlayedHttpAnswer {
  int status = 0;
  wire::Headers headers;
  std::string body;
};

/// What a connection agreed on, or the answer that refused it.
struct Opening {
  int status = 0;
  wire::Headers headers;
  std::string subprotocol;
  std::string extensions;
  std::string body;  ///< Of a refusal.
};

/// Why there is no connection any more, or none at all.
struct Ending {
  /// The Close frame that the peer sent, if it did.
  std::optional<wire::CloseCode> close_code;
  std::string close_reason;
  /// In words.
  std::string what;
  /// A lost connection, or a close code that tells of an error.
  bool is_failure = false;
  /// An HTTP answer that refused the upgrade.
  std::optional<Opening> refusal;
};

/// Whether a connection takes more at once: `full` took this one, and says with on_drain() when it
/// takes the next.
enum class Room : std::uint8_t { more, full };

/// What a player acts on. Nothing here calls the player back from within.
class Stage {
 public:
  /// The outcome is told by on_open() or on_end().
  virtual void open(ClientIndex client, const OpenRequest& request) = 0;
  virtual Expected<Room> send(ClientIndex client, const MessageView& message) = 0;
  virtual Expected<void> send_raw(ClientIndex client, std::string_view bytes) = 0;
  /// Ends the TCP connection; on_end() does not follow.
  virtual void drop(ClientIndex client) = 0;
  /// The outcome is told by on_answer().
  virtual void request(const PlayedHttpRequest& request) = 0;
  /// A named step was played from its first line to its last.
  virtual void step_played(std::uint16_t name, Nanoseconds duration) = 0;

 protected:
  ~Stage() = default;
};

struct PlayerOptions {
  /// For scripts that name no URL.
  std::string url;
  /// For a `<` without a deadline and tests without a timeout.
  Nanoseconds timeout = std::chrono::seconds(5);
  /// All deadlines are multiplied by this.
  double timeout_scale = 1;
  std::uint64_t connection = 1;
  std::uint64_t seed = 0;
  /// Milliseconds since 1970 in UTC; outlives the player.
  const std::function<std::int64_t()>* wall_clock = nullptr;
};

/// Plays one test of a script: events in, actions out, time as a parameter. Steps run in the order
/// of their lines, whichever client they belong to; every message waits in its client's mailbox.
class Player {
 public:
  static constexpr std::size_t kMaxMailboxBytes = std::size_t{256} << 20;

  /// `script`, `test` and `stage` outlive the player.
  Player(const Script& script, const Test& test, const PlayerOptions& options, Stage& stage);

  void start(Instant now);
  /// Plays the test again from its first line: connections are opened anew, mailboxes are empty,
  /// variables stand as at the beginning; {{seq}} and what is random go on.
  void restart(Instant now);

  /// Events. A connection that a server accepted opens before start(), without open().
  void on_open(ClientIndex client, Opening opening, Instant now);
  void on_received(ClientIndex client, const MessageView& message, Instant at);
  void on_drain(ClientIndex client, Instant now);
  void on_end(ClientIndex client, Ending ending, Instant now);
  void on_answer(const Expected<PlayedHttpAnswer>& answer, Instant now);
  /// To be called at next_tick(), or later.
  void tick(Instant now) { run(now); }
  [[nodiscard]] Instant next_tick() const { return next_tick_; }

  /// The test is over for another reason: an interrupt, or its time. What it waited for is told.
  void break_off(const Failure& failure);

  [[nodiscard]] bool done() const { return done_; }
  /// Once done: nothing is a success.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  /// The name of the step that is played, or of the one that failed.
  [[nodiscard]] std::optional<std::uint16_t> step_name() const { return step_name_; }
  /// When that one was reached, or the iteration began.
  [[nodiscard]] Instant step_began() const { return step_name_ ? named_at_ : began_; }
  /// Where it is: the line of the step that is played.
  [[nodiscard]] Place place() const;

 private:
  enum class State : std::uint8_t { idle, opening, open, ended };
  struct Seat {
    State state = State::idle;
    /// The end, if it is a failure, was expected by a step.
    bool end_seen = false;
    bool refusal_expected = false;
    Mailbox mailbox;
    /// How many of the mailbox the step under way has looked at.
    std::size_t looked_at = 0;
    /// How many from the front an unordered block has passed over.
    std::size_t passed_over = 0;
    bool awaits_pong = false;
    bool full = false;
    std::unique_ptr<Opening> opening;
    std::unique_ptr<Ending> ending;
    std::unique_ptr<Directives> own;
  };
  struct Block {
    const std::vector<Step>* steps = nullptr;
    std::size_t next = 0;
    std::uint64_t left = 0;
    Instant until = Instant::max();
  };
  enum class Progress : std::uint8_t { done, waits };

  void run(Instant now);
  /// False when it waits or is over.
  bool play_next(Instant now);
  /// The next step, leaving and repeating blocks; null at the end.
  [[nodiscard]] const Step* next_step(Instant now);
  [[nodiscard]] bool may_begin(const Step& step, Instant now);
  [[nodiscard]] bool connected(const Step& step);
  void open_seats();
  [[nodiscard]] Progress play(const Step& step, Instant now);

  Progress on(const SendStep& step, Instant now);
  Progress on(const ExpectStep& step, Instant now);
  Progress on(const UnorderedStep& step, Instant now);
  Progress on(const NoneStep& step, Instant now);
  Progress on(const ExpectOpenStep& step, Instant now);
  Progress on(const SleepStep& step, Instant now);
  Progress on(const BarrierStep& step, Instant now);
  /// False when the step has failed.
  [[nodiscard]] bool ping_for_barrier(ClientIndex client);
  Progress on(const ConnectStep& step, Instant now);
  Progress on(const SetStep& step, Instant now);
  Progress on(const HttpStep& step, Instant now);
  Progress on(const NameStep& step, Instant now);
  Progress on(const RepeatStep& step, Instant now);

  /// Sets the deadline when the step begins; true when it has passed.
  bool overdue(Nanoseconds limit, Instant now);
  /// The step begins: true once.
  bool begins(Instant now);
  [[nodiscard]] Nanoseconds limit_of(ClientIndex client, std::optional<Nanoseconds> own) const;
  [[nodiscard]] std::string named(ClientIndex client) const;

  [[nodiscard]] Expected<OpenRequest> request_of(ClientIndex client, const Directives* own);
  void open(ClientIndex client, const Directives* own);
  bool send(const SendStep& step, const Place& place);
  /// Which message of the mailbox is taken; nothing when there is none yet or the test failed.
  [[nodiscard]] std::optional<std::size_t> find(const ExpectStep& step, const Place& place);
  [[nodiscard]] Expected<bool> selects(const ExpectStep& step, const Received& received);
  bool accept(const ExpectStep& step, const Place& place, Received received);
  using Asserts = std::vector<std::pair<Place, Predicate>>;
  using Captures = std::vector<std::pair<Place, Capture>>;
  bool inspect(const Subject& subject, const Captures& captures, const Asserts& asserts);
  void look_for_member(const UnorderedStep& step, std::size_t number, Instant now);
  /// That it came when the deadline was over, while something else kept the player busy.
  [[nodiscard]] bool came_late(const ExpectStep& step, std::size_t index) const;
  /// False when a watch took the message or ended the test.
  bool watch(ClientIndex client, const Received& received);
  /// The connection ended, or the time is over; false while it can still come.
  bool fail_if_hopeless(const ExpectStep& step, const Place& place, Instant now);
  void fail_expectation(const ExpectStep& step, const Place& place, std::string what,
                        ErrorCode code = ErrorCode::unmet);
  [[nodiscard]] std::string unmet_where(const ExpectStep& step, const Received& received);
  /// Adds what a client has not read to the failure.
  void show_mailbox(ClientIndex client);
  void fail_here(std::string what, ErrorCode code = ErrorCode::unmet);
  void end(std::optional<Failure> failure);
  void check_endings();
  void step_over();

  const Script& script_;
  const Test& test_;
  const PlayerOptions& options_;
  Stage& stage_;
  Values values_;
  std::vector<Seat> seats_;
  std::vector<Block> blocks_;
  /// Members of an unordered block that were found.
  std::vector<bool> found_;
  const Step* step_ = nullptr;
  /// The same, or the one before it when there is no further one.
  const Step* last_step_ = nullptr;
  Instant began_{};
  Instant step_began_{};
  Instant deadline_ = Instant::max();
  Instant next_tick_ = Instant::max();
  Instant last_taken_{};
  Instant named_at_{};
  std::optional<std::uint16_t> step_name_;
  std::unique_ptr<Expected<PlayedHttpAnswer>> answer_;
  std::optional<Failure> failure_;
  /// The step under way has done what it does once.
  bool begun_ = false;
  bool seats_open_ = false;
  bool done_ = false;
  bool running_ = false;
  bool started_ = false;
};

}  // namespace wskit::script
