// SPDX-License-Identifier: MIT
#include "load/limits.h"

#include <algorithm>
#include <fstream>

#include <sys/resource.h>

#include <fmt/format.h>

namespace wskit::load {
namespace {

/// Descriptors that are not connections: loops, resolver, result files, standard streams.
constexpr std::uint64_t kReserve = 64;
/// The kernel's default, for where /proc is not mounted.
constexpr std::uint64_t kDefaultPorts = 28'232;

std::uint64_t local_ports() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  return range >> low >> high && high >= low ? high - low + 1 : kDefaultPorts;
}

}  // namespace

Limits raise_limits() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  return {.open_files = files.rlim_cur, .local_ports = local_ports()};
}

Expected<void> check_limits(const Limits& limits, std::uint64_t connections, std::size_t sources,
                            bool uses_ports) {
  const std::uint64_t files = limits.open_files > kReserve ? limits.open_files - kReserve : 0;
  if (connections > files) {
    return fail(ErrorCode::local_limit,
                fmt::format("{} connections need more open files than this process may have: {} at "
                            "most ({} are kept for other things); use -c {}, raise the hard limit "
                            "(ulimit -Hn), or share the load among processes",
                            connections, limits.open_files, kReserve, files));
  }
  const std::uint64_t ports = limits.local_ports * std::max<std::uint64_t>(1, sources);
  if (uses_ports && connections > ports) {
    const std::uint64_t needed = (connections + limits.local_ports - 1) / limits.local_ports;
    return fail(ErrorCode::local_limit,
                fmt::format("{} connections need more local ports than there are: {} (one address "
                            "has {} to one server, net.ipv4.ip_local_port_range); use -c {}, or "
                            "give {} addresses with --source",
                            connections, ports, limits.local_ports, ports, needed));
  }
  return {};
}

}  // namespace wskit::load
