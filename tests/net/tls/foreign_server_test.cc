// SPDX-License-Identifier: MIT
// Servers that we did not write: openssl s_server and Python's ssl.
#include <string>

#include "tests/net/tls/dialing.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit::net;
using namespace wskit::test;
using wskit::ErrorCode;

namespace {

/// s_server that sends each line back reversed.
class ReversingServer {
 public:
  explicit ReversingServer(const std::vector<std::string>& options) : process_(command(options)) {
    // The line before it speaks of DH parameters.
    for (std::string line = "-"; port_ == 0 && !line.empty();) {
      line = process_.read_line();
      if (line.starts_with("ACCEPT ")) {
        port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
      }
    }
    REQUIRE(port_ != 0);
  }
  [[nodiscard]] Endpoint endpoint() const { return {"localhost", port_, {}, true}; }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& options) {
    std::vector<std::string> all{"/usr/bin/openssl",
                                 "s_server",
                                 "-accept",
                                 "127.0.0.1:0",
                                 "-rev",
                                 "-cert",
                                 certificate_path("server.pem"),
                                 "-key",
                                 certificate_path("server.key")};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  Process process_;
  std::uint16_t port_ = 0;
};

class PythonServer {
 public:
  explicit PythonServer(const std::vector<std::string>& arguments) : process(command(arguments)) {
    const std::string line = process.read_line();
    REQUIRE_FALSE(line.empty());
    port = static_cast<std::uint16_t>(std::stoi(line));
  }
  [[nodiscard]] Endpoint endpoint() const { return {"localhost", port, {}, true}; }

  Process process;
  std::uint16_t port = 0;

 private:
  static std::vector<std::string> command(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"/usr/bin/python3", WSKIT_TLS_ECHO_SERVER};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
};

void reverse_over(Loop& loop, const std::string& version_option, TlsVersion version) {
  const ReversingServer server({version_option});
  DialOptions options = trusting_dials();
  options.tls.resume_sessions = true;
  const TestDialer dialer(loop, options);
  for (int i = 0; i < 2; ++i) {
    const Dialing to(loop, *dialer.dialer, server.endpoint());
    REQUIRE(to.dialed);
    CHECK(to.dialed->tls->version == version);
    CHECK(to.dialed->tls->resumed == (i > 0));
    to.end->write("olleh\n");
    run_until(loop, [&] { return to.end->received == "hello\n"; });
    to.end->stream->finish();
    run_until(loop, [&] { return to.end->eofs + to.end->errors > 0; });
  }
}

}  // namespace

WSKIT_SOCKET_TEST("the server of openssl is spoken to in TLS 1.2 and its sessions resumed") {
  reverse_over(loop, "-tls1_2", TlsVersion::tls1_2);
}

WSKIT_SOCKET_TEST("the server of openssl is spoken to in TLS 1.3 and its sessions resumed") {
  reverse_over(loop, "-tls1_3", TlsVersion::tls1_3);
}

WSKIT_SOCKET_TEST("the server of openssl with TLS 1.1 alone is refused") {
  const ReversingServer server({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_alert);
}

WSKIT_SOCKET_TEST("the server of openssl without sessions is spoken to without resuming") {
  const ReversingServer server({"-no_ticket", "-no_cache"});
  DialOptions options = trusting_dials();
  options.tls.resume_sessions = true;
  const TestDialer dialer(loop, options);
  for (int i = 0; i < 2; ++i) {
    const Dialing to(loop, *dialer.dialer, server.endpoint());
    REQUIRE(to.dialed);
    CHECK_FALSE(to.dialed->tls->resumed);
    to.end->write("olleh\n");
    run_until(loop, [&] { return to.end->received == "hello\n"; });
  }
}

WSKIT_SOCKET_TEST("the server of Python sees the name asked for and ends with close_notify") {
  PythonServer server({certificate_path("server")});
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  REQUIRE(to.dialed);
  const std::string text(500'000, 'x');
  to.end->write(text);
  run_until(loop, [&] { return to.end->received.size() == text.size(); });
  to.end->stream->finish();
  run_until(loop, [&] { return to.end->eofs + to.end->errors > 0; });
  CHECK(to.end->eofs == 1);
  CHECK(server.process.read_line() == "sni localhost");
  CHECK(server.process.read_line() == "TLSv1.3 client none");
}

WSKIT_SOCKET_TEST("the server of Python sees the client certificate that it requires") {
  PythonServer server({certificate_path("server"), certificate_path("ca.pem")});
  DialOptions options = trusting_dials();
  options.tls.certificate_file = certificate_path("client.pem");
  options.tls.key_file = certificate_path("client.key");
  const TestDialer dialer(loop, options);
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  REQUIRE(to.dialed);
  CHECK(server.process.read_line() == "sni localhost");
  CHECK(server.process.read_line() == "TLSv1.3 client ((('commonName', 'wskit client'),),)");
  to.end->write("hello");
  run_until(loop, [&] { return to.end->received == "hello"; });
}

WSKIT_SOCKET_TEST("the server of Python refuses a client without the certificate it requires") {
  PythonServer server({certificate_path("server"), certificate_path("ca.pem")});
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  REQUIRE(to.dialed);
  run_until(loop, [&] { return to.end->errors > 0; });
  CHECK(to.end->error.code == ErrorCode::tls_alert);
  CHECK(to.end->error.message ==
        "server refused with TLS alert certificate_required (116); it wants a client certificate "
        "(--cert)");
}
