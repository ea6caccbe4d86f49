// SPDX-License-Identifier: MIT
#include "cli/cookie_options.h"

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/connect_options.h"
#include "cli/secrets.h"

namespace wskit::cli {
namespace {

constexpr std::size_t kMaxCookieFileBytes = std::size_t{16} << 20U;

Expected<http::CookieJar> read_cookie_file(const std::string& path) {
  const auto content = report::read_file(path, kMaxCookieFileBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  auto read = http::CookieJar::parse(*content);
  if (!read) {
    return fail(read.error().code, fmt::format("{}: {}", path, read.error().message));
  }
  return read;
}

}  // namespace

void add_cookie_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Request";
  app.add_option("--cookie", options.cookies,
                 "Cookie 'name=value', or @FILE for those of a cookie jar (repeatable)")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--cookie-jar", options.cookie_jar,
                 "Write the cookies of the jars read and of the server's answer to this file")
      ->type_name("FILE")
      ->group(group);
}

http::UnixTime unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Expected<http::CookieJar> read_cookies(const ConnectOptions& options) {
  http::CookieJar jar;
  for (const std::string& text : options.cookies) {
    if (!is_file(text) && text.find('=') == std::string::npos) {
      return fail(
          ErrorCode::usage,
          "--cookie: there is no '=': write NAME=VALUE, or @FILE for the cookies of a file");
    }
    if (!is_file(text)) {
      continue;
    }
    const auto read = read_cookie_file(text.substr(1));
    if (!read) {
      return std::unexpected(read.error());
    }
    jar.merge(*read);
  }
  return jar;
}

std::string literal_cookies(const ConnectOptions& options) {
  std::string literal;
  for (const std::string& text : options.cookies) {
    if (!is_file(text)) {
      literal.append(literal.empty() ? "" : "; ").append(text);
    }
  }
  return literal;
}

Expected<CookieFile> CookieFile::open(const ConnectOptions& options, http::CookieJar cookies) {
  CookieFile file(std::move(cookies));
  if (!options.cookie_jar.empty()) {
    auto pending = report::PendingFile::open(options.cookie_jar, report::Readers::owner);
    if (!pending) {
      return std::unexpected(std::move(pending.error()));
    }
    file.file_ = std::move(*pending);
  }
  return file;
}

void CookieFile::take(const wire::Uri& uri, const wire::Headers& answer) {
  cookies_.store(uri, answer, unix_time());
}

Expected<void> CookieFile::save() {
  return file_ ? file_->commit(cookies_.text()) : Expected<void>();
}

}  // namespace wskit::cli
