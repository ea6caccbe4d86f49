// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tests/net/soak/soak_client.h"
#include "tests/net/soak/soak_log.h"
#include "tests/net/soak/soak_visits.h"
#include "tests/net/soak/soak_wire.h"
#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

/// A subscriber by the Centrifugo JSON protocol: recovers each of its channels from where it was,
/// and forgets what came before only when it is told that this was not recovered.
class SoakCentrifugo final : public SoakClient {
 public:
  SoakCentrifugo(std::uint16_t port, std::uint32_t seed, SoakReport& report);
  SoakCentrifugo(const SoakCentrifugo&) = delete;
  SoakCentrifugo& operator=(const SoakCentrifugo&) = delete;

  void act(std::uint64_t published) override;
  void settle() override;
  [[nodiscard]] int fd() const override { return visits_.stalled() ? -1 : wire_.fd(); }
  void on_readable() override;
  [[nodiscard]] bool complete(const SoakNumbers& published) const override;
  [[nodiscard]] std::string text() const override;

 private:
  struct Channel {
    std::size_t topic = 0;
    std::string epoch;  // "": from now on
    std::uint64_t offset = 0;
    bool subscribed = false;  // within this connection
  };
  /// A line of the protocol; defined where JSON is.
  struct Line;

  void fault(const std::string& what) { report_.fault(text() + ": " + what); }
  void begin_new();
  void come();
  void leave();
  void on_line(const Line& line);
  void on_subscribed(Channel& channel, const Line& line);
  void on_publication(Channel& channel, const Line& line);
  void on_end();

  std::uint16_t port_;
  SoakVisits visits_;
  SoakReport& report_;
  WireHandler handler_;
  SoakWire wire_{handler_};
  SoakLog log_;
  std::map<std::string, Channel, std::less<>> channels_;
};

}  // namespace wskit::test
