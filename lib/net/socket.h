// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>

#include "core/error.h"
#include "net/descriptor.h"
#include "net/loop.h"
#include "net/socket_address.h"
#include "net/socket_error.h"

namespace wskit::net {

/// A non-blocking stream socket for a connection to `peer`, with `options` applied and bound to
/// their source, not yet connecting. Adds the system calls it made to `calls`.
[[nodiscard]] std::expected<Descriptor, SystemFailure> open_socket(const SocketAddress& peer,
                                                                   const SocketOptions& options,
                                                                   std::uint64_t& calls);

/// A non-blocking socket that listens on `address`.
[[nodiscard]] Expected<Descriptor> open_listener(const SocketAddress& address);

struct Accepted {
  Descriptor socket;
  SocketAddress peer;
};

/// The next connection that waits on a listener, or errno.
[[nodiscard]] std::expected<Accepted, int> accept_from(int listener);

/// Removes the file of a unix socket that we listened on; other addresses have none.
void remove_socket_file(const SocketAddress& address);

/// The address that a socket is bound to.
[[nodiscard]] SocketAddress local_address(int fd);

void set_no_delay(int fd);
/// close() will reset the connection.
void set_reset_on_close(int fd);
/// Takes the pending error of a socket; 0 for none.
[[nodiscard]] int take_error(int fd);

}  // namespace wskit::net
