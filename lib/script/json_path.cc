// SPDX-License-Identifier: MIT
#include "script/json_path.h"

#include <fmt/format.h>

#include "script/json_path_evaluation.h"
#include "script/json_path_parser.h"
#include "script/shown.h"

namespace wskit::script {

Expected<JsonPath> JsonPath::compile(std::string_view text) {
  auto query = json_path::Parser(text).parse();
  if (!query) {
    return std::unexpected(std::move(query.error()));
  }
  return JsonPath(text, std::move(*query));
}

Expected<std::vector<const Json*>> JsonPath::select(const Json& root) const {
  json_path::Evaluation evaluation(root, kMostSteps);
  json_path::Nodes nodes = evaluation.select(query_, root);
  if (evaluation.exhausted()) {
    return fail(ErrorCode::usage,
                fmt::format("JSONPath '{}' gave up after {} steps: the message is too big for it; "
                            "say more of where the value is",
                            shown_pattern(text_), kMostSteps));
  }
  return nodes;
}

}  // namespace wskit::script
