// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "net/epoll_set.h"
#include "net/loop.h"

namespace wskit::net {

/// Someone else's descriptor on an EpollLoop, level-triggered.
class EpollWatch final : public FdWatch, private EpollTarget {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<FdWatch>> create(EpollSet& set, int fd,
                                                                 FdHandler& handler);
  EpollWatch(EpollSet& set, int fd, FdHandler& handler);
  ~EpollWatch() override;

  void want(bool readable, bool writable) override;

 private:
  void on_events(std::uint32_t events) override;

  EpollSet& set_;
  FdHandler& handler_;
  EpollSet::Key key_;
  int fd_;
  std::uint32_t wanted_ = 0;
};

}  // namespace wskit::net
