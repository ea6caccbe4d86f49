// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

struct lws;

namespace wskit::serve {

class ServiceThread;

/// The writing side of a connection: what is queued in a turn leaves in one write at its end.
/// libwebsockets buffers what the kernel does not take; nothing more is given to it until that is
/// gone, so that it never holds more than one write.
class Outlet {
 public:
  Outlet(lws* connection, ServiceThread& thread);
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;
  virtual ~Outlet() = default;

  [[nodiscard]] lws* connection() const { return connection_; }
  [[nodiscard]] ServiceThread& thread() const { return thread_; }
  /// There is something to write: flush() is called at the end of the turn.
  void mark_dirty();
  /// Writes what is queued. False when the connection is dead and must be cut.
  [[nodiscard]] virtual bool flush() = 0;
  /// The connection is about to be cut.
  virtual void on_cut() {}

 protected:
  /// Of whole frames or of an answer, in the order of sending.
  [[nodiscard]] std::string& output() { return out_; }
  /// Bytes in output().
  [[nodiscard]] std::size_t queued() const;
  /// Writes output(). False when the connection is dead.
  [[nodiscard]] bool write_out();
  /// libwebsockets still has bytes of the last write.
  [[nodiscard]] bool blocked() const;
  /// The peer has acknowledged bytes since the last call.
  [[nodiscard]] bool takes_bytes();

 private:
  friend class ServiceThread;

  lws* connection_;
  ServiceThread& thread_;
  std::string out_;                 // after LWS_PRE bytes of headroom
  std::uint64_t acknowledged_ = 0;  // bytes, at the last look
  bool dirty_ = false;              // in the thread's list to flush
};

}  // namespace wskit::serve
