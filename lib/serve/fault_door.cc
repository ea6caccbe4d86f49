// SPDX-License-Identifier: MIT
#include "serve/fault_door.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <sys/types.h>

#include "relay/asked_faults.h"

namespace wskit::serve {
namespace {

// Of a request line; a longer one is not looked at.
constexpr std::size_t kLookedAt = 8192;
constexpr double kPatienceSeconds = 0.25;
// A part of a line stays readable: until the rest is there, only time can be waited for.
constexpr double kSecondLook = 0.01;

std::string_view target_of(std::string_view line) {
  const std::size_t begin = std::min(line.find(' '), line.size());
  const std::string_view rest = line.substr(std::min(begin + 1, line.size()));
  return rest.substr(0, rest.find_first_of(" \r"));
}

struct Look {
  std::optional<bool> asks = std::nullopt;  // nothing: not to be said yet
  bool something = false;                   // came
};

Look look_at(int socket) {
  std::array<char, kLookedAt> bytes{};
  const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (size <= 0) {
    const bool nothing_yet = size < 0 && (errno == EAGAIN || errno == EINTR);
    return nothing_yet ? Look{} : Look{.asks = false, .something = true};
  }
  const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos && text.size() < bytes.size()) {
    return {.something = true};
  }
  return {.asks = relay::asks_for_faults(target_of(text.substr(0, end))), .something = true};
}

}  // namespace

class FaultDoor::Waiting {
 public:
  Waiting(FaultDoor& door, UniqueFd connection, std::uint64_t number)
      : door_(door),
        visitor_{.connection = std::move(connection), .number = number},
        readable_(door.loop_),
        again_(door.loop_),
        patience_(door.loop_) {
    readable_.set<Waiting, &Waiting::look>(this);
    again_.set<Waiting, &Waiting::look>(this);
    patience_.set<Waiting, &Waiting::give_up>(this);
    readable_.start(visitor_.connection.get(), ev::READ);
    patience_.start(kPatienceSeconds);
  }

  [[nodiscard]] Visitor take(bool asks) {
    readable_.stop();
    visitor_.asks = asks;
    return std::move(visitor_);
  }

 private:
  void look() noexcept {
    const Look seen = look_at(visitor_.connection.get());
    if (seen.asks) {
      door_.decide(*this, *seen.asks);
    } else if (seen.something) {
      readable_.stop();
      again_.start(kSecondLook);
    }
  }
  void give_up() noexcept { door_.decide(*this, false); }

  FaultDoor& door_;
  Visitor visitor_;
  ev::io readable_;
  ev::timer again_;
  ev::timer patience_;
};

FaultDoor::FaultDoor(ev::loop_ref loop, Handler handler)
    : loop_(loop), handler_(std::move(handler)) {}

FaultDoor::~FaultDoor() = default;

void FaultDoor::take(UniqueFd connection, std::uint64_t number) {
  if (const Look seen = look_at(connection.get()); seen.asks) {
    handler_({.connection = std::move(connection), .number = number, .asks = *seen.asks});
    return;
  }
  waiting_.push_back(std::make_unique<Waiting>(*this, std::move(connection), number));
}

void FaultDoor::close() {
  waiting_.clear();
}

void FaultDoor::decide(Waiting& waiting, bool asks) {
  const auto found = std::ranges::find(waiting_, &waiting, &std::unique_ptr<Waiting>::get);
  const std::unique_ptr<Waiting> decided = std::move(*found);
  std::swap(*found, waiting_.back());
  waiting_.pop_back();
  handler_(decided->take(asks));
}

}  // namespace wskit::serve
