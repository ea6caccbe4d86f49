// SPDX-License-Identifier: MIT
#include "cli/secrets.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

#include "report/file.h"
#include "report/terminal.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

/// Of a file that holds a password or a token.
constexpr std::size_t kMaxSecretBytes = std::size_t{64} << 10U;

/// The terminal of this process, without echo while the object lives.
class QuietTerminal {
 public:
  QuietTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (!is_open() || ::tcgetattr(descriptor_, &before_) != 0) {
      return;
    }
    termios quiet = before_;
    // Signals wait while a command sets itself up, so that Ctrl-C has to be read as what it is.
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(descriptor_, TCSANOW, &quiet) == 0;
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  ~QuietTerminal() {
    if (changed_) {
      ::tcsetattr(descriptor_, TCSANOW, &before_);
    }
    if (is_open()) {
      ::close(descriptor_);
    }
  }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  void write(std::string_view text) const {
    static_cast<void>(::write(descriptor_, text.data(), text.size()));
  }
  /// False at the end, and when the user gives up.
  [[nodiscard]] bool read_line(std::string& line) const;

 private:
  int descriptor_;
  termios before_{};
  bool changed_ = false;
};

bool QuietTerminal::read_line(std::string& line) const {
  constexpr char kInterrupt = 3;
  constexpr char kEnd = 4;
  constexpr char kBackspace = 8;
  constexpr char kKill = 21;
  constexpr char kDelete = 127;
  char c = 0;
  while (::read(descriptor_, &c, 1) == 1 && c != kInterrupt && line.size() < kMaxSecretBytes) {
    switch (c) {
      case '\r':
      case '\n':
        return true;
      case kEnd:
        return !line.empty();
      case kKill:
        line.clear();
        break;
      case kBackspace:
      case kDelete:
        line.resize(line.empty() ? 0 : line.size() - 1);
        break;
      default:
        line += c;
    }
  }
  return false;
}

Expected<std::string> ask_for_password(const std::string& user, const std::string& option) {
  const QuietTerminal terminal;
  if (!terminal.is_open()) {
    return fail(ErrorCode::usage,
                fmt::format("{} has no password, and there is no terminal to ask for it at: write "
                            "USER:PASSWORD",
                            option));
  }
  terminal.write(fmt::format("password of {}: ", report::printable(user)));
  std::string password;
  const bool given = terminal.read_line(password);
  terminal.write("\n");
  if (!given) {
    return fail(ErrorCode::usage, fmt::format("{}: no password was given", option));
  }
  return password;
}

}  // namespace

Expected<std::string> read_secret(const std::string& text) {
  constexpr std::string_view kEnvironment = "env:";
  if (text.starts_with(kEnvironment)) {
    const std::string variable = text.substr(kEnvironment.size());
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) {
      return fail(ErrorCode::usage, fmt::format("the environment has no variable {}", variable));
    }
    return value;
  }
  if (!text.starts_with('@')) {
    return text;
  }
  auto content = report::read_file(text.substr(1), kMaxSecretBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  return content->substr(0, content->find_first_of("\r\n"));
}

Expected<wire::Credentials> read_credentials(const std::string& text, const std::string& option) {
  const auto secret = read_secret(text);
  if (!secret) {
    return std::unexpected(secret.error());
  }
  const std::size_t colon = secret->find(':');
  if (colon != std::string::npos) {
    return wire::Credentials{.user = secret->substr(0, colon),
                             .password = secret->substr(colon + 1)};
  }
  auto password = ask_for_password(*secret, option);
  if (!password) {
    return std::unexpected(std::move(password.error()));
  }
  return wire::Credentials{.user = *secret, .password = std::move(*password)};
}

}  // namespace wskit::cli
