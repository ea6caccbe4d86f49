// SPDX-License-Identifier: MIT
#include "serve/request_target.h"

#include "wire/authority.h"

namespace wskit::serve {
namespace {

Expected<std::string> decode(std::string_view text) {
  auto decoded = wire::percent_decode(text);
  if (!decoded) {
    return fail(
        ErrorCode::usage,
        "a % in a URL is followed by two hexadecimal digits, and never a control character");
  }
  return *std::move(decoded);
}

Expected<void> add_field(RequestTarget& target, std::string_view field) {
  if (field.empty()) {
    return {};
  }
  const std::size_t equals = field.find('=');
  auto name = decode(field.substr(0, equals));
  auto value =
      decode(equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1));
  if (!name || !value) {
    return std::unexpected(!name ? name.error() : value.error());
  }
  target.fields.emplace_back(std::move(*name), std::move(*value));
  return {};
}

}  // namespace

std::optional<std::string_view> RequestTarget::get(std::string_view name) const {
  for (const auto& field : fields) {
    if (field.first == name) {
      return field.second;
    }
  }
  return std::nullopt;
}

std::vector<std::string> RequestTarget::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& field : fields) {
    if (field.first == name) {
      values.push_back(field.second);
    }
  }
  return values;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

Expected<RequestTarget> parse_target(std::string_view target) {
  RequestTarget parsed;
  const std::string_view path = path_of(target);
  auto decoded = decode(path);
  if (!decoded) {
    return std::unexpected(std::move(decoded.error()));
  }
  parsed.path = std::move(*decoded);
  std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : "";
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    if (auto added = add_field(parsed, query.substr(0, end)); !added) {
      return std::unexpected(std::move(added.error()));
    }
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return parsed;
}

}  // namespace wskit::serve
