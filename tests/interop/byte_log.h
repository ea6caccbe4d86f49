// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/proxy_process.h"
#include "tests/cli/wskit.h"
#include "tests/support/process.h"

namespace wskit::test {

[[nodiscard]] inline std::string port_of(const std::string& url) {
  const std::size_t colon = url.rfind(':');
  return url.substr(colon + 1, url.find('/', colon) - colon - 1);
}

/// The path of a file of make-certificates.
[[nodiscard, gnu::noinline]] inline std::string test_certificate(const std::string& file) {
  // g++ 12 computes impossible lengths for a std::string that it has inlined.
  std::string path = WSKIT_TEST_CERTIFICATES;
  return path.append("/").append(file);
}

/// Something that keeps count of the bytes of each connection that passes through it (byte_log.py).
class ByteLog {
 public:
  ByteLog(const std::string& url, bool tls)
      : process_(command(url, tls)),
        url_((tls ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + process_.read_line() + "/") {}

  [[nodiscard]] const std::string& url() const { return url_; }
  /// Once all connections are gone.
  [[nodiscard]] Json finish() {
    process_.signal(SIGTERM);
    const Exit exit = process_.wait();
    INFO(exit.err);
    REQUIRE(exit.code == 0);
    return parse_json(exit.out).value();
  }

 private:
  static std::vector<std::string> command(const std::string& url, bool tls) {
    const std::string here = WSKIT_INTEROP_DIRECTORY;
    std::vector<std::string> words;
    words.emplace_back(WSKIT_PYTHON);
    words.push_back(here + "/byte_log.py");
    words.push_back(port_of(url));
    if (tls) {
      words.insert(words.end(), {test_certificate("server.pem"), test_certificate("server.key")});
    }
    return words;
  }

  Process process_;
  std::string url_;
};

/// The connections of which the two logs differ, as they have them; empty for the same.
[[nodiscard]] inline std::string differences(const Json& outer, const Json& inner) {
  std::string text;
  for (const auto& [key, connection] : outer.items()) {
    const Json other = inner.value(key, Json());
    if (connection != other) {
      text += dump_json(connection) + "\nis on the other side\n" + dump_json(other) + "\n";
    }
  }
  return outer.size() == inner.size() ? text : text + "and there are not as many";
}

/// An echo server, and a proxy in front of it with a log of bytes on either side.
struct LoggedProxy {
  explicit LoggedProxy(bool tls, const std::vector<std::string>& options = {})
      : server(server_options(tls)),
        inner(server.url(), tls),
        proxy(inner.url(), proxy_options(tls, options)),
        outer(proxy.url(), tls) {}

  [[nodiscard]] const std::string& url() const { return outer.url(); }

  static std::vector<std::string> certificate(bool tls) {
    std::vector<std::string> options;
    if (tls) {
      options = {"--cert", test_certificate("server.pem"), "--key", test_certificate("server.key")};
    }
    return options;
  }
  static std::vector<std::string> server_options(bool tls) {
    std::vector<std::string> options = certificate(tls);
    options.insert(options.end(), {"--allow-origin", "*"});
    return options;
  }
  static std::vector<std::string> proxy_options(bool tls, const std::vector<std::string>& more) {
    std::vector<std::string> options = certificate(tls);
    if (tls) {
      options.insert(options.end(), {"--cacert", test_certificate("ca.pem")});
    }
    options.insert(options.end(), more.begin(), more.end());
    return options;
  }

  EchoProcess server;
  ByteLog inner;
  ProxyProcess proxy;
  ByteLog outer;
};

}  // namespace wskit::test
