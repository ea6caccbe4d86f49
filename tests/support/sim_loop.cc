// SPDX-License-Identifier: MIT
#include "tests/support/sim_loop.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/check.h"
#include "net/socket_error.h"
#include "tests/support/sim_stream.h"

namespace wskit::test {
namespace {

constexpr Instant kForever = Instant::max();

/// splitmix64's finalizer.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace

SimLoop::~SimLoop() {
  posted_.clear();
  backlog_.clear();
  check(streams_.empty() && listeners_.empty(),
        "a loop is destroyed after everything that was made from it");
}

void SimLoop::silence(const net::SocketAddress& address) {
  silent_.push_back(address);
}

std::unique_ptr<net::Stream> SimLoop::connect(const net::SocketAddress& peer,
                                              const net::SocketOptions& options,
                                              net::StreamHandler& handler) {
  auto stream = std::make_unique<SimStream>(*this, SimStream::Role::connector, peer.to_string());
  stream->set_handler(handler);
  const Id id = stream->id();
  if (chance(network.no_descriptors)) {
    schedule(id, now_, [this, id] {
      if (SimStream* const failed = find(id); failed != nullptr) {
        failed->fail({"open a socket", EMFILE});
      }
    });
    return stream;
  }
  net::SocketAddress from = options.source.family() == AF_UNSPEC
                                ? net::SocketAddress::ip("127.0.0.1", 0).value()
                                : options.source;
  if (from.port() == 0) {
    from.set_port(++last_port_);
  }
  schedule(id, now_ + network.to_listener, [=, this] { arrive(id, peer, from); });
  return stream;
}

void SimLoop::arrive(Id connector, const net::SocketAddress& to, const net::SocketAddress& from) {
  if (find(connector) == nullptr || std::ranges::find(silent_, to) != silent_.end()) {
    return;
  }
  Id acceptor = 0;
  if (listener_at(to) != nullptr) {
    auto stream = std::make_unique<SimStream>(*this, SimStream::Role::acceptor, from.to_string());
    stream->set_peer(connector);
    acceptor = stream->id();
    backlog_[acceptor] = std::move(stream);
  }
  schedule(connector, now_ + network.to_connector,
           [=, this] { answer(connector, acceptor, to, from); });
}

void SimLoop::answer(Id connector, Id acceptor, const net::SocketAddress& to,
                     const net::SocketAddress& from) {
  SimStream* const stream = find(connector);
  if (stream == nullptr) {
    backlog_.erase(acceptor);
  } else if (acceptor == 0) {
    stream->fail({"connect", ECONNREFUSED});
  } else {
    stream->set_peer(acceptor);
    // Before anything that the connecting end sends.
    schedule(acceptor, now_ + network.to_listener, [=, this] { accept(acceptor, to, from); });
    stream->connected();
  }
}

void SimLoop::accept(Id acceptor, const net::SocketAddress& to, const net::SocketAddress& from) {
  auto stream = std::move(backlog_[acceptor]);
  backlog_.erase(acceptor);
  const SimListener* const listener = listener_at(to);
  if (listener == nullptr) {
    stream->reset_on_close();
    return;
  }
  listener->handler().on_accept(std::move(stream), from);
  const SimStream* const accepted = find(acceptor);
  check(accepted == nullptr || accepted->has_handler(),
        "an accepted stream has a handler when on_accept() returns");
}

Expected<std::unique_ptr<net::Listener>> SimLoop::listen(const net::SocketAddress& address,
                                                         net::ListenHandler& handler) {
  net::SocketAddress bound = address;
  if (bound.family() != AF_UNIX && bound.port() == 0) {
    bound.set_port(++last_port_);
  }
  if (listener_at(bound) != nullptr) {
    return fail(ErrorCode::listen_failed,
                "listen on " + bound.to_string() + ": bind: Address already in use");
  }
  auto listener = std::make_unique<SimListener>(*this, bound, handler);
  listeners_.push_back(listener.get());
  return listener;
}

Expected<std::unique_ptr<net::FdWatch>> SimLoop::watch(int fd, net::FdHandler& /*handler*/) {
  return fail(ErrorCode::local_limit,
              "watch descriptor " + std::to_string(fd) + ": a simulation has no descriptors");
}

void SimLoop::post(std::move_only_function<void()> call) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(call));
}

void SimLoop::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

void SimLoop::run() {
  while (turn(kForever)) {
  }
  const std::lock_guard lock(mutex_);
  stopped_ = false;
}

void SimLoop::run_until(Instant end) {
  while (turn(end)) {
  }
  const std::lock_guard lock(mutex_);
  if (!std::exchange(stopped_, false)) {
    now_ = std::max(now_, end);
  }
}

bool SimLoop::turn(Instant end) {
  if (!move_clock(end)) {
    return false;
  }
  ++stats_.turns;
  complete();
  timers_.fire(now_);
  run_posted();
  hooks_.run();
  flush();
  return true;
}

bool SimLoop::move_clock(Instant end) {
  const std::lock_guard lock(mutex_);
  if (stopped_) {
    return false;
  }
  if (!posted_.empty() || !flushes_.empty() || !hooks_.empty()) {
    return true;
  }
  Instant next = kForever;
  if (!events_.empty()) {
    next = std::get<Instant>(events_.begin()->first);
  }
  if (!timers_.empty()) {
    next = std::min(next, timers_.next());
  }
  if (next == kForever || next > end) {
    return false;
  }
  if (next > now_) {
    stats_.waited += next - now_;
    now_ = next;
  }
  return true;
}

void SimLoop::complete() {
  // What happens at this instant as a consequence comes in the next turn.
  const auto last = events_.lower_bound({now_ + Nanoseconds(1), 0, 0});
  std::vector<std::function<void()>> due;
  for (auto event = events_.begin(); event != last; ++event) {
    due.push_back(std::move(event->second));
  }
  events_.erase(events_.begin(), last);
  for (const auto& act : due) {
    act();
  }
}

void SimLoop::run_posted() {
  std::vector<std::move_only_function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(posted_);
  }
  for (auto& call : calls) {
    call();
  }
}

void SimLoop::flush() {
  for (const Id id : std::exchange(flushes_, {})) {
    if (SimStream* const stream = find(id); stream != nullptr) {
      stream->flush();
    }
  }
}

SimLoop::Id SimLoop::add(SimStream& stream) {
  streams_[++last_id_] = &stream;
  return last_id_;
}

SimStream* SimLoop::find(Id id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

void SimLoop::remove(const SimListener& listener) {
  std::erase(listeners_, &listener);
}

SimListener* SimLoop::listener_at(const net::SocketAddress& address) const {
  const auto found = std::ranges::find_if(
      listeners_, [&](const SimListener* listener) { return listener->address() == address; });
  return found == listeners_.end() ? nullptr : *found;
}

void SimLoop::schedule(Id id, Instant due, std::function<void()> act) {
  std::uint64_t order = 0;
  if (network.reorder) {
    // The same for all that comes to one stream at one instant, so that its own order stays.
    order = mix(shuffle_ ^ mix(id) ^ static_cast<std::uint64_t>(due.time_since_epoch().count()));
  }
  events_.emplace(EventKey{due, order, ++sequence_}, std::move(act));
}

bool SimLoop::chance(double probability) {
  constexpr double kUnit = 0x1p-53;
  return probability > 0 && static_cast<double>(random_() >> 11U) * kUnit < probability;
}

std::size_t SimLoop::cut(std::size_t size, double probability) {
  return size > 1 && chance(probability) ? 1 + random_() % (size - 1) : size;
}

}  // namespace wskit::test
