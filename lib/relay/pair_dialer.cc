// SPDX-License-Identifier: MIT
#include "relay/pair_dialer.h"

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/socket.h>

#include "net/descriptor.h"
#include "net/timer.h"

namespace wskit::relay {
namespace {

class PairDial final : public net::Dial, net::TimerHandler {
 public:
  PairDial(net::EpollLoop& loop, FrontOwner& owner, JoinedClient client, net::DialHandler& handler)
      : loop_(loop),
        owner_(owner),
        client_(std::move(client)),
        handler_(handler),
        later_(loop.timers(), *this) {
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
    owner_.on_joined(ends[1], std::move(client_));
    handler_.on_dialed(
        {.stream = loop_.adopt(net::Descriptor(ends[0]), {}),
         .times = {.started = now, .resolved = now, .connected = now, .secured = now},
         .tls = std::nullopt});
  }

  net::EpollLoop& loop_;
  FrontOwner& owner_;
  JoinedClient client_;
  net::DialHandler& handler_;
  net::Timer later_;
};

}  // namespace

void PairDialer::announce(JoinedClient client) {
  client_ = std::move(client);
}

std::unique_ptr<net::Dial> PairDialer::dial(const net::Endpoint& /*endpoint*/,
                                            net::DialHandler& handler) {
  return std::make_unique<PairDial>(loop_, owner_, std::exchange(client_, {}), handler);
}

}  // namespace wskit::relay
