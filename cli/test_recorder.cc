// SPDX-License-Identifier: MIT
#include "cli/test_recorder.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/client_stack.h"
#include "cli/standard_streams.h"
#include "script/recording.h"
#include "ws/handler.h"

namespace wskit::cli {

/// One test: its clients are connections of their own in the file.
class TestRecorder::Session final : public session::ScriptWatcher {
 public:
  Session(TestRecorder& recorder, std::size_t clients)
      : recorder_(recorder), numbers_(clients), opened_(clients) {
    for (std::uint64_t& number : numbers_) {
      number = ++recorder_.connections_;
    }
  }

  void on_open(script::ClientIndex client, const ws::Opened& opened) override {
    if (opened_[client]) {
      numbers_[client] = ++recorder_.connections_;
    }
    opened_[client] = true;
    const std::string extensions = opened.response.headers.joined("Sec-WebSocket-Extensions");
    std::string line;
    script::append_open(line, moment(client, opened.upgraded),
                        {.status = opened.response.status,
                         .subprotocol = opened.subprotocol,
                         .extensions = extensions});
    recorder_.write(line);
  }
  void on_frame(script::ClientIndex client, script::Direction direction,
                const script::MessageView& message, Instant at) override {
    std::string clean;
    std::string line;
    script::append_message(line, moment(client, at), direction,
                           script::redacted(message, &recorder_.redaction_, clean));
    recorder_.write(line);
  }

 private:
  [[nodiscard]] script::Moment moment(script::ClientIndex client, Instant at) const {
    return {.at = at - recorder_.start_, .connection = numbers_[client]};
  }

  TestRecorder& recorder_;
  std::vector<std::uint64_t> numbers_;
  std::vector<bool> opened_;
};

TestRecorder::TestRecorder(std::string path, net::Descriptor file, script::Redaction redaction,
                           bool with_secrets, Instant start)
    : path_(std::move(path)),
      file_(std::move(file)),
      redaction_(std::move(redaction)),
      with_secrets_(with_secrets),
      start_(start) {}

Expected<std::unique_ptr<TestRecorder>> TestRecorder::create(const std::string& path,
                                                             script::Redaction redaction,
                                                             bool with_secrets, Instant start) {
  net::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) {
    return fail(ErrorCode::unwritable_file,
                fmt::format("{}: {}", path, std::generic_category().message(errno)));
  }
  return std::unique_ptr<TestRecorder>(
      new TestRecorder(path, std::move(file), std::move(redaction), with_secrets, start));
}

void TestRecorder::connecting(const ConnectPlan& plan) {
  if (!std::exchange(has_head_, true)) {
    write(recording_head(plan, with_secrets_));
  }
}

std::unique_ptr<session::ScriptWatcher> TestRecorder::watcher(std::size_t clients) {
  return std::make_unique<Session>(*this, clients);
}

void TestRecorder::write(const std::string& line) {
  std::string_view rest = line;
  while (!rest.empty() && !failed_) {
    const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      failed_ = true;
      say(fmt::format("wskit test: {}: {}; the tests go on without the recording\n", path_,
                      std::generic_category().message(errno)));
    }
    rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

}  // namespace wskit::cli
