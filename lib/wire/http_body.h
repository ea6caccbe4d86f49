// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/http.h"

namespace wskit::wire {

/// Takes the body out of the bytes that follow a response's head: by Content-Length, chunked, or
/// until the peer closes (RFC 9112 6.3 and 7.1; the request was not HEAD). Incremental, holds no
/// body. Fails with ErrorCode::upgrade_not_http.
class HttpBodyDecoder {
 public:
  [[nodiscard]] static Expected<HttpBodyDecoder> for_response(const HttpResponse& response);

  /// Appends the body's bytes among these to `body` and returns how many belong to the message.
  [[nodiscard]] Expected<std::size_t> feed(std::string_view bytes, std::string& body);
  /// The peer closed: fails if the body is cut short.
  [[nodiscard]] Expected<void> end();
  [[nodiscard]] bool complete() const { return state_ == State::complete; }

 private:
  enum class State { counted, until_close, chunk_size, chunk, chunk_end, trailer, complete };

  explicit HttpBodyDecoder(State state, std::uint64_t left = 0) : state_(state), left_(left) {}

  [[nodiscard]] std::size_t take_counted(std::string_view bytes, std::string& body);
  [[nodiscard]] Expected<std::size_t> take_line(std::string_view bytes);
  [[nodiscard]] Expected<void> end_line(std::string_view line);
  [[nodiscard]] Expected<void> begin_chunk(std::string_view line);

  State state_;
  std::uint64_t left_;  // of the body or of the chunk
  std::string line_;    // of the chunked coding, until its LF has come
};

}  // namespace wskit::wire
