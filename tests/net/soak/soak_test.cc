// SPDX-License-Identifier: MIT
// WSKIT_SOAK_MESSAGES and WSKIT_SOAK_SEED make it as long, and as different, as one likes.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>

#include "tests/net/serve/server_process.h"
#include "tests/net/soak/soak_azure.h"
#include "tests/net/soak/soak_centrifugo.h"
#include "tests/net/soak/soak_publisher.h"
#include "tests/net/soak/soak_subscriber.h"

using namespace wskit::test;

namespace {

constexpr std::size_t kSubscribers = 40;  // by URL
constexpr std::size_t kAzures = 12;
constexpr std::size_t kCentrifugos = 8;
constexpr std::size_t kPosted = kSoakTopics - 1;  // the topic whose messages are posted
constexpr std::uint64_t kPostEvery = 100;         // messages of the others

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

class Soak {
 public:
  Soak(const PubSubProcess& server, std::uint64_t messages, std::uint64_t seed)
      : server_(server), messages_(messages) {
    for (std::size_t topic = 0; topic < kPosted; ++topic) {
      publishers_.push_back(std::make_unique<SoakPublisher>(server.port(), topic, report_));
    }
    auto next = static_cast<std::uint32_t>(seed * (kSubscribers + kAzures + kCentrifugos));
    for (std::size_t i = 0; i < kSubscribers; ++i) {
      subscribers_.push_back(std::make_unique<SoakSubscriber>(server.port(), next++, report_));
    }
    for (std::size_t i = 0; i < kAzures; ++i) {
      const SoakAzure::Place place{.port = server.port(), .seed = next++, .reliable = i % 3 != 0};
      subscribers_.push_back(std::make_unique<SoakAzure>(place, report_));
    }
    for (std::size_t i = 0; i < kCentrifugos; ++i) {
      subscribers_.push_back(std::make_unique<SoakCentrifugo>(server.port(), next++, report_));
    }
  }

  const SoakReport& run();
  [[nodiscard]] std::uint64_t published() const {
    return std::accumulate(numbers_.begin(), numbers_.end(), std::uint64_t{0});
  }

 private:
  void turn();
  void publish();
  [[nodiscard]] bool read_to_the_end() const;

  const PubSubProcess& server_;
  std::uint64_t messages_;
  SoakReport report_;
  std::vector<std::unique_ptr<SoakPublisher>> publishers_;
  std::vector<std::unique_ptr<SoakClient>> subscribers_;
  SoakNumbers numbers_{};  // of each topic's last message
};

void Soak::publish() {
  const std::uint64_t each = messages_ / publishers_.size();
  for (std::size_t i = 0; i < publishers_.size(); ++i) {
    publishers_[i]->send_until(each);
    numbers_[i] = publishers_[i]->published();
  }
  const std::uint64_t others = published() - numbers_[kPosted];
  if (others / kPostEvery > numbers_[kPosted]) {
    const std::uint64_t number = numbers_[kPosted] + 1;
    if (server_.post("/t/soak/" + std::to_string(kPosted), soak_message(kPosted, number))
            .starts_with("HTTP/1.1 200")) {
      numbers_[kPosted] = number;
    } else {
      report_.fault("a post was refused");
    }
  }
}

void Soak::turn() {
  constexpr int kPatience = 100;  // milliseconds
  std::vector<pollfd> polled;
  for (const auto& publisher : publishers_) {
    polled.push_back({publisher->fd(), POLLIN, 0});
  }
  for (const auto& subscriber : subscribers_) {
    polled.push_back({subscriber->fd(), POLLIN, 0});
  }
  ::poll(polled.data(), polled.size(), kPatience);
  for (std::size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents == 0) {
      continue;
    }
    if (i < publishers_.size()) {
      publishers_[i]->on_readable();
    } else {
      subscribers_[i - publishers_.size()]->on_readable();
    }
  }
}

bool Soak::read_to_the_end() const {
  return std::all_of(subscribers_.begin(), subscribers_.end(),
                     [this](const auto& one) { return one->complete(numbers_); });
}

const SoakReport& Soak::run() {
  const auto patience = std::chrono::seconds(30);
  std::uint64_t before = 0;
  auto moved = std::chrono::steady_clock::now();
  const auto stuck = [&] {
    if (published() != before) {
      before = published();
      moved = std::chrono::steady_clock::now();
    }
    return std::chrono::steady_clock::now() - moved > patience || report_.fault_count > 0;
  };
  // The posted ones come in addition.
  const std::uint64_t wanted = messages_ / publishers_.size() * publishers_.size();
  while (published() - numbers_[kPosted] < wanted && !stuck()) {
    publish();
    for (const auto& subscriber : subscribers_) {
      subscriber->act(published());
    }
    turn();
  }
  for (const auto& publisher : publishers_) {
    if (publisher->published() < messages_ / publishers_.size()) {
      report_.fault(publisher->text());
    }
  }
  for (const auto& subscriber : subscribers_) {
    subscriber->settle();
  }
  while (!read_to_the_end() && !stuck()) {
    turn();
  }
  for (const auto& subscriber : subscribers_) {
    if (!subscriber->complete(numbers_)) {
      report_.fault("not read to the end: " + subscriber->text());
    }
  }
  return report_;
}

// Why the server is not there any more, if that is what ends the run.
const SoakReport& run(Soak& soak, PubSubProcess& server) {
  try {
    return soak.run();
  } catch (const std::runtime_error& error) {
    const Exit exit = server.process().wait(std::chrono::seconds(5));
    FAIL(error.what() << "; the server's exit code is " << exit.code << ": " << exit.err);
  }
  throw std::logic_error("FAIL() does not come back");
}

void print(const SoakReport& report, std::uint64_t published) {
  std::cout << "published " << published;
  for (std::size_t i = 0; i < kWays; ++i) {
    std::cout << "\n"
              << name(static_cast<Way>(i)) << ": " << report.deliveries[i] << " deliveries in "
              << report.lives[i] << " connections";
  }
  std::cout << "\nresumed " << report.resumes << ", by another transport " << report.other_ways
            << "\ntold: lost " << report.lost_told << " times, dropped " << report.slow_told
            << " messages; closed " << report.closed << ", cut " << report.cut << "\n"
            << "sessions: " << report.half_open << " left half-open, " << report.sent_again
            << " messages sent again, " << report.sessions_unknown
            << " unknown; channels: " << report.recovered << " recovered, " << report.not_recovered
            << " not\n";
}

}  // namespace

TEST_CASE("subscribers that come and go get each message once and in order, or are told") {
  raise_open_files();
  const std::uint64_t messages = number_of("WSKIT_SOAK_MESSAGES", 20'000);
  std::vector<std::string> options{"--threads", "2", "--history", "400", "--max-queue", "128KiB"};
  for (const char* const rule :
       {"0=drop-old", "1=drop-new", "2=latest", "4=latest", "5=drop-old", "6=drop-new"}) {
    options.insert(options.end(), {"--slow", std::string("soak/") + rule});
  }
  PubSubProcess server(options);
  Soak soak(server, messages, number_of("WSKIT_SOAK_SEED", 1));
  const SoakReport& report = run(soak, server);
  print(report, soak.published());
  INFO(report.faults);
  CHECK(report.fault_count == 0);
  CHECK(soak.published() >= messages / kPosted * kPosted);
  for (std::size_t i = 0; i < kWays; ++i) {
    CHECK(report.deliveries[i] > 0);
  }
  // All of it is to happen: else nothing would be proven about it.
  CHECK(report.other_ways > 0);
  CHECK(report.lost_told > 0);
  CHECK(report.slow_told > 0);
  CHECK(report.closed > 0);
  CHECK(report.half_open > 0);
  CHECK(report.sent_again > 0);
  CHECK(report.recovered > 0);
  CHECK(report.not_recovered > 0);
}
