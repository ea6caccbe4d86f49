// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_centrifugo.h"

#include <algorithm>

#include "core/json.h"

namespace wskit::test {

struct SoakCentrifugo::Line {
  Json json;
};

namespace {

constexpr std::size_t kMine = static_cast<std::size_t>(Way::centrifugo);
constexpr unsigned kCentrifugoSlow = 3008;
constexpr unsigned kCentrifugoLost = 3010;
constexpr unsigned kCentrifugoNoPong = 3012;
constexpr unsigned kCentrifugoStale = 3502;  // it stalled before it could connect

}  // namespace

SoakCentrifugo::SoakCentrifugo(std::uint16_t port, std::uint32_t seed, SoakReport& report)
    : port_(port), visits_(seed), report_(report) {
  handler_.on_message = [this](std::string_view text, std::string_view /*cursor*/) {
    try {
      while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        on_line({Json::parse(line)});
        text.remove_prefix(std::min(line.size() + 1, text.size()));
      }
    } catch (const Json::exception& error) {
      fault(std::string("not understood: ") + error.what());
    }
  };
  begin_new();
}

void SoakCentrifugo::begin_new() {
  const std::uint64_t first = visits_.pick(0, kSoakTopics - 1);
  const std::uint64_t channels = visits_.pick(1, 3);
  channels_.clear();
  for (std::uint64_t i = 0; i < channels; ++i) {
    const std::size_t topic = (first + i) % kSoakTopics;
    channels_["soak/" + std::to_string(topic)].topic = topic;
  }
  log_.forget();
}

void SoakCentrifugo::act(std::uint64_t published) {
  wire_.flush();
  switch (visits_.next(wire_.connected(), published)) {
    case SoakVisits::Step::none:
      return;
    case SoakVisits::Step::come:
      come();
      return;
    case SoakVisits::Step::leave:
      leave();
      return;
  }
}

void SoakCentrifugo::settle() {
  visits_.settle();
  if (!wire_.connected()) {
    come();
  }
}

void SoakCentrifugo::come() {
  ++report_.lives[kMine];
  wire_.open({.port = port_,
              .path = "/connection/websocket",
              .subprotocol = "centrifuge-json",
              .small_buffer = visits_.small_buffer()});
  std::string commands = R"({"id":1,"connect":{}})";
  for (auto& [name, channel] : channels_) {
    Json subscribe{{"channel", name}};
    if (!channel.epoch.empty()) {
      ++report_.resumes;
      subscribe["recover"] = true;
      subscribe["epoch"] = channel.epoch;
      subscribe["offset"] = channel.offset;
    }
    channel.subscribed = false;
    // The topic is in the id, so that the reply, which does not name it, is for it.
    commands += "\n" + Json{{"id", channel.topic + 2}, {"subscribe", subscribe}}.dump();
  }
  wire_.send(commands);
}

void SoakCentrifugo::leave() {
  wire_.leave(static_cast<SoakWire::Ending>(visits_.pick(0, 2)));
  if (visits_.pick(0, 19) == 0) {
    begin_new();
  }
}

void SoakCentrifugo::on_readable() {
  if (!wire_.receive()) {
    on_end();
  }
}

void SoakCentrifugo::on_line(const Line& line) {
  const Json& json = line.json;
  if (json.empty()) {
    wire_.send("{}");  // the answer to a ping
  } else if (json.contains("subscribe")) {
    const std::size_t topic = json.at("id").get<std::size_t>() - 2;
    on_subscribed(channels_.at("soak/" + std::to_string(topic)), {json["subscribe"]});
  } else if (json.contains("push") && json["push"].contains("pub")) {
    const auto& push = json["push"];
    on_publication(channels_.at(push.at("channel").get_ref<const std::string&>()), {push["pub"]});
  } else if (!json.contains("connect")) {
    fault("unexpected: " + json.dump());
  }
}

void SoakCentrifugo::on_subscribed(Channel& channel, const Line& line) {
  const Json& reply = line.json;
  const auto epoch = reply.at("epoch").get<std::string>();
  const auto offset = reply.at("offset").get<std::uint64_t>();
  const bool asked = !channel.epoch.empty();
  const bool recovered = reply.value("recovered", false);
  channel.subscribed = true;
  if (asked != reply.value("was_recovering", false) || (recovered && !asked)) {
    fault("a recovery that was not asked for, or none that was: " + reply.dump());
  }
  if (!recovered) {
    report_.not_recovered += asked ? 1 : 0;
    log_.forget(channel.topic);
    channel.epoch = epoch;
    channel.offset = offset;
  } else {
    ++report_.recovered;
    if (epoch != channel.epoch) {
      fault("recovered from another epoch");
    }
  }
  for (const auto& publication : reply.value("publications", Json::array())) {
    on_publication(channel, {publication});
  }
}

void SoakCentrifugo::on_publication(Channel& channel, const Line& line) {
  const auto offset = line.json.at("offset").get<std::uint64_t>();
  ++report_.deliveries[kMine];
  if (!channel.subscribed || offset != channel.offset + 1) {
    fault("offset " + std::to_string(offset) + " came after " + std::to_string(channel.offset));
  }
  channel.offset = offset;
  const std::string wrong = log_.on_message(line.json.at("data").get_ref<const std::string&>());
  if (!wrong.empty()) {
    fault(wrong);
  }
}

void SoakCentrifugo::on_end() {
  const unsigned code = wire_.close_code();
  if (wire_.end() == WireReader::End::refused) {
    fault("the upgrade was refused");
  } else if (wire_.end() != WireReader::End::closed) {
    ++report_.cut;
  } else if (code == kCentrifugoSlow || code == kCentrifugoLost || code == kCentrifugoNoPong ||
             code == kCentrifugoStale) {
    ++report_.closed;
  } else {
    fault("closed with " + std::to_string(code));
  }
  if (visits_.settling()) {
    come();
  }
}

bool SoakCentrifugo::complete(const SoakNumbers& published) const {
  return wire_.connected() && log_.complete(published) &&
         std::all_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel.second.subscribed; });
}

std::string SoakCentrifugo::text() const {
  std::string all(name(Way::centrifugo));
  for (const auto& [name, channel] : channels_) {
    all += " " + name + "@" + std::to_string(channel.offset);
  }
  return all + ": " + log_.text();
}

}  // namespace wskit::test
