// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <ev++.h>

#include "serve/unique_fd.h"

namespace wskit::serve {

/// Looks at the first line of accepted connections without taking it off: those that ask for a
/// fault in their URL go another way. One that says nothing soon is taken for one that does not.
class FaultDoor {
 public:
  struct Visitor {
    UniqueFd connection;
    std::uint64_t number = 0;
    bool asks = false;
  };
  using Handler = std::function<void(Visitor)>;

  FaultDoor(ev::loop_ref loop, Handler handler);
  ~FaultDoor();
  FaultDoor(const FaultDoor&) = delete;
  FaultDoor& operator=(const FaultDoor&) = delete;

  void take(UniqueFd connection, std::uint64_t number);
  /// Lets those go that were not decided about.
  void close();

 private:
  class Waiting;

  void decide(Waiting& waiting, bool asks);

  ev::loop_ref loop_;
  Handler handler_;
  std::vector<std::unique_ptr<Waiting>> waiting_;
};

}  // namespace wskit::serve
