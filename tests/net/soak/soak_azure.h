// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/net/soak/soak_client.h"
#include "tests/net/soak/soak_log.h"
#include "tests/net/soak/soak_visits.h"
#include "tests/net/soak/soak_wire.h"
#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

/// A subscriber by the subprotocols of Azure Web PubSub. With json.reliable.webpubsub.azure.v1 it
/// takes its session up again, and forgets what came before only when it is closed with 1008; with
/// the other one, each connection stands for itself.
class SoakAzure final : public SoakClient {
 public:
  struct Place {
    std::uint16_t port = 0;
    std::uint32_t seed = 0;
    bool reliable = false;
  };

  SoakAzure(const Place& place, SoakReport& report);
  SoakAzure(const SoakAzure&) = delete;
  SoakAzure& operator=(const SoakAzure&) = delete;

  void act(std::uint64_t published) override;
  void settle() override;
  [[nodiscard]] int fd() const override { return visits_.stalled() ? -1 : wire_.fd(); }
  void on_readable() override;
  [[nodiscard]] bool complete(const SoakNumbers& published) const override;
  [[nodiscard]] std::string text() const override;

 private:
  [[nodiscard]] Way way() const { return place_.reliable ? Way::reliable : Way::azure; }
  void fault(const std::string& what) { report_.fault(text() + ": " + what); }
  void begin_new();
  void come();
  void leave();
  void on_text(std::string_view text);
  void on_connected(std::string_view connection, std::string_view token);
  [[nodiscard]] bool is_next(std::uint64_t sequence);
  void on_message(std::string_view payload);
  void on_end();
  void on_dead_session();

  Place place_;
  SoakVisits visits_;
  SoakReport& report_;
  WireHandler handler_;
  SoakWire wire_{handler_};
  SoakSocket abandoned_;
  SoakLog log_;
  std::vector<std::string> groups_;
  std::string connection_;  // of the session; "": it begins anew
  std::string token_;
  std::uint64_t seen_ = 0;   // of the session: its sequenceIds
  std::uint64_t first_ = 0;  // of this connection
  bool greeted_ = false;
  std::size_t joins_ = 0;  // that were not answered
  std::string farewell_;
};

}  // namespace wskit::test
