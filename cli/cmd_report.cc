// SPDX-License-Identifier: MIT
#include "cli/cmd_report.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/hints.h"
#include "cli/output_options.h"
#include "cli/standard_streams.h"
#include "cli/terminal_options.h"
#include "report/csv.h"
#include "report/file.h"
#include "report/hdr.h"
#include "report/json.h"
#include "report/text.h"
#include "stats/metric.h"

namespace wskit::cli {
namespace {

using stats::MetricId;
using stats::RunResult;

constexpr std::size_t kMaxReportBytes = std::size_t{1} << 30U;

struct ReportOptions {
  std::vector<std::string> files;
  std::string format = "text";
  std::string output = "-";
  std::string metric;
  std::string color = "auto";
};

struct Source {
  std::string name;
  RunResult result;
};

bool to_stdout(const ReportOptions& options) {
  return options.output == "-";
}

Expected<Source> read_source(const std::string& file) {
  const bool standard_input = file == "-";
  const std::string name = standard_input ? "standard input" : file;
  const auto text = report::read_file(standard_input ? "/dev/stdin" : file, kMaxReportBytes);
  if (!text) {
    return std::unexpected(text.error());
  }
  auto result = report::read_json(*text);
  if (!result) {
    return fail(result.error().code, fmt::format("read {}: {}", name, result.error().message));
  }
  return Source{.name = name, .result = std::move(*result)};
}

Expected<std::optional<MetricId>> parse_metric(const ReportOptions& options) {
  if (options.metric.empty()) {
    return std::nullopt;
  }
  if (options.format == "json") {
    return fail(ErrorCode::usage, "--metric chooses from the other formats; json has all metrics");
  }
  const auto metric = stats::find_metric(options.metric);
  if (metric) {
    return metric;
  }
  std::string names;
  for (std::size_t i = 0; i < stats::kMetricCount; ++i) {
    names += fmt::format(" {}", name(static_cast<MetricId>(i)));
  }
  return fail(ErrorCode::usage, fmt::format("--metric {}: there is no such metric; there are{}",
                                            options.metric, names));
}

/// A metric that was asked for by name must be in the file: an empty answer would hide a mistake.
Expected<void> check_present(const Source& source, std::optional<MetricId> metric) {
  if (metric && !source.result.metrics[*metric]) {
    return fail(ErrorCode::usage,
                fmt::format("{} has no {}: it does not exist in the model of that run", source.name,
                            name(*metric)));
  }
  return {};
}

std::string text_of(const std::vector<Source>& sources, const ReportOptions& options,
                    std::optional<MetricId> metric) {
  const report::TextOptions shown =
      text_options(options.color, to_stdout(options) ? STDOUT_FILENO : -1);
  std::string out;
  for (const Source& source : sources) {
    if (sources.size() > 1) {
      out += fmt::format("{}== {}\n", out.empty() ? "" : "\n", report::printable(source.name));
    }
    out += report::write_text(source.result, shown, metric);
  }
  return out;
}

Expected<std::string> convert(const std::vector<Source>& sources, const ReportOptions& options,
                              std::optional<MetricId> metric) {
  if (options.format == "text") {
    return text_of(sources, options, metric);
  }
  const RunResult& result = sources.front().result;
  if (options.format == "json") {
    return report::write_json(result);
  }
  if (options.format == "csv") {
    return report::write_csv(result, metric);
  }
  if (options.format == "hlog") {
    return report::write_hlog(result, metric);
  }
  const MetricId shown = metric.value_or(stats::headline(result));
  auto distribution = report::write_hgrm(result, shown);
  if (!distribution) {
    return fail(ErrorCode::usage, fmt::format("{} has no {}", sources.front().name, name(shown)));
  }
  return std::move(*distribution);
}

Expected<void> show(const ReportOptions& options) {
  const auto metric = parse_metric(options);
  if (!metric) {
    return std::unexpected(metric.error());
  }
  if (options.files.size() > 1 && options.format != "text") {
    return fail(ErrorCode::usage, fmt::format("--format {} takes one file, not {}", options.format,
                                              options.files.size()));
  }
  // Opened first, so that an unwritable place is known before long files are read.
  std::optional<report::PendingFile> file;
  if (!to_stdout(options)) {
    auto opened = report::PendingFile::open(options.output);
    if (!opened) {
      return std::unexpected(opened.error());
    }
    file.emplace(std::move(*opened));
  }
  std::vector<Source> sources;
  for (const std::string& name : options.files) {
    auto source = read_source(name);
    if (!source) {
      return std::unexpected(source.error());
    }
    if (auto present = check_present(*source, *metric); !present) {
      return present;
    }
    sources.push_back(std::move(*source));
  }
  const auto text = convert(sources, options, *metric);
  if (!text) {
    return std::unexpected(text.error());
  }
  return file ? file->commit(*text) : print(*text);
}

int run_report(const ReportOptions& options) {
  const auto shown = show(options);
  return shown ? 0 : complain("report", shown.error());
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App& report =
      *app.add_subcommand("report", "Show result files of bench --json, or convert one of them");
  report.add_option("FILE", options->files, "Result files; - reads standard input")->required();
  report.add_option("--format", options->format, "text, json, csv, hgrm or hlog")
      ->check(CLI::IsMember({"text", "json", "csv", "hgrm", "hlog"}))
      ->capture_default_str();
  report.add_option("-o,--output", options->output, "Where to write; - is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  report
      .add_option(
          "--metric", options->metric,
          "Only this metric, in text its picture: response, service, send_lag, pacer_lag, "
          "blocked, connect_dns, connect_tcp, connect_tls, connect_upgrade or connect_total")
      ->type_name("NAME");
  add_color_option(report, options->color, "Options");
  report.callback([options, &chosen] { chosen = [options] { return run_report(*options); }; });
}

}  // namespace wskit::cli
