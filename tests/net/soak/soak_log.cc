// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_log.h"

#include <charconv>
#include <utility>

namespace wskit::test {

std::string SoakLog::on_message(std::string_view payload) {
  const auto topic = static_cast<std::size_t>(payload.empty() ? -1 : payload.front() - '0');
  std::uint64_t number = 0;
  if (payload.size() > 2) {
    std::from_chars(payload.data() + 2, payload.data() + payload.size(), number);
  }
  if (topic >= kSoakTopics || number == 0) {
    return "not a message: " + std::string(payload.substr(0, 80));
  }
  const std::uint64_t before = std::exchange(last_[topic], number);
  if (before == 0 || number == before + 1) {
    return {};
  }
  if (number > before && number - before - 1 <= allowance_) {
    allowance_ -= number - before - 1;
    return {};
  }
  return "topic " + std::to_string(topic) + ": " + std::to_string(number) + " came after " +
         std::to_string(before);
}

bool SoakLog::complete(const SoakNumbers& published) const {
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < kSoakTopics; ++i) {
    missing += last_[i] == 0 ? 0 : published[i] - last_[i];
  }
  return missing <= allowance_;
}

std::string SoakLog::text() const {
  std::string all = "last";
  for (const std::uint64_t last : last_) {
    all += " " + std::to_string(last);
  }
  return all + ", " + std::to_string(allowance_) + " told";
}

}  // namespace wskit::test
