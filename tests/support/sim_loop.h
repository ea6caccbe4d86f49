// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "net/loop.h"

namespace wskit::test {

class SimStream;
class SimListener;

/// The simulated network. May be changed while the loop runs; probabilities are from 0 to 1.
struct SimNetwork {
  /// How long bytes take from the end that connected to the end that accepted, and back. Opening
  /// takes both; the accepting end learns of it one `to_listener` after the connecting one.
  Nanoseconds to_listener{0};
  Nanoseconds to_connector{0};
  /// What fits into a direction before the sender waits: bytes sent and not yet received.
  std::size_t socket_buffer = std::size_t{256} << 10;
  /// That a send takes only a part, of random size; the rest follows in the next turn.
  double short_write = 0;
  /// That received bytes are handed over in two pieces.
  double short_read = 0;
  /// That a send fails with ENOBUFS.
  double no_buffers = 0;
  /// That a send makes the connection be reset, for both ends.
  double reset = 0;
  /// That connect() fails for want of a descriptor.
  double no_descriptors = 0;
  /// What comes to different streams at one instant comes in random order.
  bool reorder = false;
};

/// A Loop on virtual time with streams in memory, both ends on the same loop: exact to the
/// nanosecond and the same for the same seed. Time moves only when nothing is left to do at an
/// instant, or with spend(). run() also returns when nothing will ever happen again.
class SimLoop final : public net::Loop {
 public:
  using Id = std::uint64_t;

  explicit SimLoop(std::uint64_t seed = 1) : random_(seed), shuffle_(random_()) {}
  ~SimLoop() override;

  SimNetwork network;

  /// Connections to `address` are never answered, instead of refused.
  void silence(const net::SocketAddress& address);
  /// Runs what happens up to `end`, then sets the clock to it; stop() ends it early.
  void run_until(Instant end);
  void advance(Nanoseconds time) { run_until(now_ + time); }
  /// The callback that is running takes so long.
  void spend(Nanoseconds time) { now_ += time; }
  /// Streams that exist.
  [[nodiscard]] std::size_t streams() const { return streams_.size(); }

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] net::Backend backend() const override { return net::Backend::simulated; }
  [[nodiscard]] std::unique_ptr<net::Stream> connect(const net::SocketAddress& peer,
                                                     const net::SocketOptions& options,
                                                     net::StreamHandler& handler) override;
  [[nodiscard]] Expected<std::unique_ptr<net::Listener>> listen(
      const net::SocketAddress& address, net::ListenHandler& handler) override;
  /// Always fails: a simulation has no descriptors.
  [[nodiscard]] Expected<std::unique_ptr<net::FdWatch>> watch(int fd,
                                                              net::FdHandler& handler) override;
  [[nodiscard]] net::TimerQueue& timers() override { return timers_; }
  void at_turn_end(net::TurnHook& hook) override { hooks_.add(hook); }
  void post(std::move_only_function<void()> call) override;
  void run() override;
  void stop() override;
  [[nodiscard]] net::LoopStats stats() const override { return stats_; }

  // For the streams and listeners.
  [[nodiscard]] Id add(SimStream& stream);
  void remove(Id id) { streams_.erase(id); }
  [[nodiscard]] SimStream* find(Id id) const;
  void remove(const SimListener& listener);
  /// Does `act` for the stream `id` at `due`, in the order of these calls for each stream.
  void schedule(Id id, Instant due, std::function<void()> act);
  void flush_later(Id id) { flushes_.push_back(id); }
  [[nodiscard]] bool chance(double probability);
  /// 1 to `size`: less than `size` with that probability.
  [[nodiscard]] std::size_t cut(std::size_t size, double probability);

 private:
  // When, in which order of streams, in which order of a stream.
  using EventKey = std::tuple<Instant, std::uint64_t, std::uint64_t>;
  // Far enough from zero that nobody computes a negative instant.
  static constexpr Instant kStart{std::chrono::hours(1)};

  /// False when nothing happens up to `end`.
  [[nodiscard]] bool turn(Instant end);
  [[nodiscard]] bool move_clock(Instant end);
  void complete();
  void run_posted();
  void flush();
  void arrive(Id connector, const net::SocketAddress& to, const net::SocketAddress& from);
  void answer(Id connector, Id acceptor, const net::SocketAddress& to,
              const net::SocketAddress& from);
  void accept(Id acceptor, const net::SocketAddress& to, const net::SocketAddress& from);
  [[nodiscard]] SimListener* listener_at(const net::SocketAddress& address) const;

  Instant now_ = kStart;
  std::mt19937_64 random_;
  std::uint64_t shuffle_;
  std::uint64_t sequence_ = 0;
  std::map<EventKey, std::function<void()>> events_;
  std::map<Id, SimStream*> streams_;
  /// Accepting ends on their way to the listener.
  std::map<Id, std::unique_ptr<net::Stream>> backlog_;
  std::vector<SimListener*> listeners_;
  std::vector<net::SocketAddress> silent_;
  std::vector<Id> flushes_;
  Id last_id_ = 0;
  std::uint16_t last_port_ = 20000;
  net::TimerQueue timers_;
  net::TurnHooks hooks_;
  net::LoopStats stats_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::vector<std::move_only_function<void()>> posted_;
};

}  // namespace wskit::test
