// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/library_version.h"

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

namespace wskit::script {

/// A regular expression in PCRE2's syntax, compiled once. Matching is bounded: a pattern that runs
/// away is an error after some tenths of a second, not a hang.
class Regex {
 public:
  /// Fails with ErrorCode::usage, the position and the reason.
  [[nodiscard]] static Expected<Regex> compile(std::string_view pattern);

  /// Whether the pattern is found anywhere in `text` (any bytes). Fails with ErrorCode::usage when
  /// the bounds were hit.
  [[nodiscard]] Expected<bool> find(std::string_view text) const;

  /// What the first match and its groups (1 and up) are, as parts of `text`; a group that took no
  /// part is nothing. Fails like find().
  using Groups = std::vector<std::optional<std::string_view>>;
  [[nodiscard]] Expected<std::optional<Groups>> search(std::string_view text) const;

  struct NamedGroup {
    std::string name;
    std::uint32_t number = 0;
  };
  [[nodiscard]] std::vector<NamedGroup> named_groups() const;
  /// As it was written.
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

  /// `text` with all that matches replaced by `replacement`, taken literally. Fails like find().
  [[nodiscard]] Expected<std::string> replace_all(std::string_view text,
                                                  std::string_view replacement) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
    void operator()(pcre2_real_match_context_8* context) const;
    void operator()(pcre2_real_match_data_8* match) const;
  };
  Regex() = default;
  [[nodiscard]] Expected<bool> match_at(std::string_view text, std::size_t offset) const;

  std::string pattern_;
  std::unique_ptr<pcre2_real_code_8, Free> code_;
  std::unique_ptr<pcre2_real_match_context_8, Free> context_;
  std::unique_ptr<pcre2_real_match_data_8, Free> match_;
};

/// For --version.
[[nodiscard]] std::vector<LibraryVersion> libraries();

}  // namespace wskit::script
