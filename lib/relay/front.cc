// SPDX-License-Identifier: MIT
#include "relay/front.h"

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/socket.h>

#include <fmt/format.h>

#include "net/descriptor.h"
#include "net/dialer.h"
#include "net/epoll_loop.h"
#include "net/socket_address.h"
#include "net/tls_acceptor.h"
#include "relay/relay.h"

namespace wskit::relay {
namespace {

/// A connection to the server of the same process: one end of a pair, of which the owner gets the
/// other.
class PairDial final : public net::Dial, net::TimerHandler {
 public:
  PairDial(net::EpollLoop& loop, FrontOwner& owner, net::DialHandler& handler)
      : loop_(loop), owner_(owner), handler_(handler), later_(loop.timers(), *this) {
    later_.arm(loop.now());
  }

 private:
  void on_timer(Instant now) override {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      return handler_.on_dial_failed(
          {.code = ErrorCode::internal,
           .message = "socketpair: " + std::generic_category().message(errno)});
    }
    owner_.on_joined(ends[1]);
    handler_.on_dialed(
        {.stream = loop_.adopt(net::Descriptor(ends[0]), {}),
         .times = {.started = now, .resolved = now, .connected = now, .secured = now},
         .tls = std::nullopt});
  }

  net::EpollLoop& loop_;
  FrontOwner& owner_;
  net::DialHandler& handler_;
  net::Timer later_;
};

class PairDialer final : public net::Dialer {
 public:
  PairDialer(net::EpollLoop& loop, FrontOwner& owner) : loop_(loop), owner_(owner) {}

  [[nodiscard]] net::Loop& loop() override { return loop_; }
  [[nodiscard]] std::unique_ptr<net::Dial> dial(const net::Endpoint& /*endpoint*/,
                                                net::DialHandler& handler) override {
    return std::make_unique<PairDial>(loop_, owner_, handler);
  }

 private:
  net::EpollLoop& loop_;
  FrontOwner& owner_;
};

}  // namespace

/// All but take() and finish() belongs to the thread in run().
class Front::Thread final : RelayWatcher {
 public:
  Thread(net::LoopDescriptors descriptors, FrontOwner& owner)
      : owner_(owner),
        loop_(std::move(descriptors)),
        dialer_(std::make_unique<PairDialer>(loop_, owner)) {}

  [[nodiscard]] Expected<void> prepare(const FrontOptions& options, FaultPlan& plan) {
    for (const auto& [certificate, acceptor] :
         {std::pair(&options.certificate, &tls_), std::pair(&options.expired, &expired_tls_),
          std::pair(&options.misnamed, &misnamed_tls_)}) {
      if (auto made = make_acceptor(*certificate, *acceptor); !made) {
        return made;
      }
    }
    RelayOptions relay{
        .request = {.keep_host = true},
        .tls = tls_.get(),
        .faults = &plan,
        .http_faults = true,
        .asked_faults = options.takes_requests,
        .fault_place = {.tls = tls_ != nullptr, .pubsub = options.pubsub, .stands = true},
        .expired_tls = expired_tls_.get(),
        .misnamed_tls = misnamed_tls_.get(),
        .request_timeout = options.request_timeout};
    relay.request.target.target = "/";
    RelayWatcher& watcher = *this;
    relay_.emplace(*dialer_, std::move(relay), watcher);
    return {};
  }
  void run() {
    loop_.run();
    relay_.reset();
  }
  void take(int socket, std::uint64_t number) {
    loop_.post([this, number, accepted = net::Descriptor(socket)]() mutable {
      relay_->take(loop_.adopt(std::move(accepted), {}), number);
    });
  }
  void finish(Nanoseconds patience) {
    loop_.post([this, patience] { relay_->drain(patience); });
  }
  void stop() { loop_.stop(); }

 private:
  [[nodiscard]] Expected<void> make_acceptor(const FrontCertificate& of,
                                             std::unique_ptr<net::TlsAcceptor>& acceptor) {
    if (of.certificate == nullptr) {
      return {};
    }
    auto made = net::TlsAcceptor::create(
        loop_, {.certificate = of.certificate, .key = of.key, .chain = of.chain});
    if (!made) {
      return std::unexpected(std::move(made.error()));
    }
    acceptor = *std::move(made);
    return {};
  }
  void on_unreachable(std::uint64_t connection, const Error& error) override {
    owner_.on_trouble(fmt::format("connection {}: {}", connection, error.message));
  }
  void on_client_failed(std::uint64_t connection, const Error& error) override {
    on_unreachable(connection, error);
  }
  void on_accept_error(const Error& /*error*/) override {}
  void on_drained() override { loop_.stop(); }

  FrontOwner& owner_;
  net::EpollLoop loop_;
  std::unique_ptr<net::Dialer> dialer_;
  std::unique_ptr<net::TlsAcceptor> tls_;
  std::unique_ptr<net::TlsAcceptor> expired_tls_;
  std::unique_ptr<net::TlsAcceptor> misnamed_tls_;
  std::optional<Relay> relay_;
};

Front::Front(std::unique_ptr<Thread> thread) : thread_(std::move(thread)) {}

Front::~Front() {
  thread_->stop();
}

Expected<std::unique_ptr<Front>> Front::start(const FrontOptions& options, FaultPlan& plan,
                                              FrontOwner& owner) {
  auto descriptors = net::open_loop_descriptors();
  if (!descriptors) {
    return std::unexpected(std::move(descriptors.error()));
  }
  std::unique_ptr<Front> front(new Front(std::make_unique<Thread>(*std::move(descriptors), owner)));
  if (auto prepared = front->thread_->prepare(options, plan); !prepared) {
    return std::unexpected(std::move(prepared.error()));
  }
  front->runner_ = std::jthread([thread = front->thread_.get()] { thread->run(); });
  return front;
}

void Front::take(int socket, std::uint64_t number) {
  thread_->take(socket, number);
}

void Front::finish(Nanoseconds patience) {
  thread_->finish(patience);
  runner_.join();
}

}  // namespace wskit::relay
