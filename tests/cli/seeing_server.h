// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "tests/cli/canned_server.h"

namespace wskit::test {

/// A server that keeps the last request and opens no WebSocket, unless it is to set cookies.
class Seeing {
 public:
  explicit Seeing(std::string set_cookies = {}) : set_cookies_(std::move(set_cookies)) {}
  [[nodiscard]] std::string request() {
    const std::scoped_lock lock(mutex_);
    return request_;
  }
  [[nodiscard]] std::string url(const std::string& userinfo = {}) const {
    return "ws://" + userinfo + "127.0.0.1:" + std::to_string(server_.port()) + "/chat";
  }

 private:
  std::string answer(const std::string& request) {
    const std::scoped_lock lock(mutex_);
    request_ = request;
    if (set_cookies_.empty()) {
      return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    }
    std::string text = accept_answer(request, "");
    return text.insert(text.size() - 2, set_cookies_);
  }

  std::string set_cookies_;
  std::mutex mutex_;
  std::string request_;
  CannedServer server_{[this](const std::string& request) { return answer(request); },
                       CannedServer::Then::close};
};

}  // namespace wskit::test
