// SPDX-License-Identifier: MIT
// What the bytes of an opening handshake cost a client: key, request, parsing and judging the
// answer. No socket. Prints one line of JSON.
//   handshake_cost [HANDSHAKES]     default 100000
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include <fmt/format.h>

#include "core/check.h"
#include "wire/handshake.h"

namespace {

using namespace wskit;

double cpu_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

std::string answer_to(const std::string& key) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         wire::accept_for(key) + "\r\n\r\n";
}

}  // namespace

int main(int argc, char* argv[]) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
  wire::UpgradeOptions options;
  options.uri = wire::parse_uri("ws://127.0.0.1:9001/").value();
  const auto request = wire::UpgradeRequest::make(options).value();
  std::size_t bytes = 0;
  double answering = 0;
  const double begin = cpu_nanoseconds();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string key = wire::fresh_key();
    bytes += request.bytes(key).size();
    const double before_answer = cpu_nanoseconds();
    const std::string answer = answer_to(key);
    answering += cpu_nanoseconds() - before_answer;
    wire::ClientHandshake handshake(request, key);
    bytes += handshake.feed(answer);
    check(handshake.progress() == wire::ClientHandshake::Progress::accepted, "it is accepted");
  }
  const double spent = cpu_nanoseconds() - begin - answering;
  fmt::print(R"({{"benchmark":"handshake_cost","handshakes":{},"bytes":{},"client_ns":{:.0f}}})"
             "\n",
             count, bytes, spent / static_cast<double>(count));
  return 0;
}
