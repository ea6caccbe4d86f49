// SPDX-License-Identifier: MIT
#include "script/har.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/json.h"
#include "script/recording.h"
#include "script/redaction.h"
#include "wire/uri.h"

namespace wskit::script {
namespace {

/// Of the year 2068: more is a damaged file, and a recording's times lie within a hundred years.
constexpr double kMaxUnixSeconds = 3.1e9;
constexpr int kMaxYear = 2067;

enum class Opcode { text = 1, binary = 2 };

struct HarMessage {
  /// Since 1970.
  Nanoseconds at{0};
  std::uint64_t connection = 1;
  /// In the file: what came at the same time keeps its order.
  std::size_t number = 0;
  Direction direction = Direction::send;
  Message message;
};

struct HarOpening {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string subprotocol;
  std::string extensions;
  std::optional<Nanoseconds> at;
  /// Of the earliest message.
  std::optional<Nanoseconds> first_message;
};

std::unexpected<Error> wrong_entry(const std::string& place, std::string_view expected) {
  return fail(ErrorCode::usage, fmt::format("{} is not {}", place, expected));
}

/// A member that is an object or an array; null when it is absent or something else.
const Json* member(const Json& json, const char* name) {
  if (!json.is_object()) {
    return nullptr;
  }
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

std::string text_member(const Json& json, const char* name) {
  const Json* const found = member(json, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

/// Of a message: in seconds, as DevTools write it, or in milliseconds, as Playwright does, which
/// are too many to be seconds.
std::optional<Nanoseconds> time_since_1970(const Json* time) {
  constexpr double kMilli = 1000;
  double seconds = time != nullptr && time->is_number() ? time->get<double>() : -1;
  seconds = seconds > kMaxUnixSeconds ? seconds / kMilli : seconds;
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kMaxUnixSeconds) {
    return std::nullopt;
  }
  return std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(seconds));
}

/// "2026-01-20T15:30:45.123Z", or with an offset; nothing when it is something else.
std::optional<Nanoseconds> parse_time(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  double second = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%lf%n", &year, &month, &day, &hour, &minute,
                  &second, &used) != 6 ||
      !std::isfinite(second) || second < 0 || second >= 61) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || year < 1970 || year > kMaxYear) {
    return std::nullopt;
  }
  int offset_hours = 0;
  int offset_minutes = 0;
  const std::string zone = text.substr(static_cast<std::size_t>(used));
  if (zone != "Z" && std::sscanf(zone.c_str(), "%3d:%2d", &offset_hours, &offset_minutes) != 2) {
    return std::nullopt;
  }
  const int offset = offset_hours * 60 + (zone.starts_with('-') ? -offset_minutes : offset_minutes);
  return std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset) +
         std::chrono::round<Nanoseconds>(std::chrono::duration<double>(second));
}

/// Of the request: what the handshake itself or HTTP/2 put there is not the client's.
bool is_of_handshake(const std::string& name) {
  const std::string lower = to_lower(name);
  return lower.starts_with(':') || lower.starts_with("sec-websocket-") || lower == "host" ||
         lower == "upgrade" || lower == "connection" || lower == "content-length";
}

/// Calls visit(name, value) for HAR's [{"name","value"}].
template <class Visitor>
void for_each_header(const Json* message, Visitor visit) {
  const Json* const headers = message == nullptr ? nullptr : member(*message, "headers");
  if (headers == nullptr || !headers->is_array()) {
    return;
  }
  for (const Json& header : *headers) {
    const std::string name = text_member(header, "name");
    if (!name.empty()) {
      visit(name, text_member(header, "value"));
    }
  }
}

class HarReader {
 public:
  explicit HarReader(const HarOptions& options) : options_(options) {}

  Expected<HarImport> read(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) {
      return fail(ErrorCode::usage, fmt::format("not a HAR file: {}", json.error().message));
    }
    const Json* const log = member(*json, "log");
    const Json* const entries = log == nullptr ? nullptr : member(*log, "entries");
    if (entries == nullptr || !entries->is_array()) {
      return fail(ErrorCode::usage,
                  R"(not a HAR file: expected an object with "log" and its list of "entries")");
    }
    for (std::size_t i = 0; i < entries->size(); ++i) {
      if (auto read = read_entry((*entries)[i], fmt::format("log.entries[{}]", i)); !read) {
        return std::unexpected(read.error());
      }
    }
    write();
    return std::move(import_);
  }

 private:
  Expected<void> read_entry(const Json& entry, const std::string& place) {
    const Json* const messages = member(entry, "_webSocketMessages");
    if (messages == nullptr) {
      return {};
    }
    if (!messages->is_array()) {
      return wrong_entry(place + "._webSocketMessages", "a list");
    }
    const Json* const request = member(entry, "request");
    const std::string url = request == nullptr ? std::string() : text_member(*request, "url");
    bool chosen = true;
    if (options_.url != nullptr) {
      const auto found = options_.url->find(url);
      if (!found) {
        return std::unexpected(found.error());
      }
      chosen = *found;
    }
    import_.sockets.push_back(
        {.url = without_secrets(url), .messages = messages->size(), .chosen = chosen});
    if (!chosen) {
      return {};
    }
    open(entry, options_.is_secret ? import_.sockets.back().url : url);
    for (std::size_t i = 0; i < messages->size(); ++i) {
      auto read = read_message((*messages)[i], fmt::format("{}._webSocketMessages[{}]", place, i));
      if (!read) {
        return read;
      }
    }
    return {};
  }

  static std::string without_secrets(const std::string& url) {
    const auto uri = wire::parse_uri(url);
    return uri ? uri->display() : wire::without_secrets(url);
  }

  void open(const Json& entry, const std::string& url) {
    HarOpening opening{.url = url,
                       .headers = {},
                       .subprotocol = {},
                       .extensions = {},
                       .at = parse_time(text_member(entry, "startedDateTime")),
                       .first_message = {}};
    for_each_header(member(entry, "request"), [&](const std::string& name, std::string value) {
      if (!is_of_handshake(name)) {
        const bool secret = options_.is_secret && options_.is_secret(name);
        opening.headers.emplace_back(name, secret ? std::string(Redaction::kMark) : value);
      }
    });
    for_each_header(member(entry, "response"), [&](const std::string& name, std::string value) {
      const std::string lower = to_lower(name);
      if (lower == "sec-websocket-protocol") {
        opening.subprotocol = std::move(value);
      } else if (lower == "sec-websocket-extensions") {
        opening.extensions = std::move(value);
      }
    });
    openings_.push_back(std::move(opening));
  }

  Expected<void> read_message(const Json& json, const std::string& place) {
    if (!json.is_object()) {
      return wrong_entry(place, R"(an object with "type", "time", "opcode" and "data")");
    }
    const std::string type = text_member(json, "type");
    if (type == "error") {
      ++import_.left_out;
      return {};
    }
    if (type != "send" && type != "receive") {
      return wrong_entry(place + ".type", R"("send", "receive" or "error")");
    }
    const Json* const opcode = member(json, "opcode");
    if (opcode == nullptr || !opcode->is_number()) {
      return wrong_entry(place + ".opcode", "1 (text) or 2 (binary)");
    }
    if (*opcode == 8 || *opcode == 9 || *opcode == 10) {
      ++import_.left_out;
      return {};
    }
    const auto at = time_since_1970(member(json, "time"));
    if (!at) {
      return wrong_entry(place + ".time", "a number of seconds since 1970");
    }
    auto message = payload_of(json, *opcode, place);
    if (!message) {
      return std::unexpected(message.error());
    }
    messages_.push_back({.at = *at,
                         .connection = openings_.size(),
                         .number = messages_.size(),
                         .direction = type == "send" ? Direction::send : Direction::recv,
                         .message = std::move(*message)});
    auto& first = openings_.back().first_message;
    first = std::min(first.value_or(Nanoseconds::max()), messages_.back().at);
    return {};
  }

  static Expected<Message> payload_of(const Json& json, const Json& opcode,
                                      const std::string& place) {
    const Json* const data = member(json, "data");
    if (data == nullptr || !data->is_string()) {
      return wrong_entry(place + ".data", "a string");
    }
    if (opcode == static_cast<int>(Opcode::text)) {
      return Message{.type = MessageType::text, .payload = data->get<std::string>()};
    }
    if (opcode != static_cast<int>(Opcode::binary)) {
      return wrong_entry(place + ".opcode", "1 (text) or 2 (binary)");
    }
    auto bytes = base64_decode(data->get<std::string>());
    if (!bytes) {
      return wrong_entry(place + ".data", "base64 (RFC 4648), as binary messages are");
    }
    return Message{.type = MessageType::binary, .payload = std::move(*bytes)};
  }

  /// An entry that does not say when it began did so with its first message.
  [[nodiscard]] static Nanoseconds opened_at(const HarOpening& opening) {
    const auto& first = opening.first_message;
    if (opening.at && (!first || *opening.at <= *first)) {
      return *opening.at;
    }
    return first.value_or(Nanoseconds(0));
  }

  void write() {
    if (openings_.empty()) {
      return;
    }
    std::vector<Nanoseconds> opened;
    opened.reserve(openings_.size());
    for (const HarOpening& opening : openings_) {
      opened.push_back(opened_at(opening));
    }
    const Nanoseconds start = *std::ranges::min_element(opened);
    append_head(
        import_.recording,
        {.url = openings_[0].url,
         .start = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>(
             std::chrono::floor<std::chrono::microseconds>(start)),
         .headers = openings_[0].headers});
    std::ranges::sort(messages_, {}, [](const HarMessage& message) {
      return std::pair(message.at, message.number);
    });
    std::vector<std::uint64_t> order(openings_.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    std::ranges::sort(order, {}, [&opened](std::uint64_t i) { return std::pair(opened[i], i); });
    auto next = order.begin();
    const auto open_until = [&](Nanoseconds at) {
      for (; next != order.end() && opened[*next] <= at; ++next) {
        append_open(import_.recording, {.at = opened[*next] - start, .connection = *next + 1},
                    {.subprotocol = openings_[*next].subprotocol,
                     .extensions = openings_[*next].extensions});
      }
    };
    for (const HarMessage& message : messages_) {
      open_until(message.at);
      append_message(import_.recording,
                     {.at = message.at - start, .connection = message.connection},
                     message.direction, message.message.view());
    }
    open_until(Nanoseconds::max());
  }

  const HarOptions& options_;
  HarImport import_;
  std::vector<HarOpening> openings_;
  std::vector<HarMessage> messages_;
};

}  // namespace

Expected<HarImport> import_har(std::string_view text, const HarOptions& options) {
  return HarReader(options).read(text);
}

}  // namespace wskit::script
