// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/net/soak/soak_client.h"
#include "tests/net/soak/soak_log.h"
#include "tests/net/soak/soak_socket.h"
#include "tests/net/soak/soak_visits.h"
#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

/// A subscriber by URL: comes by one way and then another, and goes on with its cursor.
class SoakSubscriber final : public SoakClient {
 public:
  SoakSubscriber(std::uint16_t port, std::uint32_t seed, SoakReport& report);
  SoakSubscriber(const SoakSubscriber&) = delete;
  SoakSubscriber& operator=(const SoakSubscriber&) = delete;

  void act(std::uint64_t published) override;
  void settle() override;
  [[nodiscard]] int fd() const override { return visits_.stalled() ? -1 : socket_.fd(); }
  void on_readable() override;
  [[nodiscard]] bool complete(const SoakNumbers& published) const override;
  [[nodiscard]] std::string text() const override;

 private:
  void begin_new();
  void come();
  [[nodiscard]] std::string request() const;
  void leave();
  void on_end();
  void on_refused();
  void lose(std::uint64_t& counter);

  std::uint16_t port_;
  SoakVisits visits_;
  SoakReport& report_;
  WireHandler handler_;
  SoakLog log_;
  std::string query_;   // the topics, for a URL
  std::string cursor_;  // "": from now on
  Way way_ = Way::raw;
  std::unique_ptr<WireReader> reader_;
  SoakSocket socket_;
  std::string buffer_;
};

}  // namespace wskit::test
