// SPDX-License-Identifier: MIT
#include "relay/front.h"

#include <optional>
#include <utility>

#include <sys/socket.h>

#include <fmt/format.h>

#include "net/descriptor.h"
#include "net/epoll_loop.h"
#include "net/socket_address.h"
#include "net/tls_acceptor.h"
#include "relay/pair_dialer.h"
#include "relay/relay.h"

namespace wskit::relay {
namespace {

net::SocketAddress peer_of_socket(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto& address = reinterpret_cast<sockaddr&>(storage);
  return ::getpeername(socket, &address, &size) == 0
             ? net::SocketAddress::from_kernel(address, size)
             : net::SocketAddress();
}

}  // namespace

/// All but take() and finish() belongs to the thread in run().
class Front::Thread final : RelayWatcher {
 public:
  Thread(net::LoopDescriptors descriptors, FrontOwner& owner)
      : owner_(owner), loop_(std::move(descriptors)), dialer_(loop_, owner) {}

  [[nodiscard]] Expected<void> prepare(const FrontOptions& options, FaultPlan& plan) {
    for (const auto& [certificate, acceptor] :
         {std::pair(&options.certificate, &tls_), std::pair(&options.expired, &expired_tls_),
          std::pair(&options.misnamed, &misnamed_tls_)}) {
      if (auto made = make_acceptor(*certificate, options.client_authorities, *acceptor); !made) {
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
    user_of_ = options.user_of;
    relay_.emplace(dialer_, std::move(relay), watcher);
    return {};
  }
  void run() {
    loop_.run();
    relay_.reset();
  }
  void take(int socket, std::uint64_t number) {
    loop_.post([this, number, accepted = net::Descriptor(socket)]() mutable {
      const net::SocketAddress peer = peer_of_socket(accepted.get());
      relay_->take(
          {.number = number, .stream = loop_.adopt(std::move(accepted), {}), .peer = peer});
    });
  }
  void finish(Nanoseconds patience) {
    loop_.post([this, patience] { relay_->drain(patience); });
  }
  void stop() { loop_.stop(); }

 private:
  [[nodiscard]] Expected<void> make_acceptor(const FrontCertificate& of,
                                             const std::vector<x509_st*>& client_authorities,
                                             std::unique_ptr<net::TlsAcceptor>& acceptor) {
    if (of.certificate == nullptr) {
      return {};
    }
    auto made = net::TlsAcceptor::create(loop_, {.certificate = of.certificate,
                                                 .key = of.key,
                                                 .chain = of.chain,
                                                 .client_authorities = client_authorities});
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
  void on_dialing(Link& link) override {
    JoinedClient client = link.describe_client();
    const x509_st* const certificate = net::TlsAcceptor::trusted_certificate(link.client_stream());
    if (certificate != nullptr && user_of_ != nullptr) {
      client.certificate_user = user_of_(certificate);
    }
    dialer_.announce(std::move(client));
  }
  void on_drained() override { loop_.stop(); }

  FrontOwner& owner_;
  net::EpollLoop loop_;
  PairDialer dialer_;
  std::string (*user_of_)(const x509_st*) = nullptr;
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
