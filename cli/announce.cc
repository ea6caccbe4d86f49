// SPDX-License-Identifier: MIT
#include "cli/announce.h"

#include <CLI/CLI.hpp>

#include "cli/standard_streams.h"
#include "report/file.h"

namespace wskit::cli {

void add_ready_file(CLI::App& app, std::string& ready_file, const std::string& group) {
  app.add_option("--ready-file", ready_file,
                 "Write the URL to this file once connections are accepted")
      ->type_name("FILE")
      ->group(group);
}

Expected<void> announce(const std::string& url, const std::string& ready_file) {
  if (!ready_file.empty()) {
    if (auto written = report::write_file(ready_file, url + "\n"); !written) {
      return written;
    }
  }
  return print(url + "\n");
}

}  // namespace wskit::cli
