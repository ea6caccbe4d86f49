// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <thread>

namespace wskit::test {

/// A server on 127.0.0.1 with a port of its own that says what it is told to, valid or not. It
/// serves one connection at a time: reads a request up to its empty line, sends what `answer` makes
/// of it, and then waits for the client to end the connection, or ends it itself.
class CannedServer {
 public:
  /// `answer` is given the request.
  using Answer = std::function<std::string(const std::string& request)>;
  enum class Then : std::uint8_t { wait, close };

  explicit CannedServer(Answer answer, Then then = Then::wait);
  /// Accepts and never says a word.
  static CannedServer silent();
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;
  ~CannedServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// "ws://127.0.0.1:PORT/"
  [[nodiscard]] std::string url(const std::string& scheme = "ws") const;
  /// Waits until the client has sent something after the answer; false after 20 s.
  [[nodiscard]] bool hears_more() const;

 private:
  void serve();
  void serve_one(int fd);
  void note_more();

  Answer answer_;
  Then then_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  bool heard_more_ = false;
  std::promise<void> more_;
  std::future<void> more_heard_ = more_.get_future();
  std::thread thread_;
};

/// The 101 answer to an upgrade request, followed by `frames`.
[[nodiscard]] std::string accept_answer(const std::string& request, const std::string& frames);

/// A port of 127.0.0.1 where nobody listens.
[[nodiscard]] std::uint16_t closed_port();

}  // namespace wskit::test
