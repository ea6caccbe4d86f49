// SPDX-License-Identifier: MIT
// Any text as a script: it is refused at a place that is in it, or understood, and then its tests
// are played against events that have nothing to do with it, for so many ticks of virtual time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "script/player.h"
#include "script/script_parser.h"

namespace {

using namespace wskit;
using namespace wskit::script;

constexpr int kMostTicks = 200;
constexpr std::size_t kMostTests = 4;

/// Opens whatever is asked for and answers every message with itself.
class EchoStage final : public Stage {
 public:
  void open(ClientIndex client, const OpenRequest& /*request*/) override {
    opening.push_back(client);
  }
  Expected<Room> send(ClientIndex client, const MessageView& message) override {
    if (echoes.size() < kMostEchoes) {
      echoes.push_back({client, {message.type, std::string(message.payload), message.code}});
    }
    return Room::more;
  }
  Expected<void> send_raw(ClientIndex /*client*/, std::string_view /*bytes*/) override {
    return {};
  }
  void drop(ClientIndex /*client*/) override {}
  void request(const PlayedHttpRequest& /*request*/) override { asked = true; }
  void step_played(std::uint16_t /*name*/, Nanoseconds duration) override {
    check(duration >= Nanoseconds(0), "a step takes no negative time");
  }

  static constexpr std::size_t kMostEchoes = 100;
  struct Echo {
    ClientIndex client;
    Message message;
  };
  std::vector<ClientIndex> opening;
  std::vector<Echo> echoes;
  bool asked = false;
};

void feed(Player& player, EchoStage& stage, Instant now) {
  for (const ClientIndex client : std::exchange(stage.opening, {})) {
    player.on_open(client, {.status = 101}, now);
  }
  for (const EchoStage::Echo& echo : std::exchange(stage.echoes, {})) {
    const MessageType type =
        echo.message.type == MessageType::ping ? MessageType::pong : echo.message.type;
    player.on_received(echo.client,
                       {.type = type, .payload = echo.message.payload, .code = echo.message.code},
                       now);
  }
  if (std::exchange(stage.asked, false)) {
    player.on_answer(PlayedHttpAnswer{.status = 200, .headers = {}, .body = R"({"token":"t"})"},
                     now);
  }
}

void play(const Script& script, const Test& test) {
  static const std::function<std::int64_t()> kClock = [] { return std::int64_t{1700000000000}; };
  EchoStage stage;
  const PlayerOptions options{.url = "ws://h/", .seed = 1, .wall_clock = &kClock};
  Player player(script, test, options, stage);
  Instant now{std::chrono::hours(1)};
  player.start(now);
  for (int tick = 0; tick < kMostTicks && !player.done(); ++tick) {
    feed(player, stage, now);
    if (player.done() || player.next_tick() == Instant::max()) {
      continue;
    }
    now = std::max(now, player.next_tick());
    player.tick(now);
  }
  player.break_off({.code = ErrorCode::timeout, .place = player.place(), .message = "enough"});
  check(player.done(), "a player that is told to end has ended");
  if (player.failure()) {
    const Place& place = player.failure()->place;
    check(place.file < script.files.size(), "a failure is in a file of the script");
    check(place.line >= 1 && place.line <= script.lines[place.file].size(), "and at a line of it");
  }
}

void check_error(const ScriptError& error) {
  check(error.line >= 1 && error.column >= 1, "lines and columns are from 1");
  check(error.column <= error.text.size() + 1, "a column is in its line");
  check(!error.message.empty(), "it says what was expected");
  check(error.describe().ends_with("^"), "a caret shows where");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = [text](const std::string& path) -> Expected<std::string> {
    if (path == "steps.inc") {
      return std::string("> from an include\n");
    }
    // "t.wst" includes itself: the depth has its limit.
    return path == "t.wst" ? Expected<std::string>(std::string(text))
                           : fail(ErrorCode::unreadable_file, "cannot read " + path);
  };
  for (const bool server : {false, true}) {
    const auto script = parse_script(
        "t.wst", text,
        {.variables = {{"host", "h"}},
         .environment = [](const std::string& name) { return std::optional<std::string>(name); },
         .read_file = read,
         .has_url = true,
         .server = server});
    if (!script) {
      check_error(script.error());
      continue;
    }
    for (std::size_t i = 0; i < std::min(script->tests.size(), kMostTests); ++i) {
      play(*script, script->tests[i]);
    }
  }
  return 0;
}
