// SPDX-License-Identifier: MIT
#include "script/message_format.h"

#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/base64.h"

namespace wskit::script {
namespace {

constexpr std::array<std::pair<std::string_view, MessageFormat>, 6> kFormats{{
    {"text", MessageFormat::text},
    {"jsonl", MessageFormat::jsonl},
    {"hex", MessageFormat::hex},
    {"hexdump", MessageFormat::hexdump},
    {"base64", MessageFormat::base64},
    {"raw", MessageFormat::raw},
}};

constexpr std::size_t kDumpedInLine = 16;

void append_hex(std::string& out, std::string_view payload) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : payload) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xfU];
  }
  out += '\n';
}

void append_dump_line(std::string& out, std::size_t offset, std::string_view bytes) {
  fmt::format_to(std::back_inserter(out), "{:08x} ", offset);
  for (std::size_t i = 0; i < kDumpedInLine; ++i) {
    out += i == kDumpedInLine / 2 ? "  " : " ";
    if (i < bytes.size()) {
      fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(bytes[i]));
    } else {
      out += "  ";
    }
  }
  out += "  |";
  for (const char c : bytes) {
    out += c >= 0x20 && c < 0x7f ? c : '.';
  }
  out += "|\n";
}

void append_dump(std::string& out, std::string_view payload) {
  for (std::size_t at = 0; at < payload.size(); at += kDumpedInLine) {
    append_dump_line(out, at, payload.substr(at, kDumpedInLine));
  }
  fmt::format_to(std::back_inserter(out), "{:08x}\n", payload.size());
}

}  // namespace

std::optional<MessageFormat> message_format(std::string_view name) {
  for (const auto& [format_name, format] : kFormats) {
    if (format_name == name) {
      return format;
    }
  }
  return std::nullopt;
}

Loss append_payload(std::string& out, MessageFormat format, std::string_view payload, bool binary) {
  switch (format) {
    case MessageFormat::hex:
      append_hex(out, payload);
      return Loss::none;
    case MessageFormat::hexdump:
      append_dump(out, payload);
      return Loss::none;
    case MessageFormat::raw:
      out += payload;
      return Loss::none;
    case MessageFormat::base64:
      out += base64_encode(payload);
      out += '\n';
      return Loss::none;
    default:
      break;
  }
  if (binary) {
    out += base64_encode(payload);
    out += '\n';
    return Loss::binary;
  }
  out += payload;
  out += '\n';
  return payload.find('\n') == std::string_view::npos ? Loss::none : Loss::line_end;
}

}  // namespace wskit::script
