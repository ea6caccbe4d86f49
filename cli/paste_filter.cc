// SPDX-License-Identifier: MIT
#include "cli/paste_filter.h"

#include <algorithm>
#include <utility>

namespace wskit::cli {
namespace {

constexpr std::string_view kBegin = "\x1b[200~";
constexpr std::string_view kPasteEnd = "\x1b[201~";

/// How long the UTF-8 sequence is that begins with this byte; 0 for none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead < 0xe0) {
    return 2;
  }
  if (lead >= 0xe0 && lead < 0xf0) {
    return 3;
  }
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

wchar_t decode(std::string_view sequence) {
  auto value = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) {
    return value;
  }
  auto point = static_cast<unsigned>(value & (0x7fU >> sequence.size()));
  for (const char c : sequence.substr(1)) {
    point = point << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return static_cast<wchar_t>(point);
}

/// Terminals send the line ends of a paste as if Enter were pressed.
std::string with_line_feeds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

}  // namespace

void PasteFilter::feed(std::string_view bytes) {
  pending_ += bytes;
  bool was_pasting = !pasting_;
  // Each of them stops at the other's beginning.
  while (!pending_.empty() && was_pasting != pasting_) {
    was_pasting = pasting_;
    if (pasting_) {
      read_paste();
    } else {
      read_keys();
    }
  }
}

Key PasteFilter::next() {
  Key key = std::move(keys_.front());
  keys_.pop_front();
  return key;
}

void PasteFilter::unread(std::string_view text) {
  std::deque<Key> later = std::exchange(keys_, {});
  PasteFilter inner;
  inner.feed(text);
  keys_ = std::move(inner.keys_);
  std::ranges::move(later, std::back_inserter(keys_));
}

void PasteFilter::put_code_point() {
  const std::size_t length = sequence_length(static_cast<unsigned char>(pending_[0]));
  const std::string_view sequence = std::string_view(pending_).substr(0, length);
  const bool valid = length != 0 && sequence.size() == length &&
                     std::ranges::all_of(sequence.substr(1), is_continuation);
  if (valid) {
    keys_.emplace_back(decode(sequence));
  }
  pending_.erase(0, valid ? length : 1);
}

void PasteFilter::read_keys() {
  while (!pending_.empty()) {
    if (pending_.starts_with(kBegin)) {
      pending_.erase(0, kBegin.size());
      pasting_ = true;
      return;
    }
    const std::size_t length = sequence_length(static_cast<unsigned char>(pending_[0]));
    // The rest of a code point, or of the mark, comes with the next bytes.
    if (pending_.size() < length || kBegin.starts_with(pending_)) {
      return;
    }
    put_code_point();
  }
}

void PasteFilter::read_paste() {
  const std::size_t end = pending_.find(kPasteEnd);
  if (end == std::string::npos) {
    const std::size_t kept = std::min(pending_.size(), kPasteEnd.size() - 1);
    paste_.append(pending_, 0, pending_.size() - kept);
    pending_.erase(0, pending_.size() - kept);
    return;
  }
  paste_.append(pending_, 0, end);
  pending_.erase(0, end + kPasteEnd.size());
  pasting_ = false;
  keys_.emplace_back(Paste{with_line_feeds(std::exchange(paste_, {}))});
}

}  // namespace wskit::cli
