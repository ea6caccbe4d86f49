// SPDX-License-Identifier: MIT
// Faults of wskit serve echo and pubsub, as raw sockets and curl see them.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/cli/proxy_process.h"
#include "tests/cli/pubsub_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

constexpr unsigned kText = 0x81;

Exit curl(std::vector<std::string> arguments) {
  const std::vector<std::string> front{"/usr/bin/env", "curl", "-sS", "--max-time", "20"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  return run(arguments);
}

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

std::string http(const EchoProcess& server, const std::string& path) {
  return "http" + server.url().substr(2, server.url().size() - 3) + path;
}

RawClient open(const std::string& url, std::string_view path = "/") {
  RawClient client(port_of(url));
  REQUIRE(client.upgrade({}, path));
  return client;
}

std::string echo(RawClient& client, const std::string& text) {
  REQUIRE(client.send_frame(kText, text));
  const auto frame = client.read_frame();
  return frame ? frame->payload : std::string();
}

/// Status and body.
std::string post(const std::string& url, const std::string& rule) {
  return curl({"-w", "%{http_code}", "-d", rule, url}).out;
}

std::string status_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-o", "/dev/null", "-w", "%{http_code}"});
  return curl(std::move(arguments)).out;
}

}  // namespace

TEST_CASE("serve echo lets a rule of the command line happen, says so, and counts it in the end") {
  EchoProcess server({"--fault", "close:4001,after:2,match:/room", "--fault", "fin,match:/never"});
  RawClient other = open(server.url(), "/");
  RawClient client = open(server.url(), "/room");
  CHECK(echo(client, "one") == "one");
  CHECK(echo(client, "two") == "two");
  CHECK(client.read_close() == 4001);
  CHECK(echo(other, "not mine") == "not mine");
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err,
             Catch::Contains("wskit serve echo: connection 2: fault close:4001,after:2,match:/room "
                             "at ") &&
                 Catch::Contains("fault close:4001,after:2,match:/room: once\n") &&
                 Catch::Contains("fault fin,match:/never: never\n"));
}

TEST_CASE("serve echo reads rules from a file, and is as quiet as it is told to be") {
  const ScratchFile rules("rules.txt");
  rules.write("# comes at once\nclose:4002\n");
  EchoProcess server({"--fault-file", rules.path(), "--quiet"});
  CHECK(open(server.url()).read_close() == 4002);
  server.process().signal(SIGTERM);
  CHECK(server.process().wait().err == "fault close:4002: once\n");
}

TEST_CASE("a request asks for faults of its own in its URL, and gets all of them") {
  const EchoProcess server;
  RawClient client = open(server.url(), "/echo?x=1&fault=close:4001,after:3&fault=duplicate");
  CHECK(echo(client, "one") == "one");
  CHECK(client.read_frame().value().payload == "one");
  CHECK(echo(client, "two") == "two");
  CHECK(client.read_frame().value().payload == "two");
  CHECK(echo(client, "three") == "three");
  CHECK(client.read_frame().value().payload == "three");
  CHECK(client.read_close() == 4001);
  RawClient decoded = open(server.url(), "/?fault=close%3A4003%2Creason%3Agood%20bye");
  CHECK(decoded.read_frame().value().payload.substr(2) == "good bye");
  RawClient unharmed = open(server.url());
  CHECK(echo(unharmed, "whole") == "whole");
}

TEST_CASE("a URL's rule that is none is answered with 400 and the reason") {
  const EchoProcess server;
  const auto answer = [&](const std::string& path) {
    RawClient client(port_of(server.url()));
    REQUIRE(client.send(upgrade_request({}, path)));
    return client.read_all();
  };
  CHECK_THAT(answer("/?fault=no-such"), Catch::StartsWith("HTTP/1.1 400 ") &&
                                            Catch::Contains("'no-such' is no fault; there are"));
  CHECK_THAT(answer("/?fault=close:4001,gap:1s"),
             Catch::StartsWith("HTTP/1.1 400 ") && Catch::Contains("'gap' is no key of close"));
  const Exit plain = curl({"-w", "%{http_code}", http(server, "/healthz?fault=drop")});
  CHECK_THAT(plain.out, Catch::StartsWith("fault=: drop is for WebSockets; an answer over plain "
                                          "HTTP can have") &&
                            Catch::EndsWith("400"));
}

TEST_CASE("a request line that comes piece by piece gets its fault, too") {
  const EchoProcess server;
  RawClient client(port_of(server.url()));
  const std::string request = upgrade_request({}, "/?fault=close:4001");
  for (std::size_t at = 0; at < 20; ++at) {
    REQUIRE(client.send(request.substr(at, 1)));
  }
  REQUIRE(client.send(request.substr(20)));
  CHECK_THAT(client.read_all(), Catch::StartsWith("HTTP/1.1 101 ") &&
                                    Catch::Contains(std::string("\x88\x02\x0f\xa1", 4)));
}

TEST_CASE("nobody asks for faults where --allow-faults says so") {
  const EchoProcess server({"--allow-faults", "off"});
  CHECK(status_of({http(server, "/healthz?fault=fin")}) == "403");
  CHECK(status_of({http(server, "/healthz")}) == "200");
  CHECK(status_of({http(server, "/faults")}) == "403");
  RawClient client(port_of(server.url()));
  CHECK_THAT(client.request(upgrade_request({}, "/?fault=fin")),
             Catch::StartsWith("HTTP/1.1 403 "));
  const EchoProcess with_rule({"--allow-faults", "off", "--fault", "close:4001"});
  CHECK(open(with_rule.url()).read_close() == 4001);
  CHECK(status_of({http(with_rule, "/healthz?fault=fin")}) == "403");
}

TEST_CASE("faults come and go over HTTP while the server runs") {
  const EchoProcess server;
  const std::string faults = http(server, "/faults");
  CHECK(curl({faults}).out == "{\"faults\":[]}\n");
  CHECK(post(faults, "close:4001,after:1") == "{\"id\":1,\"rule\":\"close:4001,after:1\"}\n201");
  CHECK(post(faults, "delay:10ms") == "{\"id\":2,\"rule\":\"delay:10ms\"}\n201");
  RawClient client = open(server.url());
  CHECK(echo(client, "one") == "one");
  CHECK(client.read_close() == 4001);
  const Json listed = result_of(curl({faults}));
  CHECK(listed == Json::parse(R"({"faults":[{"id":1,"rule":"close:4001,after:1","fired":1},
                                            {"id":2,"rule":"delay:10ms","fired":1}]})"));
  CHECK(result_of(curl({faults + "/2"}))["fired"] == 1);
  CHECK(status_of({"-X", "DELETE", faults + "/1"}) == "204");
  CHECK(status_of({"-X", "DELETE", faults + "/1"}) == "404");
  RawClient unclosed = open(server.url());
  CHECK(echo(unclosed, "one") == "one");
  CHECK(echo(unclosed, "two") == "two");
  CHECK(status_of({"-X", "DELETE", faults}) == "204");
  CHECK(curl({faults}).out == "{\"faults\":[]}\n");
}

TEST_CASE("a fault that is taken back ends on connections that stand") {
  const EchoProcess server;
  const std::string faults = http(server, "/faults");
  CHECK_THAT(post(faults, "corrupt"), Catch::EndsWith("201"));
  RawClient client = open(server.url());
  CHECK(echo(client, "broken") != "broken");
  CHECK(status_of({"-X", "DELETE", faults + "/1"}) == "204");
  CHECK(echo(client, "whole") == "whole");
}

TEST_CASE("requests for faults that are wrong are refused, each with its reason") {
  const EchoProcess server;
  const std::string faults = http(server, "/faults");
  CHECK_THAT(post(faults, "nothing"),
             Catch::StartsWith("'nothing' is no fault; there are") && Catch::EndsWith("400"));
  CHECK(status_of({"-X", "PUT", "-d", "fin", faults}) == "405");
  CHECK(status_of({faults + "/7"}) == "404");
  CHECK(status_of({faults + "/x"}) == "404");
  const std::string foreign = "Origin: http://evil.example";
  CHECK(status_of({"-H", foreign, "-d", "fin", faults}) == "403");
  CHECK(status_of({"-H", foreign, "-X", "DELETE", faults}) == "403");
  CHECK(curl({faults}).out == "{\"faults\":[]}\n");
  const EchoProcess open_to({"--allow-origin", "http://good.example"});
  CHECK_THAT(
      curl({"-i", "-H", "Origin: http://good.example", "-X", "OPTIONS", http(open_to, "/faults")})
          .out,
      Catch::Contains("Access-Control-Allow-Methods: GET, POST, DELETE, OPTIONS"));
}

TEST_CASE(
    "serve pubsub lets faults happen to WebSockets on topics, and counts them in its metrics") {
  const PubSubProcess server({"--fault", "drop,match:/t/lossy,every:2"});
  RawClient lossy(port_of(server.url("")));
  REQUIRE(lossy.upgrade({}, "/t/lossy"));
  RawClient asking(port_of(server.url("")));
  REQUIRE(asking.upgrade({}, "/t/other?echo=1&fault=close:4009,after:1"));
  for (const std::string text : {"1", "2", "3", "4"}) {
    CHECK(status_of({"-d", text, server.http_url("/t/lossy")}) == "200");
  }
  CHECK(lossy.read_frame().value().payload == "2");
  CHECK(lossy.read_frame().value().payload == "4");
  CHECK(echo(asking, "x") == "x");
  CHECK(asking.read_close() == 4009);
  CHECK_THAT(
      curl({server.http_url("/metrics")}).out,
      Catch::Contains("wskit_faults_fired_total{rule=\"drop,match:/t/lossy,every:2\"} 2\n") &&
          Catch::Contains("wskit_faults_fired_total{rule=\"close:4009,after:1\"} 1\n"));
}

TEST_CASE("server-sent events end in mid-stream, with a FIN or a RST") {
  const PubSubProcess server;
  const auto subscribe = [&](const std::string& fault) {
    RawClient client(port_of(server.url("")));
    REQUIRE(client.send("GET /t/news?after=0&fault=" + fault +
                        " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"));
    return client;
  };
  for (const std::string text : {"first", "second", "third"}) {
    CHECK(status_of({"-d", text, server.http_url("/t/news")}) == "200");
  }
  RawClient cut = subscribe("fin,after:2");
  const std::string seen = cut.read_all();
  CHECK_THAT(seen, Catch::StartsWith("HTTP/1.1 200 ") && Catch::Contains("data: second") &&
                       !Catch::Contains("data: third"));
  CHECK_FALSE(cut.was_reset());
  RawClient broken = subscribe("rst,after:1");
  (void)broken.read_all();
  CHECK(broken.was_reset());
}

TEST_CASE("a long poll is late, refused, or stops in the middle of its answer") {
  const PubSubProcess server;
  CHECK(status_of({"-d", "x", server.http_url("/t/news")}) == "200");
  const std::string poll = server.http_url("/t/news?after=0&fault=");
  const auto start = std::chrono::steady_clock::now();
  CHECK_THAT(curl({poll + "upgrade-delay:200ms"}).out, Catch::Contains("\"data\":\"x\""));
  CHECK(std::chrono::steady_clock::now() - start >= 190ms);
  const Exit refused = curl({"-i", poll + "reject:429,header:Retry-After:%207,body:slow%20down"});
  CHECK_THAT(refused.out, Catch::StartsWith("HTTP/1.1 429 ") &&
                              Catch::Contains("Retry-After: 7\r\n") &&
                              Catch::EndsWith("slow down\n"));
  CHECK(curl({"--max-time", "1", poll + "upgrade-stall:9"}).code == 28);
  CHECK(curl({poll + "fin"}).code == 18);  // curl: the answer is not complete
}

TEST_CASE("only those who may do everything see to faults where users have rights") {
  const ScratchFile tokens("tokens.txt");
  tokens.write(
      "all ann\nsome tom {\"publish\":[\"news\"]}\nfilters eve "
      "{\"publish\":[\"#\"],\"subscribe\":[\"#\"]}\n");
  const PubSubProcess server({"--auth-tokens", tokens.path()});
  const std::string faults = server.http_url("/faults");
  CHECK(status_of({faults}) == "401");
  CHECK(status_of({"-d", "fin", faults}) == "401");
  CHECK(status_of({"--oauth2-bearer", "some", "-d", "fin", faults}) == "403");
  CHECK(status_of({"--oauth2-bearer", "some", faults}) == "403");
  CHECK(status_of({"--oauth2-bearer", "all", "-d", "delay:1ms", faults}) == "201");
  CHECK(status_of({"--oauth2-bearer", "filters", "-d", "delay:1ms", faults}) == "201");
}

TEST_CASE("serve echo with TLS lets faults happen inside of it") {
  EchoProcess server({"--self-signed", "--fault", "close:4001,after:1"});
  const Exit exit = test::wskit({"send", "-k", server.url(), "hello", "--wait", "5s"});
  CHECK(exit.out == "hello\n");
  CHECK(exit.code == 56);
  CHECK_THAT(exit.err, Catch::Contains("4001"));
}

TEST_CASE("curl finds the certificate that has expired, or is for another name, and late TLS") {
  const EchoProcess plain;
  const auto outcome = [&](const std::string& rule, bool proxy) {
    const ScratchFile trusted("ca.pem");
    std::vector<std::string> options{"--self-signed", "--write-ca", trusted.path(), "--fault",
                                     rule};
    std::vector<std::string> look{"--cacert", trusted.path(), "-w", "%{time_appconnect}"};
    if (proxy) {
      const ProxyProcess server(plain.url(), options);
      look.push_back("https" + server.url().substr(3) + "healthz");
      return curl(look);
    }
    const EchoProcess server(options);
    look.push_back("https" + server.url().substr(3) + "healthz");
    return curl(look);
  };
  for (const bool proxy : {false, true}) {
    INFO(proxy);
    const Exit expired = outcome("certificate:expired", proxy);
    CHECK(expired.code == 60);
    CHECK_THAT(expired.err, Catch::Contains("certificate has expired"));
    const Exit misnamed = outcome("certificate:wrong-name", proxy);
    CHECK(misnamed.code == 60);
    CHECK_THAT(misnamed.err, Catch::Contains("no alternative certificate subject name"));
    const Exit late = outcome("tls-delay:300ms", proxy);
    CHECK_THAT(late.out, Catch::StartsWith("ok\n"));
    CHECK(std::stod(late.out.substr(3)) >= 0.3);
    const Exit other = outcome("certificate:expired,conn:2", proxy);
    CHECK(other.code == 0);
  }
}

TEST_CASE("a request that goes on is refused by the wrong node, a first one is not") {
  const PubSubProcess server({"--fault", "wrong-node"});
  const std::string posted = curl({"-d", "x", server.http_url("/t/news")}).out;
  const std::string cursor = Json::parse(posted)["cursor"];
  CHECK(status_of({server.http_url("/t/news?after=0")}) == "200");
  const Exit refused = curl({"-w", "%{http_code}", server.http_url("/t/news?after=" + cursor)});
  CHECK(refused.out == "another node has this session (fault wrong-node)\n400");
  CHECK(status_of({"-H", "Last-Event-ID: " + cursor, "-H", "Accept: text/event-stream",
                   server.http_url("/t/news")}) == "400");
  RawClient client(port_of(server.url("")));
  CHECK_THAT(client.request(upgrade_request({}, "/client/hubs/h?awps_connection_id=a")),
             Catch::StartsWith("HTTP/1.1 400 "));
}

TEST_CASE("a client that comes back finds its history gone, or its epoch over") {
  const PubSubProcess server;
  const std::string first = curl({"-d", "one", server.http_url("/t/news")}).out;
  const std::string cursor = Json::parse(first)["cursor"];
  CHECK(status_of({"-d", "two", server.http_url("/t/news")}) == "200");
  const std::string back = server.http_url("/t/news?after=" + cursor);
  CHECK_THAT(curl({back}).out, Catch::Contains("\"data\":\"two\""));
  for (const std::string fault : {"history-truncated", "epoch-changed"}) {
    INFO(fault);
    CHECK(status_of({back + "&fault=" + fault}) == "410");
    CHECK_THAT(
        curl({"--max-time", "1", "-H", "Accept: text/event-stream", back + "&fault=" + fault}).out,
        Catch::Contains("event: gap\n"));
    RawClient raw(port_of(server.url("")));
    REQUIRE(raw.upgrade({}, "/t/news?after=" + cursor + "&fault=" + fault));
    CHECK(raw.read_close() == 1008);
    CHECK_THAT(curl({server.http_url("/t/news?after=0&fault=" + fault)}).out,
               Catch::Contains("\"data\":\"one\""));
  }
}

TEST_CASE("how often each rule happened is written as JSON in the end") {
  const ScratchFile report("faults.json");
  EchoProcess server({"--fault", "close:4001", "--fault-report", report.path(), "--quiet"});
  CHECK(open(server.url()).read_close() == 4001);
  CHECK(open(server.url(), "/?fault=delay:1ms").read_close() == 4001);
  server.process().signal(SIGTERM);
  CHECK(server.process().wait().code == 0);
  CHECK(Json::parse(report.content()) ==
        Json::parse(R"({"wskit_faults":1,"faults":[{"rule":"close:4001","fired":2}]})"));
  ProxyProcess proxy("ws://127.0.0.1:1/",
                     {"--fault", "fin", "--fault-report", report.path(), "--drain-time", "0s"});
  proxy.process().signal(SIGTERM);
  CHECK(proxy.process().wait().code == 0);
  CHECK(Json::parse(report.content()) ==
        Json::parse(R"({"wskit_faults":1,"faults":[{"rule":"fin","fired":0}]})"));
}

TEST_CASE("a server with faults ends in time, whatever they hold") {
  EchoProcess server({"--fault", "half-open", "--drain-time", "200ms"});
  RawClient client = open(server.url());
  server.process().signal(SIGTERM);
  CHECK(server.process().wait().code == 0);
}

TEST_CASE("options about faults that are wrong end with 2 and one line") {
  const auto complaint = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"serve", "echo", "--listen", "127.0.0.1:0"});
    const Exit exit = test::wskit(options);
    CHECK(exit.code == 2);
    return exit.err;
  };
  CHECK_THAT(complaint({"--fault", "close:70000"}),
             Catch::Contains("--fault: '70000' is not a whole number"));
  CHECK_THAT(complaint({"--fault", "nothing"}), Catch::Contains("'nothing' is no fault"));
  CHECK_THAT(complaint({"--fault", "certificate:expired"}),
             Catch::Contains("fault certificate needs TLS with clients"));
  CHECK_THAT(complaint({"--fault", "epoch-changed"}),
             Catch::Contains("epoch-changed is for wskit serve pubsub"));
  CHECK_THAT(complaint({"--allow-faults", "perhaps"}),
             Catch::Contains("'perhaps' is none of auto, on and off"));
  const ScratchFile rules("rules.txt");
  rules.write("close:4001\nnothing\n");
  CHECK_THAT(complaint({"--fault-file", rules.path()}), Catch::Contains("line 2: 'nothing'"));
}
