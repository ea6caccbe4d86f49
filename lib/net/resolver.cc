// SPDX-License-Identifier: MIT
#include "net/resolver.h"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "net/look_up.h"
#include "net/loop.h"

namespace wskit::net {
namespace {

constexpr Nanoseconds kAnswerLife = std::chrono::minutes(1);
// Above this many names, those past their life are dropped when another one is asked for.
constexpr std::size_t kManyNames = 256;

using Addresses = std::vector<SocketAddress>;
using Outcome = Expected<Addresses>;
using Key = std::pair<std::string, int>;

/// One caller of resolve(). `dropped` is under the mutex of Names; `answer` belongs to the loop's
/// thread alone.
struct Ask {
  Loop& loop;
  std::uint16_t port;
  Resolver::Answer answer;
  bool dropped = false;
};

// Shared by the Resolution and, on the way to the loop, by the list of who waits or by the posted
// call: whichever goes last.
using AskPointer = std::shared_ptr<Ask>;

void set_ports(Addresses& addresses, std::uint16_t port) {
  for (SocketAddress& address : addresses) {
    address.set_port(port);
  }
}

void deliver(Ask& ask, Outcome outcome) {
  if (!ask.answer) {
    return;
  }
  if (outcome) {
    set_ports(*outcome, ask.port);
  }
  // The Resolution may be destroyed in the answer, and with it ask.answer.
  auto answer = std::exchange(ask.answer, nullptr);
  answer(outcome);
}

void post_answer(const AskPointer& ask, Outcome outcome) {
  ask->loop.post([ask, outcome = std::move(outcome)] { deliver(*ask, outcome); });
}

std::optional<Outcome> numeric(const HostQuery& query) {
  const auto address = SocketAddress::ip(query.host, 0);
  if (!address) {
    return std::nullopt;
  }
  if (query.family != AF_UNSPEC && address->family() != query.family) {
    return fail(ErrorCode::dns_not_found, fmt::format("resolve {}: not an {} address", query.host,
                                                      query.family == AF_INET ? "IPv4" : "IPv6"));
  }
  return Addresses{*address};
}

// What the resolver, its Resolutions and its thread share: the thread may be in a look-up of half a
// minute when the resolver goes, and is then left to end by itself.
class Names : public std::enable_shared_from_this<Names> {
 public:
  explicit Names(Resolver::LookUp look_up) : look_up_(std::move(look_up)) {}

  std::optional<Addresses> known(const Key& key, Instant now) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(key);
    if (found == names_.end() || !found->second.fresh(now)) {
      return std::nullopt;
    }
    return found->second.addresses;
  }

  /// Fails when there is no thread to do it.
  Expected<void> ask(const Key& key, const AskPointer& ask, Instant now) {
    const std::lock_guard lock(mutex_);
    if (auto started = start(); !started) {
      return started;
    }
    forget_stale(now);
    Name& name = names_[key];
    name.waiting.push_back(ask);
    if (!name.pending) {
      name.pending = true;
      name.asked = now;
      queue_.push_back(key);
      work_.notify_one();
    }
    return {};
  }

  void drop(Ask& ask) {
    const std::lock_guard lock(mutex_);
    ask.dropped = true;
  }

  void stop() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    work_.notify_one();
    if (!thread_.joinable()) {
      return;
    }
    if (looking_up_) {
      thread_.detach();
      return;
    }
    lock.unlock();
    thread_.join();
  }

 private:
  struct Name {
    bool pending = false;
    Instant asked;
    Addresses addresses;
    std::vector<AskPointer> waiting;

    [[nodiscard]] bool fresh(Instant now) const { return !pending && now - asked <= kAnswerLife; }
  };

  Expected<void> start() {
    if (thread_.joinable()) {
      return {};
    }
    // Signals are the business of the thread that waits for them.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    Expected<void> started;
    try {
      thread_ = std::thread([self = shared_from_this()] { self->run(); });
    } catch (const std::system_error& error) {
      started = fail(ErrorCode::dns_failed,
                     fmt::format("start the thread that resolves names: {}", error.what()));
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
  }

  void forget_stale(Instant now) {
    if (names_.size() > kManyNames) {
      std::erase_if(names_, [now](const auto& entry) {
        return !entry.second.pending && !entry.second.fresh(now);
      });
    }
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) {
        return;
      }
      const Key key = std::move(queue_.front());
      queue_.pop_front();
      looking_up_ = true;
      lock.unlock();
      auto outcome = look_up_(key.first, key.second);
      lock.lock();
      looking_up_ = false;
      if (!stopping_) {
        finish(key, std::move(outcome));
      }
    }
  }

  void finish(const Key& key, Outcome outcome) {
    const auto found = names_.find(key);
    const auto waiting = std::exchange(found->second.waiting, {});
    // Under the mutex: whoever dropped an ask may destroy its loop next, and waits for us in
    // drop().
    for (const AskPointer& ask : waiting) {
      if (!ask->dropped) {
        post_answer(ask, outcome);
      }
    }
    if (!outcome) {
      names_.erase(found);
      return;
    }
    found->second.pending = false;
    found->second.addresses = *std::move(outcome);
  }

  Resolver::LookUp look_up_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::thread thread_;
  bool stopping_ = false;
  bool looking_up_ = false;
  std::map<Key, Name> names_;
  std::deque<Key> queue_;
};

class OwnedResolution final : public Resolution {
 public:
  // `names` is shared so that a Resolution may go after the resolver.
  OwnedResolution(std::shared_ptr<Names> names, AskPointer ask)
      : names_(std::move(names)), ask_(std::move(ask)) {}
  OwnedResolution(const OwnedResolution&) = delete;
  OwnedResolution& operator=(const OwnedResolution&) = delete;
  ~OwnedResolution() override {
    names_->drop(*ask_);
    ask_->answer = nullptr;
  }

 private:
  std::shared_ptr<Names> names_;
  AskPointer ask_;
};

class ThreadResolver final : public Resolver {
 public:
  explicit ThreadResolver(LookUp look_up) : names_(std::make_shared<Names>(std::move(look_up))) {}
  ThreadResolver(const ThreadResolver&) = delete;
  ThreadResolver& operator=(const ThreadResolver&) = delete;
  ~ThreadResolver() override { names_->stop(); }

  std::optional<Addresses> known(const HostQuery& query, Instant now) override {
    const auto number = numeric(query);
    auto addresses = number && *number ? std::optional(**number)
                                       : names_->known({query.host, query.family}, now);
    if (addresses) {
      set_ports(*addresses, query.port);
    }
    return addresses;
  }

  std::unique_ptr<Resolution> resolve(Loop& loop, const HostQuery& query, Answer answer) override {
    const auto ask = std::make_shared<Ask>(loop, query.port, std::move(answer));
    const Key key{query.host, query.family};
    const Instant now = loop.now();
    auto outcome = numeric(query);
    if (!outcome) {
      outcome = names_->known(key, now);
    }
    if (!outcome) {
      if (const auto asked = names_->ask(key, ask, now); !asked) {
        outcome = std::unexpected(asked.error());
      }
    }
    if (outcome) {
      post_answer(ask, *std::move(outcome));
    }
    return std::make_unique<OwnedResolution>(names_, ask);
  }

 private:
  std::shared_ptr<Names> names_;
};

}  // namespace

std::unique_ptr<Resolver> Resolver::create() {
  return create(look_up);
}

std::unique_ptr<Resolver> Resolver::create(LookUp look_up) {
  return std::make_unique<ThreadResolver>(std::move(look_up));
}

}  // namespace wskit::net
