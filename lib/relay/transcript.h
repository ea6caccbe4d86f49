// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "relay/frame_transcript.h"
#include "script/recording.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::relay {

/// A header's name and value as recordings have them.
using RecordedHeaders = std::vector<std::pair<std::string, std::string>>;

/// A request as the server gets it.
struct RelayedRequest {
  /// With the request's own path and query.
  wire::Uri url;
  wire::HttpRequest request;
};

/// Its URL and headers, without their secrets unless the options ask for them.
[[nodiscard]] std::string recorded_url(const wire::Uri& url, const TranscriptOptions& options);
[[nodiscard]] RecordedHeaders recorded_headers(const wire::HttpRequest& request,
                                               const TranscriptOptions& options);

/// One connection through the relay as lines of a recording: its request, how the server answered,
/// the messages of both directions, and how it ended. Each call appends lines to `out`.
class Transcript {
 public:
  /// `options` outlives it; times count from `start`.
  Transcript(const TranscriptOptions& options, std::uint64_t connection, Instant start);

  /// {"ev":"request","method":…,"url":…,"headers":{…}}
  void put_request(const RelayedRequest& request, Instant at, std::string& out) const;
  /// {"ev":"unreachable","error":…}
  void put_unreachable(const Error& error, Instant at, std::string& out) const;
  /// Bytes of either direction behind the request, in the order in which they were passed on; they
  /// may be overwritten. The answer becomes {"ev":"open",…} or {"ev":"answer","status":…}.
  void read(script::Direction direction, std::span<std::byte> bytes, Instant at, std::string& out);
  /// {"ev":"fault","rule":…}
  void put_fault(std::string_view rule, Instant at, std::string& out) const;
  /// {"ev":"end","sent":…,"received":…}, with the bytes behind request and answer, and "error" when
  /// the connection broke.
  void put_end(const Error* error, Instant at, std::string& out) const;

 private:
  enum class State : std::uint8_t { answer, open, other };
  /// What a client sends before the server's answer is kept up to here.
  static constexpr std::size_t kMaxEarlyBytes = std::size_t{64} << 10;

  void keep_early(std::span<const std::byte> bytes);
  /// Takes the answer off `bytes`.
  void read_answer(std::span<std::byte>& bytes, std::string& out);
  void end_answer(std::string& out);
  void open(const wire::HttpResponse& answer, std::string& out);
  [[nodiscard]] script::Moment moment(Instant at) const {
    return {.at = at - start_, .connection = connection_};
  }

  const TranscriptOptions& options_;
  std::uint64_t connection_;
  Instant start_;
  State state_ = State::answer;
  std::unique_ptr<wire::HttpResponseParser> answer_;
  std::vector<std::byte> early_;
  bool early_is_cut_ = false;
  /// Once open: of both directions.
  std::vector<FrameTranscript> frames_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  script::Moment moment_;
};

}  // namespace wskit::relay
