// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wskit::test {

/// One frame as it came.
struct RawFrame {
  bool fin = false;
  unsigned rsv = 0;  // three bits, RSV1 is 4
  unsigned opcode = 0;
  bool masked = false;
  std::string payload;

  /// Of a Close frame: its code, 0 when there is none.
  [[nodiscard]] unsigned close_code() const;
};

/// A blocking socket that speaks as much WebSocket as it is told to, legal or not, and none of it
/// with the code under test. Every wait has a deadline: what did not come is reported, not awaited.
class RawClient {
 public:
  using Timeout = std::chrono::milliseconds;
  static constexpr Timeout kPatience{20'000};

  /// Throws std::runtime_error when it cannot connect.
  explicit RawClient(std::uint16_t port, std::string_view host = "127.0.0.1");
  static RawClient over_unix(const std::string& path);
  RawClient(RawClient&& other) noexcept
      : fd_(other.fd_),
        ended_(other.ended_),
        was_reset_(other.was_reset_),
        in_(std::move(other.in_)) {
    other.fd_ = -1;
  }
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();

  [[nodiscard]] int fd() const { return fd_; }
  /// False when the connection broke, or the peer did not take it in time.
  bool send(std::string_view bytes, Timeout patience = kPatience);
  /// Shrinks the receive buffer, so that the server notices soon that nobody reads.
  void set_small_receive_buffer();
  void shut_down_writing();
  /// Closes with a RST.
  void reset();

  /// The head of the answer to a request, up to the empty line; empty when none came.
  [[nodiscard]] std::string request(std::string_view head);
  /// Upgrades; true on 101. `headers` are further lines, each with its CR LF.
  [[nodiscard]] bool upgrade(std::string_view headers = {}, std::string_view path = "/");

  /// Masked, with a fixed key.
  bool send_frame(unsigned first_byte, std::string_view payload, Timeout patience = kPatience);
  /// The next frame, or nothing when the stream ended or patience did.
  [[nodiscard]] std::optional<RawFrame> read_frame(Timeout patience = kPatience);
  /// The code of the next Close frame, whatever comes before it: 0 without a code, -1 for none.
  [[nodiscard]] int read_close();
  /// Reads and forgets until the server ends the connection; false when it does not.
  [[nodiscard]] bool wait_for_end(Timeout patience = kPatience);
  /// The next chunk of a chunked body, empty for its end; nothing when the stream ended or patience
  /// did.
  [[nodiscard]] std::optional<std::string> read_chunk(Timeout patience = kPatience);
  /// The connection ended with a RST, not with a FIN.
  [[nodiscard]] bool was_reset() const { return was_reset_; }
  /// Whatever comes until the end of the stream.
  [[nodiscard]] std::string read_all();

 private:
  explicit RawClient(int fd) : fd_(fd) {}
  [[nodiscard]] bool read_more(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] bool have(std::size_t bytes, std::chrono::steady_clock::time_point deadline);

  int fd_ = -1;
  bool ended_ = false;
  bool was_reset_ = false;
  std::string in_;
};

/// A masked frame's bytes, the length in its minimal form.
[[nodiscard]] std::string masked_frame(unsigned first_byte, std::string_view payload);

/// A GET with all that an upgrade needs.
[[nodiscard]] std::string upgrade_request(std::string_view headers = {},
                                          std::string_view path = "/");

}  // namespace wskit::test
