// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "net/epoll_loop.h"

namespace wskit::net {

/// Someone else's descriptor on an EpollLoop, level-triggered.
class EpollWatch final : public FdWatch, private EpollTarget {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<FdWatch>> create(EpollLoop& loop, int fd,
                                                                 FdHandler& handler);
  EpollWatch(EpollLoop& loop, int fd, FdHandler& handler);
  ~EpollWatch() override;

  void want(bool readable, bool writable) override;

 private:
  void on_events(std::uint32_t events) override;

  EpollLoop& loop_;
  FdHandler& handler_;
  EpollLoop::Key key_;
  int fd_;
  std::uint32_t wanted_ = 0;
};

}  // namespace wskit::net
