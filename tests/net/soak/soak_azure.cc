// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_azure.h"

#include <utility>

#include "core/json.h"

namespace wskit::test {
namespace {

constexpr unsigned kAzureRefused = 1008;
constexpr unsigned kAzureLost = 1012;
constexpr unsigned kAzureSlow = 1013;

}  // namespace

SoakAzure::SoakAzure(const Place& place, SoakReport& report)
    : place_(place), visits_(place.seed), report_(report) {
  handler_.on_message = [this](std::string_view text, std::string_view /*cursor*/) {
    try {
      on_text(text);
    } catch (const Json::exception& error) {
      fault(std::string("not understood: ") + error.what());
    }
  };
  begin_new();
}

void SoakAzure::begin_new() {
  const std::uint64_t first = visits_.pick(0, kSoakTopics - 1);
  const std::uint64_t groups = visits_.pick(1, 3);
  groups_.clear();
  for (std::uint64_t i = 0; i < groups; ++i) {
    groups_.push_back("soak/" + std::to_string((first + i) % kSoakTopics));
  }
  connection_.clear();
  token_.clear();
  seen_ = 0;
  log_.forget();
}

void SoakAzure::act(std::uint64_t published) {
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

void SoakAzure::settle() {
  visits_.settle();
  if (!wire_.connected()) {
    come();
  }
}

void SoakAzure::come() {
  std::string path = "/client/hubs/soak";
  if (connection_.empty()) {
    log_.forget();
  } else {
    ++report_.resumes;
    path += "?awps_connection_id=" + connection_ + "&awps_reconnection_token=" + token_;
  }
  ++report_.lives[static_cast<std::size_t>(way())];
  greeted_ = false;
  first_ = 0;
  joins_ = 0;
  farewell_.clear();
  wire_.open({.port = place_.port,
              .path = std::move(path),
              .subprotocol =
                  place_.reliable ? "json.reliable.webpubsub.azure.v1" : "json.webpubsub.azure.v1",
              .small_buffer = visits_.small_buffer()});
}

void SoakAzure::leave() {
  if (place_.reliable && visits_.pick(0, 3) == 0) {
    // As when the network goes: the server does not know.
    ++report_.half_open;
    abandoned_ = wire_.abandon();
  } else {
    wire_.leave(static_cast<SoakWire::Ending>(visits_.pick(0, 2)));
  }
  if (visits_.pick(0, 19) == 0) {
    begin_new();
  }
}

void SoakAzure::on_readable() {
  if (!wire_.receive()) {
    on_end();
  }
}

void SoakAzure::on_text(std::string_view text) {
  const Json json = Json::parse(text);
  const std::string& type = json.at("type").get_ref<const std::string&>();
  if (type == "message") {
    if (!place_.reliable || is_next(json.at("sequenceId").get<std::uint64_t>())) {
      on_message(json.at("data").get_ref<const std::string&>());
    }
  } else if (type == "ack") {
    --joins_;
    if (!json.at("success").get<bool>()) {
      fault("refused: " + std::string(text));
    }
  } else if (json.at("event") == "connected") {
    on_connected(json.at("connectionId").get_ref<const std::string&>(),
                 json.value("reconnectionToken", ""));
  } else {
    farewell_ = json.at("message").get<std::string>();
  }
}

void SoakAzure::on_connected(std::string_view connection, std::string_view token) {
  greeted_ = true;
  if (!connection_.empty()) {
    if (connection != connection_ || token != token_) {
      fault("another session was taken up");
    }
    return;
  }
  if (place_.reliable) {
    connection_ = connection;
    token_ = token;
  }
  for (const std::string& group : groups_) {
    ++joins_;
    wire_.send(R"({"type":"joinGroup","group":")" + group + R"(","ackId":)" +
               std::to_string(joins_) + "}");
  }
}

// What was not acknowledged comes again at the begin of a connection, and only there.
bool SoakAzure::is_next(std::uint64_t sequence) {
  const std::uint64_t expected = first_ == 0 ? seen_ + 1 : first_ + 1;
  if (first_ == 0 ? sequence > expected : sequence != expected) {
    fault("sequenceId " + std::to_string(sequence) + " came where " + std::to_string(expected) +
          " was due");
  }
  first_ = sequence;
  if (sequence <= seen_) {
    ++report_.sent_again;
    return false;
  }
  seen_ = sequence;
  if (visits_.pick(0, 9) == 0) {
    wire_.send(R"({"type":"sequenceAck","sequenceId":)" + std::to_string(seen_) + "}");
  }
  return true;
}

void SoakAzure::on_message(std::string_view payload) {
  ++report_.deliveries[static_cast<std::size_t>(way())];
  if (const std::string wrong = log_.on_message(payload); !wrong.empty()) {
    fault(wrong);
  }
}

void SoakAzure::on_end() {
  if (wire_.end() == WireReader::End::refused) {
    fault("the upgrade was refused");
  } else if (wire_.end() != WireReader::End::closed) {
    ++report_.cut;
  } else if (wire_.close_code() == kAzureSlow || wire_.close_code() == kAzureLost) {
    ++report_.closed;
  } else if (wire_.close_code() == kAzureRefused && place_.reliable) {
    on_dead_session();
  } else {
    fault("closed with " + std::to_string(wire_.close_code()) + ": " + farewell_);
  }
  if (visits_.settling()) {
    come();
  }
}

void SoakAzure::on_dead_session() {
  if (farewell_.find("is unknown") == std::string::npos) {
    ++report_.lost_told;
  } else {
    ++report_.sessions_unknown;
  }
  begin_new();
}

bool SoakAzure::complete(const SoakNumbers& published) const {
  return wire_.connected() && greeted_ && joins_ == 0 && log_.complete(published);
}

std::string SoakAzure::text() const {
  std::string all(name(way()));
  for (const std::string& group : groups_) {
    all += " " + group;
  }
  return all + ": " + log_.text() + ", sequence " + std::to_string(seen_);
}

}  // namespace wskit::test
