// SPDX-License-Identifier: MIT
// Tokens that implementations which are not ours have signed.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "core/json.h"
#include "serve/jwt.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::serve;
using namespace wskit::test;

namespace {

const std::string kHere = WSKIT_INTEROP_DIRECTORY;

std::vector<Json> lines_of(const std::vector<std::string>& command) {
  const Exit exit = run(command);
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  std::istringstream text(exit.out);
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(parse_json(line).value());
  }
  return lines;
}

JwtPolicy policy_for(const Json& line, const std::string& issuer) {
  const auto key = line.at("key").get<std::string>();
  return {.keys = {line.at("algorithm") == "HS256" ? JwtKey::from_secret(key).value()
                                                   : JwtKey::from_pem(key).value()},
          .audiences = {"wskit"},
          .issuer = issuer};
}

void check_lines(const std::vector<Json>& lines, const std::string& issuer) {
  for (const Json& line : lines) {
    const auto token = line.at("token").get<std::string>();
    const auto identity =
        verify_jwt(token, policy_for(line, issuer), std::chrono::system_clock::now());
    INFO(dump_json(line));
    CHECK((identity ? "" : name(identity.error().cause)) == line.at("end").get<std::string>());
    if (identity) {
      CHECK(identity->user == "ann");
      CHECK(identity->rights.may_subscribe("news/+"));
      CHECK_FALSE(identity->rights.may_publish("news/bob"));
    }
  }
}

}  // namespace

TEST_CASE("tokens of PyJWT are taken or refused as they should be") {
  const std::string python = WSKIT_PYTHON;
  if (run({python, "-c", "import jwt, cryptography"}).code != 0) {
    skip("python3-jwt is not installed; scripts/deps does it");
  }
  const auto lines = lines_of({python, kHere + "/tokens.py"});
  CHECK(lines.size() == 4 * 7 + 299);
  check_lines(lines, "pyjwt");
}

TEST_CASE("tokens of npm's jose are taken or refused as they should be") {
  const std::string modules = kHere + "/node_modules";
  if (!std::filesystem::exists(modules + "/jose/package.json")) {
    skip("npm's jose is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  const auto lines = lines_of({"/usr/bin/env", "node", kHere + "/tokens.js"});
  CHECK(lines.size() == 5 * 7 - 1);
  check_lines(lines, "jose");
}
