// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace wskit::cli {

/// What recordings are to leave out.
struct RedactionFlags {
  /// Of messages: script::Redaction's rules.
  std::vector<std::string>& redact;
  /// Of requests: nothing.
  bool& record_secrets;
};

/// --redact and --record-secrets.
void add_redaction_options(CLI::App& app, RedactionFlags flags, const std::string& group);

}  // namespace wskit::cli
