// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "relay/fault_plan.h"
#include "relay/joined_client.h"

struct evp_pkey_st;
struct x509_st;

namespace wskit::relay {

/// What a front has from the server that it stands before. All on the front's thread.
class FrontOwner {
 public:
  /// One end of a socket pair for a connection that asks something of the server; takes it over.
  virtual void on_joined(int socket, JoinedClient client) = 0;
  /// One line, about a connection that came to nothing.
  virtual void on_trouble(std::string_view line) = 0;

 protected:
  ~FrontOwner() = default;
};

/// OpenSSL's, borrowed until start() returns.
struct FrontCertificate {
  x509_st* certificate = nullptr;
  evp_pkey_st* key = nullptr;
  std::vector<x509_st*> chain = {};
};

struct FrontOptions {
  /// Requests may ask for faults of their own.
  bool takes_requests = false;
  /// From the accepted connection to the whole request, TLS included.
  Nanoseconds request_timeout = std::chrono::seconds(10);
  /// The server is one of pub/sub.
  bool pubsub = false;
  /// With one clients speak TLS, and the server gets what is inside.
  FrontCertificate certificate;
  /// For faults.
  FrontCertificate expired;
  FrontCertificate misnamed;
  /// net::TlsIdentity's, borrowed as well.
  std::vector<x509_st*> client_authorities = {};
  /// Whom such a certificate is for.
  std::string (*user_of)(const x509_st* certificate) = nullptr;
};

/// A relay in front of a server of the same process, on a thread of its own: for connections that
/// the server accepted and on which something is to go wrong.
class Front {
 public:
  /// `plan` and `owner` outlive it. Fails when the system or OpenSSL does.
  [[nodiscard]] static Expected<std::unique_ptr<Front>> start(const FrontOptions& options,
                                                              FaultPlan& plan, FrontOwner& owner);
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;
  /// Cuts what is left.
  ~Front();

  /// Takes over an accepted socket that does not block; `number` is the connection's, for rules
  /// and logs. Any thread.
  void take(int socket, std::uint64_t number);
  /// Waits until the connections have ended by themselves, for so long at most. Once, and nothing
  /// is taken afterwards.
  void finish(Nanoseconds patience);

 private:
  class Thread;
  explicit Front(std::unique_ptr<Thread> thread);

  std::unique_ptr<Thread> thread_;
  std::jthread runner_;
};

}  // namespace wskit::relay
