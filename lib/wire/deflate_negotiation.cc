// SPDX-License-Identifier: MIT
#include "wire/deflate_negotiation.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::wire {
namespace {

constexpr std::string_view kServerNoTakeover = "server_no_context_takeover";
constexpr std::string_view kClientNoTakeover = "client_no_context_takeover";
constexpr std::string_view kServerWindow = "server_max_window_bits";
constexpr std::string_view kClientWindow = "client_max_window_bits";

/// The parameters of one offer or answer, each at most once and well-formed.
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_window;
  bool has_client_window = false;
  std::optional<int> client_window;
};

std::unexpected<Error> bad_extension(std::string message) {
  return fail(ErrorCode::upgrade_bad_extension, std::move(message));
}

/// 8 to 15 in decimal, without leading zeros (RFC 7692 7.1.2).
std::optional<int> parse_window(const std::optional<std::string>& value) {
  if (!value || value->starts_with('0')) {
    return std::nullopt;
  }
  int bits = 0;
  const char* const end = value->data() + value->size();
  const auto [rest, error] = std::from_chars(value->data(), end, bits);
  const bool valid =
      error == std::errc{} && rest == end && bits >= kMinWindowBits && bits <= kMaxWindowBits;
  return valid ? std::optional(bits) : std::nullopt;
}

bool set_flag(bool& flag, const ExtensionParameter& parameter) {
  return !std::exchange(flag, true) && !parameter.value;
}

/// False if the parameter is unknown, a duplicate or malformed.
bool read_parameter(const ExtensionParameter& parameter, Parameters& into) {
  if (parameter.name == kServerNoTakeover) {
    return set_flag(into.server_no_context_takeover, parameter);
  }
  if (parameter.name == kClientNoTakeover) {
    return set_flag(into.client_no_context_takeover, parameter);
  }
  if (parameter.name == kServerWindow) {
    const bool first = !into.server_window;
    into.server_window = parse_window(parameter.value);
    return first && into.server_window;
  }
  if (parameter.name == kClientWindow) {
    const bool first = !std::exchange(into.has_client_window, true);
    into.client_window = parse_window(parameter.value);
    return first && (into.client_window || !parameter.value);
  }
  return false;
}

Expected<Parameters> read_parameters(const Extension& extension) {
  Parameters parameters;
  for (const ExtensionParameter& parameter : extension.parameters) {
    if (!read_parameter(parameter, parameters)) {
      return bad_extension(fmt::format("{} has the unknown, repeated or invalid parameter '{}{}{}'",
                                       kDeflateName, escape(parameter.name),
                                       parameter.value ? "=" : "",
                                       escape(parameter.value.value_or(""))));
    }
  }
  return parameters;
}

/// RFC 7692 7.1.1 and 7.1.2: what was asked of the server must be granted, or be stricter.
bool fits(const Parameters& answer, const DeflateOffer& offer) {
  const bool takeover = answer.server_no_context_takeover || !offer.server_no_context_takeover;
  const bool server_window = answer.server_window.value_or(kMaxWindowBits) <=
                             offer.server_max_window_bits.value_or(kMaxWindowBits);
  const bool client_window =
      !answer.has_client_window ||
      (offer.allow_client_max_window_bits &&
       *answer.client_window <= offer.client_max_window_bits.value_or(kMaxWindowBits));
  return takeover && server_window && client_window;
}

DeflateAnswer make_answer(const Parameters& offer, const DeflatePolicy& policy) {
  DeflateAnswer answer{.parameters = {}, .extension = {std::string(kDeflateName), {}}};
  DeflateParameters& agreed = answer.parameters;
  auto& parameters = answer.extension.parameters;
  agreed.server_no_context_takeover =
      offer.server_no_context_takeover || policy.server_no_context_takeover;
  if (agreed.server_no_context_takeover) {
    parameters.push_back({std::string(kServerNoTakeover), {}});
  }
  // Repeating the client's hint lets us drop its window between messages.
  agreed.client_no_context_takeover =
      offer.client_no_context_takeover || policy.client_no_context_takeover;
  if (agreed.client_no_context_takeover) {
    parameters.push_back({std::string(kClientNoTakeover), {}});
  }
  agreed.server_max_window_bits =
      std::min(offer.server_window.value_or(kMaxWindowBits), policy.server_max_window_bits);
  if (offer.server_window || agreed.server_max_window_bits < kMaxWindowBits) {
    parameters.push_back(
        {std::string(kServerWindow), std::to_string(agreed.server_max_window_bits)});
  }
  if (offer.has_client_window) {
    agreed.client_max_window_bits =
        std::min(offer.client_window.value_or(kMaxWindowBits), policy.client_max_window_bits);
  }
  if (agreed.client_max_window_bits < kMaxWindowBits) {
    parameters.push_back(
        {std::string(kClientWindow), std::to_string(agreed.client_max_window_bits)});
  }
  return answer;
}

}  // namespace

std::string describe(const DeflateParameters& parameters) {
  std::string text(kDeflateName);
  text += parameters.server_no_context_takeover ? "; server_no_context_takeover" : "";
  text += parameters.client_no_context_takeover ? "; client_no_context_takeover" : "";
  if (parameters.server_max_window_bits != kMaxWindowBits) {
    text += fmt::format("; server_max_window_bits={}", parameters.server_max_window_bits);
  }
  if (parameters.client_max_window_bits != kMaxWindowBits) {
    text += fmt::format("; client_max_window_bits={}", parameters.client_max_window_bits);
  }
  return text;
}

Extension to_extension(const DeflateOffer& offer) {
  Extension extension{.name = std::string(kDeflateName), .parameters = {}};
  auto& parameters = extension.parameters;
  if (offer.server_no_context_takeover) {
    parameters.push_back({std::string(kServerNoTakeover), {}});
  }
  if (offer.client_no_context_takeover) {
    parameters.push_back({std::string(kClientNoTakeover), {}});
  }
  if (offer.server_max_window_bits) {
    parameters.push_back(
        {std::string(kServerWindow), std::to_string(*offer.server_max_window_bits)});
  }
  if (offer.client_max_window_bits) {
    parameters.push_back(
        {std::string(kClientWindow), std::to_string(*offer.client_max_window_bits)});
  } else if (offer.allow_client_max_window_bits) {
    parameters.push_back({std::string(kClientWindow), {}});
  }
  return extension;
}

Expected<DeflateParameters> accept_deflate(const Extension& answer,
                                           std::span<const DeflateOffer> offers) {
  const auto read = read_parameters(answer);
  if (!read) {
    return std::unexpected(read.error());
  }
  if (read->has_client_window && !read->client_window) {
    return bad_extension(fmt::format("{} without a value in the server's answer", kClientWindow));
  }
  for (const DeflateOffer& offer : offers) {
    if (!fits(*read, offer)) {
      continue;
    }
    return DeflateParameters{
        .server_no_context_takeover = read->server_no_context_takeover,
        .client_no_context_takeover =
            read->client_no_context_takeover || offer.client_no_context_takeover,
        .server_max_window_bits = read->server_window.value_or(kMaxWindowBits),
        .client_max_window_bits = std::min(read->client_window.value_or(kMaxWindowBits),
                                           offer.client_max_window_bits.value_or(kMaxWindowBits)),
    };
  }
  return bad_extension(fmt::format("the server's answer '{}' fits nothing that was offered",
                                   escape(to_header(answer), 160)));
}

std::optional<DeflateAnswer> answer_deflate(std::span<const Extension> offers,
                                            const DeflatePolicy& policy) {
  for (const Extension& offer : offers) {
    if (offer.name != kDeflateName) {
      continue;
    }
    if (const auto parameters = read_parameters(offer)) {
      return make_answer(*parameters, policy);
    }
  }
  return std::nullopt;
}

}  // namespace wskit::wire
