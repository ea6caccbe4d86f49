// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "core/clock.h"
#include "serve/connection_places.h"

struct lws;

namespace wskit::serve {

class ServiceThread;

/// What waits to be written by an outlet, and may still change before that: messages that it shares
/// with others, and that are dropped when the peer is too slow.
class OutletSource {
 public:
  virtual ~OutletSource() = default;

  [[nodiscard]] virtual bool empty() const = 0;
  /// Appends what comes next: about `max_bytes`, or one piece if that is longer.
  virtual void take(std::string& out, std::size_t max_bytes) = 0;
};

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
  /// Takes what is to be written from there too, as long as the peer takes it; null: from nowhere.
  /// The source calls mark_dirty() when it is no longer empty, and outlives this or its own part in
  /// it.
  void set_source(OutletSource* source) { source_ = source; }
  /// The connection is ended in order soon after that, because whoever it is for may then no longer
  /// use it.
  void expire_at(Instant end) { expiry_ = end; }
  /// The connection is one of those that the server may have.
  void hold(ConnectionPlaces::Place place) { place_ = std::move(place); }
  [[nodiscard]] bool has_place() const { return static_cast<bool>(place_); }
  /// Writes what is queued. False when the connection is dead and must be cut.
  [[nodiscard]] virtual bool flush() = 0;
  /// The connection is about to be cut.
  virtual void on_cut() {}

 protected:
  /// Of whole frames or of an answer, in the order of sending.
  [[nodiscard]] std::string& output() { return out_; }
  /// There is something to take from the source, and the peer takes it.
  [[nodiscard]] bool can_take() const {
    return source_ != nullptr && !source_->empty() && !blocked();
  }
  /// Appends a part of the source, enough for a write.
  void take(std::string& out) { source_->take(out, kTakenBytes); }
  /// Bytes in output().
  [[nodiscard]] std::size_t queued() const;
  /// Writes output(). False when the connection is dead.
  [[nodiscard]] bool write_out();
  /// libwebsockets still has bytes of the last write.
  [[nodiscard]] bool blocked() const;
  [[nodiscard]] bool expired(Instant now) const { return now >= expiry_; }
  /// The peer has acknowledged bytes since the last call.
  [[nodiscard]] bool takes_bytes();

 private:
  friend class ServiceThread;

  // What the kernel takes of a stalled peer's is in the kernel; what it does not, libwebsockets
  // copies. So this bounds what a stalled peer costs beside its source.
  static constexpr std::size_t kTakenBytes = std::size_t{256} << 10;

  lws* connection_;
  ServiceThread& thread_;
  OutletSource* source_ = nullptr;
  std::string out_;                 // after LWS_PRE bytes of headroom
  std::uint64_t acknowledged_ = 0;  // bytes, at the last look
  Instant expiry_ = Instant::max();
  ConnectionPlaces::Place place_;
  bool dirty_ = false;  // in the thread's list to flush
};

}  // namespace wskit::serve
