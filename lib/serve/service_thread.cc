// SPDX-License-Identifier: MIT
#include "serve/service_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <libwebsockets.h>
#include <sys/socket.h>

#include "core/units.h"
#include "serve/lws_log.h"

namespace wskit::serve {
namespace {

using std::chrono::milliseconds;

constexpr Nanoseconds kTick = milliseconds(50);
constexpr Nanoseconds kMaxCheckPeriod = milliseconds(1000);

// Looking at every connection costs; a quarter of the time-outs is exact enough.
Nanoseconds check_period(const ServerOptions& options) {
  const Nanoseconds shortest = options.ping_interval.count() > 0
                                   ? std::min(options.ping_interval, options.ping_timeout)
                                   : kMaxCheckPeriod;
  return std::clamp(shortest / 4, kTick, kMaxCheckPeriod);
}

}  // namespace

ServiceThread::ServiceThread(ServerState& state)
    : state_(state),
      loop_(static_cast<unsigned>(EVFLAG_NOENV) | static_cast<unsigned>(EVBACKEND_EPOLL)),
      asked_(loop_),
      tick_(loop_),
      turn_end_(loop_),
      events_({.sink = state.log, .numbers = state.logged_connections, .peers = peers_},
              state.options.log_events) {
  asked_.set<ServiceThread, &ServiceThread::on_asked>(this);
  asked_.start();
  tick_.set<ServiceThread, &ServiceThread::on_tick>(this);
  const double period = to_seconds(kTick);
  tick_.start(period, period);
  turn_end_.set<ServiceThread, &ServiceThread::end_turn>(this);
  turn_end_.start();
  if (state.options.stall) {
    stalls_.emplace(*state.options.stall, state.start);
    stall_timer_.emplace(loop_, [this] { stand_still(); });
    stall_timer_->set(stalls_->next_begin(now()));
  }
  service_ = state.service(*this);
}

Expected<std::unique_ptr<ServiceThread>> ServiceThread::create(ServerState& state) {
  const LwsLogScope log(state.log, state.clock);
  std::unique_ptr<ServiceThread> thread(new ServiceThread(state));
  auto created =
      thread->context_.create(*thread, thread->loop_.raw_loop, thread->upgrade_.protocol_name());
  if (!created) {
    return std::unexpected(std::move(created.error()));
  }
  return thread;
}

ServiceThread::~ServiceThread() {
  const LwsLogScope log(state_.log, state_.clock);
  context_.destroy();
  // What the handlers of connections hold on to goes after them.
  sessions_.clear();
  exchanges_.clear();
}

void ServiceThread::run() {
  const LwsLogScope log(state_.log, state_.clock);
  loop_.run(0);
}

void ServiceThread::adopt(UniqueFd connection, std::unique_ptr<relay::JoinedClient> client) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back({.connection = std::move(connection), .client = std::move(client)});
  }
  asked_.send();
}

std::expected<ConnectionPlaces::Place, Limit> ServiceThread::take_place(lws* connection) {
  const bool by_address = options().max_connections_per_address > 0;
  auto place =
      state_.places.take(by_address ? peers_.address_of(connection).network() : std::string());
  if (!place) {
    counts_.on_limited(place.error());
  }
  return place;
}

void ServiceThread::ask(std::atomic<bool>& what) {
  what.store(true, std::memory_order_release);
  asked_.send();
  asked_while_still_.release();
}

void ServiceThread::on_asked() noexcept {
  if (stop_asked_.load(std::memory_order_acquire)) {
    loop_.break_loop(ev::ALL);
    return;
  }
  adopt_waiting();
  if (drain_asked_.load(std::memory_order_acquire) && !draining_) {
    begin_drain();
  }
}

void ServiceThread::adopt_waiting() {
  std::vector<Accepted> accepted;
  {
    const std::scoped_lock lock(mutex_);
    accepted.swap(waiting_);
  }
  if (draining_) {
    return;  // which closes them
  }
  for (Accepted& one : accepted) {
    counts_.on_accepted();
    const bool plain = one.client != nullptr;  // the relay has taken TLS off
    if (const lws* const adopted = context_.adopt(one.connection.release(), plain)) {
      openings_.add(adopted, now());
      peers_.add(adopted, std::move(one.client));
    }
  }
}

void ServiceThread::begin_drain() {
  draining_ = true;
  if (drain_handler_) {
    drain_handler_();
  }
  drain_start_ = now();
  drain_end_ = drain_start_ + options().drain_time;
  drained_sessions_ = sessions_.size();
  drained_exchanges_ = exchanges_.size();
  end_some(drain_start_);
  if (idle()) {
    loop_.break_loop(ev::ALL);
  }
}

// The last ones still need the time of their close handshake.
std::size_t ServiceThread::may_stay(std::size_t connections, Instant at) const {
  if (!options().drain_spread) {
    return 0;
  }
  const Nanoseconds whole = options().drain_time;
  const Nanoseconds spread = std::max(whole - options().close_timeout, whole / 2);
  const double left = 1 - std::chrono::duration<double>(at - drain_start_) / spread;
  return left <= 0 ? 0 : static_cast<std::size_t>(static_cast<double>(connections) * left);
}

void ServiceThread::end_some(Instant at) {
  const auto stays = [](const auto& connection) { return !connection->is_ending(); };
  auto open = static_cast<std::size_t>(std::ranges::count_if(sessions_, stays));
  for (std::size_t i = 0; open > may_stay(drained_sessions_, at); ++i) {
    if (stays(sessions_[i])) {
      sessions_[i]->start_drain({.code = options().drain_code, .reason = "server is stopping"});
      --open;
    }
  }
  open = static_cast<std::size_t>(std::ranges::count_if(exchanges_, stays));
  for (std::size_t i = 0; open > may_stay(drained_exchanges_, at); ++i) {
    if (stays(exchanges_[i])) {
      exchanges_[i]->on_drain();
      --open;
    }
  }
}

void ServiceThread::on_tick() noexcept {
  const Instant at = now();
  if (draining_ && at >= drain_end_) {
    loop_.break_loop(ev::ALL);
    return;
  }
  if (draining_) {
    end_some(at);
  }
  cut_overdue(at);
  if (at >= next_check_) {
    next_check_ = at + check_period(options());
    check_alive(at);
    // libwebsockets' libev plug-in does not re-arm its timer for an earlier deadline, so that a
    // handshake's could pass unnoticed on an idle server: a wake-up makes it look.
    context_.wake();
  }
}

// Both from the back, because cutting a connection takes it out of the lists.
void ServiceThread::cut_overdue(Instant at) {
  for (std::size_t i = ending_.size(); i-- > 0;) {
    if (at >= ending_[i]->end()) {
      cut(*ending_[i]);
    }
  }
}

void ServiceThread::check_alive(Instant at) {
  for (std::size_t i = sessions_.size(); i-- > 0;) {
    if (!sessions_[i]->check_alive(at)) {
      cut(*sessions_[i]);
    }
  }
  const Nanoseconds patience = options().ping_interval + options().ping_timeout;
  for (std::size_t i = exchanges_.size(); i-- > 0;) {
    if (!exchanges_[i]->check_alive(at, patience)) {
      cut(*exchanges_[i]);
    }
  }
}

void ServiceThread::end_turn() noexcept {
  service_->on_turn_end();
  flush_dirty();
  service_->on_turn_written();
}

void ServiceThread::flush_dirty() {
  if (dirty_.empty()) {
    return;
  }
  flushing_.swap(dirty_);
  for (Outlet*& outlet : flushing_) {
    if (outlet == nullptr) {
      continue;  // gone meanwhile
    }
    Outlet& flushed = *outlet;
    flushed.dirty_ = false;
    if (!flushed.flush()) {
      cut(flushed);
    }
  }
  flushing_.clear();
}

void ServiceThread::cut(Outlet& outlet) {
  lws* const connection = outlet.connection();
  outlet.on_cut();
  const std::size_t before = sessions_.size() + exchanges_.size();
  lws_set_timeout(connection, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
  if (sessions_.size() + exchanges_.size() == before) {
    // It wants to flush what it has buffered first, and has lost its own time limit for that.
    ::shutdown(lws_get_socket_fd(connection), SHUT_RDWR);
  }
}

bool ServiceThread::asked() const {
  return stop_asked_.load(std::memory_order_acquire) ||
         drain_asked_.load(std::memory_order_acquire);
}

void ServiceThread::stand_still() {
  const Instant begin = now();
  if (const auto end = stalls_->stalled_until(begin)) {
    while (!asked() && now() < *end) {
      (void)asked_while_still_.try_acquire_until(*end);
    }
  }
  if (!asked()) {
    stall_timer_->set(stalls_->next_begin(now()));
  }
  for (const auto& session : sessions_) {
    session->forgive(now() - begin);
  }
}

}  // namespace wskit::serve
