// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/raw_client.h"

namespace wskit::test {

inline constexpr std::size_t kMiB = 1024;  // in KiB, as the kernel tells

/// A `wskit serve` as a process of its own, on a free port of loopback.
class ServerProcess {
 public:
  /// `service` is what it serves: "echo" or "pubsub".
  ServerProcess(const char* service, const std::vector<std::string>& options,
                unsigned open_files = 0)
      : process_(command(service, options), open_files) {
    const std::string url = process_.read_line();
    const std::size_t colon = url.rfind(':');
    REQUIRE(colon != std::string::npos);
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Process& process() { return process_; }

  /// Resident memory now ("VmRSS"), and the most that it has been ("VmHWM").
  [[nodiscard]] std::size_t memory_kib(std::string_view what) const {
    std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(what)) {
        return std::stoul(line.substr(what.size() + 1));
      }
    }
    FAIL("no " << what);
    return 0;
  }
  [[nodiscard]] std::size_t peak_kib() const { return memory_kib("VmHWM"); }

  /// Processor time so far.
  [[nodiscard]] std::chrono::milliseconds processor_time() const {
    constexpr int kUserTime = 11;  // of the fields after the name's closing bracket
    std::ifstream stat("/proc/" + std::to_string(process_.pid()) + "/stat");
    std::string text;
    std::getline(stat, text, ')');
    for (int i = 0; i < kUserTime; ++i) {
      stat >> text;
    }
    long user = 0;
    long system = 0;
    stat >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
  }

  /// The value of a metric, named without its "wskit_".
  [[nodiscard]] std::uint64_t metric(std::string_view name) const {
    const std::string body = get("/metrics");
    const std::size_t at = body.find("\nwskit_" + std::string(name) + " ");
    REQUIRE(at != std::string::npos);
    return std::stoull(body.substr(body.find(' ', at + 1) + 1));
  }
  [[nodiscard]] std::uint64_t refused_for(std::string_view limit) const {
    return metric("limit_refusals_total{limit=\"" + std::string(limit) + "\"}");
  }
  /// Asks until the limit has refused so much.
  void await_refusals(std::string_view limit, std::uint64_t wanted) const {
    const auto deadline = std::chrono::steady_clock::now() + Process::kPatience;
    while (refused_for(limit) < wanted && std::chrono::steady_clock::now() < deadline) {
    }
    CHECK(refused_for(limit) == wanted);
  }

  /// The whole answer to a request of these lines, each with its CR LF.
  [[nodiscard]] std::string answer(const std::string& lines, std::string_view body = {}) const {
    RawClient client(port_);
    std::string reply = client.request(std::string(lines).append("\r\n").append(body));
    return reply + client.read_all();
  }
  [[nodiscard]] std::string get(std::string_view target) const {
    return answer(std::string("GET ").append(target).append(" HTTP/1.1\r\nHost: x\r\n"));
  }
  [[nodiscard]] std::string post(std::string_view target, std::string_view body) const {
    return answer(std::string("POST ").append(target).append(" HTTP/1.1\r\nHost: x\r\n") +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n",
                  body);
  }
  /// A subscriber that gets what is published from now on.
  [[nodiscard]] RawClient subscriber(std::string_view path, std::string_view headers = {}) const {
    RawClient client(port_);
    REQUIRE(client.upgrade(headers, path));
    constexpr unsigned kPingFrame = 0x89;
    constexpr unsigned kPongOpcode = 10;
    client.send_frame(kPingFrame, "there?");
    const auto pong = client.read_frame();
    REQUIRE(pong.has_value());
    REQUIRE(pong->opcode == kPongOpcode);
    return client;
  }

 private:
  static std::vector<std::string> command(const char* service,
                                          const std::vector<std::string>& options) {
    std::vector<std::string> all{WSKIT_BINARY, "serve", service, "--listen", "127.0.0.1:0"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  Process process_;
  std::uint16_t port_ = 0;
};

class EchoProcess final : public ServerProcess {
 public:
  explicit EchoProcess(const std::vector<std::string>& options, unsigned open_files = 0)
      : ServerProcess("echo", options, open_files) {}
};

class PubSubProcess final : public ServerProcess {
 public:
  explicit PubSubProcess(const std::vector<std::string>& options, unsigned open_files = 0)
      : ServerProcess("pubsub", options, open_files) {}
};

/// Lets this process open as many files as it may.
inline void raise_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace wskit::test
