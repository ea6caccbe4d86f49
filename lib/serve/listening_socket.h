// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "serve/listen_address.h"
#include "serve/unique_fd.h"

namespace wskit::serve {

/// A bound, listening, non-blocking socket; the file of a unix socket is removed with it. Ours and
/// not libwebsockets', so that a port in use is an error (SO_REUSEPORT would share it with another
/// server without a word), unix sockets can have several threads, and accepting can stop.
class ListeningSocket {
 public:
  /// Fails with ErrorCode::listen_failed, naming the address and the reason.
  [[nodiscard]] static Expected<ListeningSocket> open(const ListenAddress& address);

  ListeningSocket(ListeningSocket&&) = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The address in use: with the port that the kernel chose.
  [[nodiscard]] const ListenAddress& address() const { return address_; }
  /// Refuses what has not been accepted, and all that comes.
  void close();

 private:
  ListeningSocket(UniqueFd fd, ListenAddress address)
      : fd_(std::move(fd)), address_(std::move(address)) {}

  UniqueFd fd_;
  ListenAddress address_;
};

}  // namespace wskit::serve
