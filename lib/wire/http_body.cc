// SPDX-License-Identifier: MIT
#include "wire/http_body.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/check.h"

namespace wskit::wire {
namespace {

constexpr std::size_t kMaxChunkLine = 4096;  // a size with its extensions, or a trailer field
constexpr int kNoContent = 204;
constexpr int kNotModified = 304;

std::unexpected<Error> bad_body(std::string message) {
  return fail(ErrorCode::upgrade_not_http, std::move(message));
}

/// Digits of `base` and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

/// One number, or the same one several times (RFC 9112 6.3, rule 5).
Expected<std::uint64_t> parse_content_length(const std::string& joined) {
  std::optional<std::uint64_t> length;
  for (const std::string_view member : split_list(joined)) {
    const auto number = parse_number(member, 10);
    if (!number || (length && number != length)) {
      return bad_body(fmt::format("Content-Length '{}' is not a number", escape(joined)));
    }
    length = number;
  }
  return length ? Expected<std::uint64_t>(*length)
                : Expected<std::uint64_t>(bad_body("Content-Length is empty"));
}

}  // namespace

Expected<HttpBodyDecoder> HttpBodyDecoder::for_response(const HttpResponse& response) {
  if (response.status < 200 || response.status == kNoContent || response.status == kNotModified) {
    return HttpBodyDecoder(State::complete);
  }
  const std::string codings = response.headers.joined("Transfer-Encoding");
  if (!codings.empty()) {
    const auto members = split_list(codings);
    const bool chunked = !members.empty() && equals_ignoring_case(members.back(), "chunked");
    return HttpBodyDecoder(chunked ? State::chunk_size : State::until_close);
  }
  if (response.headers.count("Content-Length") == 0) {
    return HttpBodyDecoder(State::until_close);
  }
  auto length = parse_content_length(response.headers.joined("Content-Length"));
  if (!length) {
    return std::unexpected(std::move(length.error()));
  }
  return HttpBodyDecoder(*length == 0 ? State::complete : State::counted, *length);
}

Expected<std::size_t> HttpBodyDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t consumed = 0;
  while (consumed < bytes.size() && !complete()) {
    const std::string_view rest = bytes.substr(consumed);
    if (state_ == State::until_close) {
      body += rest;
      return bytes.size();
    }
    if (state_ == State::counted || state_ == State::chunk) {
      consumed += take_counted(rest, body);
      continue;
    }
    auto taken = take_line(rest);
    if (!taken) {
      return taken;
    }
    consumed += *taken;
  }
  return consumed;
}

Expected<void> HttpBodyDecoder::end() {
  if (state_ == State::until_close) {
    state_ = State::complete;
  }
  return complete() ? Expected<void>{} : bad_body("the body of the answer is cut short");
}

std::size_t HttpBodyDecoder::take_counted(std::string_view bytes, std::string& body) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body += bytes.substr(0, taken);
  left_ -= taken;
  if (left_ == 0) {
    state_ = state_ == State::chunk ? State::chunk_end : State::complete;
  }
  return taken;
}

Expected<std::size_t> HttpBodyDecoder::take_line(std::string_view bytes) {
  const std::size_t newline = bytes.find('\n');
  const std::size_t taken = newline == std::string_view::npos ? bytes.size() : newline + 1;
  if (taken > kMaxChunkLine - line_.size()) {
    return bad_body(
        fmt::format("a line of the chunked body is longer than {} bytes", kMaxChunkLine));
  }
  line_ += bytes.substr(0, taken);
  if (newline == std::string_view::npos) {
    return taken;
  }
  const std::string line = std::exchange(line_, {});
  if (!line.ends_with("\r\n")) {
    return bad_body("a line of the chunked body ends in LF without CR");
  }
  if (auto ended = end_line(std::string_view(line).substr(0, line.size() - 2)); !ended) {
    return std::unexpected(std::move(ended.error()));
  }
  return taken;
}

Expected<void> HttpBodyDecoder::end_line(std::string_view line) {
  if (state_ == State::chunk_size) {
    return begin_chunk(line);
  }
  if (state_ == State::trailer) {
    state_ = line.empty() ? State::complete : State::trailer;
    return {};
  }
  check(state_ == State::chunk_end, "a line of the chunked coding is a size, an end or a trailer");
  state_ = State::chunk_size;
  return line.empty() ? Expected<void>{} : bad_body("a chunk of the body is longer than its size");
}

Expected<void> HttpBodyDecoder::begin_chunk(std::string_view line) {
  std::string_view size = line.substr(0, line.find(';'));
  while (size.ends_with(' ') || size.ends_with('\t')) {
    size.remove_suffix(1);
  }
  const auto bytes = parse_number(size, 16);
  if (!bytes) {
    return bad_body(fmt::format("'{}' is not a chunk size", escape(line)));
  }
  left_ = *bytes;
  state_ = left_ == 0 ? State::trailer : State::chunk;
  return {};
}

}  // namespace wskit::wire
