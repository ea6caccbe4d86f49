// SPDX-License-Identifier: MIT
#include "cli/redaction_options.h"

#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"

namespace wskit::cli {

void add_redaction_options(CLI::App& app, RedactionFlags flags, const std::string& group) {
  app.add_option("--redact", flags.redact,
                 "Leave out of recordings what this regular expression matches in text messages, "
                 "or the value at this JSON pointer, as /auth/token (repeatable)")
      ->allow_extra_args(false)
      ->type_name("REGEX|POINTER")
      ->check(not_empty())
      ->group(group);
  app.add_flag("--record-secrets", flags.record_secrets,
               "Record credentials, cookies and tokens of requests as they are")
      ->group(group);
}

}  // namespace wskit::cli
