// SPDX-License-Identifier: MIT
// What permessage-deflate costs: CPU time to compress and to restore a message, and what it saves.
// Prints one line of JSON for each kind of message and effort.
//   deflate_cost [MESSAGES]     default 20000 small ones, fewer of the large
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/check.h"
#include "wire/deflate.h"

namespace {

using namespace wskit;
using wire::DeflateEffort;
using wire::DeflateParameters;
using wire::Deflater;
using wire::Inflater;
using wire::Role;

struct Kind {
  std::size_t min_bytes;
  std::size_t max_bytes;
  std::size_t messages;
};

double cpu_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// JSON-like texts that share their keys and differ in their values.
std::vector<std::string> make_messages(const Kind& kind) {
  std::minstd_rand random(1);
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < kind.messages; ++i) {
    const std::size_t bytes = kind.min_bytes + random() % (kind.max_bytes - kind.min_bytes + 1);
    std::string message;
    while (message.size() < bytes) {
      message += fmt::format(
          R"({{"id":{},"type":"tick","symbol":"ABC{}","price":{}.{:02},"side":"buy"}},)", i,
          random() % 50, random() % 1000, random() % 100);
    }
    message.resize(bytes);
    messages.push_back(std::move(message));
  }
  return messages;
}

void inflate(Inflater& inflater, const std::string& payload, std::size_t expected_bytes) {
  static std::array<std::byte, 16'384> scratch;
  std::size_t inflated = 0;
  inflater.feed(as_bytes(payload), true);
  for (auto part = inflater.next(scratch); part && !part->empty(); part = inflater.next(scratch)) {
    inflated += part->size();
  }
  check(inflated == expected_bytes, "a message survives");
}

void measure(const std::vector<std::string>& messages, bool takeover, const DeflateEffort& effort) {
  const DeflateParameters parameters{.client_no_context_takeover = !takeover};
  Deflater deflater(parameters, Role::client, effort);
  Inflater inflater(parameters, Role::server);
  std::vector<std::string> payloads(messages.size());
  std::size_t plain_bytes = 0;
  std::size_t compressed_bytes = 0;

  const double before_deflate = cpu_nanoseconds();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    deflater.compress(as_bytes(messages[i]), true, payloads[i]);
  }
  const double before_inflate = cpu_nanoseconds();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    inflate(inflater, payloads[i], messages[i].size());
    plain_bytes += messages[i].size();
    compressed_bytes += payloads[i].size();
  }
  const double after = cpu_nanoseconds();

  const auto count = static_cast<double>(messages.size());
  fmt::print(
      R"({{"benchmark":"deflate_cost","mean_bytes":{:.0f},"takeover":{},"level":{},"mem_level":{},)"
      R"("deflate_ns":{:.0f},"inflate_ns":{:.0f},"ratio":{:.2f}}})"
      "\n",
      static_cast<double>(plain_bytes) / count, takeover, effort.level, effort.mem_level,
      (before_inflate - before_deflate) / count, (after - before_inflate) / count,
      static_cast<double>(plain_bytes) / static_cast<double>(compressed_bytes));
}

}  // namespace

int main(int argc, char* argv[]) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000;
  for (const Kind& kind : {Kind{20, 100, count}, Kind{1024, 1024, count / 4 + 1},
                           Kind{65'536, 65'536, count / 200 + 1}}) {
    const auto messages = make_messages(kind);
    for (const bool takeover : {true, false}) {
      for (const DeflateEffort& effort :
           {DeflateEffort{}, DeflateEffort{1, 8}, DeflateEffort{6, 5}, DeflateEffort{6, 8}}) {
        measure(messages, takeover, effort);
      }
    }
  }
  return 0;
}
