// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "net/socket_address.h"
#include "net/stream.h"
#include "net/timer.h"
#include "net/turn_hook.h"

namespace wskit::net {

enum class Backend : std::uint8_t { epoll, uring, simulated };

[[nodiscard]] std::string_view name(Backend backend) noexcept;

struct SocketOptions {
  /// Where the connection starts from; AF_UNSPEC leaves it to the kernel. With port 0 the port is
  /// chosen at connect (IP_BIND_ADDRESS_NO_PORT), so that one address serves every destination.
  SocketAddress source;
  /// SO_BINDTODEVICE; empty for none.
  std::string_view interface;
  /// SO_RCVBUF and SO_SNDBUF in bytes; 0 keeps the system's.
  int receive_buffer = 0;
  int send_buffer = 0;
};

class ListenHandler {
 public:
  /// A connection came in; set its handler before returning or let it go.
  virtual void on_accept(std::unique_ptr<Stream> stream, const SocketAddress& peer) = 0;
  /// accept() failed (out of descriptors, say); the listener has backed off and goes on by itself.
  virtual void on_accept_error(const Error& error) = 0;

 protected:
  ~ListenHandler() = default;
};

/// A listening socket; destroying it stops listening and leaves accepted streams alone.
class Listener {
 public:
  virtual ~Listener() = default;
  /// With the port that the kernel chose.
  [[nodiscard]] virtual const SocketAddress& address() const = 0;
};

class FdHandler {
 public:
  /// `readable` and `writable` as asked for; a hang-up or error counts as both.
  virtual void on_ready(bool readable, bool writable) = 0;

 protected:
  ~FdHandler() = default;
};

/// Watches a descriptor that the caller owns, for nothing until want() says for what; destroying it
/// ends the watch.
class FdWatch {
 public:
  virtual ~FdWatch() = default;
  virtual void want(bool readable, bool writable) = 0;
};

/// What a loop did so far.
struct LoopStats {
  std::uint64_t turns = 0;
  std::uint64_t system_calls = 0;
  /// Time spent waiting for events; the rest of the loop's time it was busy.
  Nanoseconds waited{0};
};

/// An event loop in completion style, one a thread, everything on that thread: only post() and
/// stop() may be called from others. A turn is: wait, completions, timers, posted calls, turn
/// hooks, then one send per stream that has something queued. Must be destroyed after everything
/// that was made from it, on the thread that ran it.
class Loop : public Clock {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] virtual Backend backend() const = 0;

  /// Starts a connection attempt; the outcome is on_connect or on_error, never inside this call.
  [[nodiscard]] virtual std::unique_ptr<Stream> connect(const SocketAddress& peer,
                                                        const SocketOptions& options,
                                                        StreamHandler& handler) = 0;

  /// Fails with the system's reason (address in use, permission).
  [[nodiscard]] virtual Expected<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                                                   ListenHandler& handler) = 0;

  /// `fd` must be one that epoll takes (not a regular file).
  [[nodiscard]] virtual Expected<std::unique_ptr<FdWatch>> watch(int fd, FdHandler& handler) = 0;

  [[nodiscard]] virtual TimerQueue& timers() = 0;
  virtual void at_turn_end(TurnHook& hook) = 0;

  /// Runs `call` on the loop's thread in a later turn. Any thread.
  virtual void post(std::move_only_function<void()> call) = 0;

  /// Turns until stop() is called; a stop() before run() makes it return at once.
  virtual void run() = 0;
  /// Any thread. The flag is cleared when run() returns.
  virtual void stop() = 0;

  [[nodiscard]] virtual LoopStats stats() const = 0;
};

enum class IoChoice : std::uint8_t { automatic, epoll, uring };

/// A loop for the calling thread. `automatic` takes io_uring where the kernel allows it, else
/// epoll; an explicit choice fails rather than falls back.
[[nodiscard]] Expected<std::unique_ptr<Loop>> make_loop(IoChoice choice);

}  // namespace wskit::net
