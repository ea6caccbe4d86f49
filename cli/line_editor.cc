// SPDX-License-Identifier: MIT
#include "cli/line_editor.h"

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <fmt/format.h>
#include <histedit.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cwchar>

namespace wskit::cli {
namespace {

constexpr int kHistoryLines = 1000;
/// A longer line could not be edited, and the file would grow out of proportion.
constexpr std::size_t kMostRemembered = 4096;
/// A paste up to this length, in one line, is typed in; anything else would be torn or slow.
constexpr std::size_t kTypedPaste = 1000;

void put(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
}

/// Libedit and we take text for UTF-8, whatever the locale says of other things.
void use_utf8() {
  (void)std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) {
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");
  }
}

bool is_typable(std::string_view text) {
  return text.size() <= kTypedPaste && std::ranges::all_of(text, [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
         });
}

std::string placeholder(std::size_t number, const Paste& paste) {
  const auto lines = std::ranges::count(paste.text, '\n') + 1;
  return fmt::format("[paste {}: {} bytes{}]", number, paste.text.size(),
                     lines == 1 ? "" : fmt::format(", {} lines", lines));
}

}  // namespace

struct LineEditor::Libedit {
  explicit Libedit(LineEditor& owner)
      : edit(::el_init("wskit", stdin, stdout, stderr)), history(::history_init()) {
    HistEvent event;
    ::history(history, &event, H_SETSIZE, kHistoryLines);
    ::history(history, &event, H_SETUNIQUE, 1);
    ::el_set(edit, EL_CLIENTDATA, &owner);
    ::el_set(edit, EL_PROMPT_ESC, &prompt, '\1');
    ::el_set(edit, EL_EDITOR, "emacs");
    ::el_set(edit, EL_SIGNAL, 0);
    ::el_set(edit, EL_HIST, ::history, history);
    // Between two lines too: what is typed then would be shown twice, and a Ctrl-D lost.
    ::el_set(edit, EL_SETTY, "-x", "-icanon", "-echo", nullptr);
    ::el_set(edit, EL_GETCFN, &get_key);
    ::el_set(edit, EL_ADDFN, "wskit-complete", "Complete a command", &complete);
    ::el_set(edit, EL_BIND, "\t", "wskit-complete", nullptr);
    ::el_set(edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    ::el_set(edit, EL_BIND, "\\e[1~", "ed-move-to-beg", nullptr);
    ::el_set(edit, EL_BIND, "\\e[4~", "ed-move-to-end", nullptr);
    ::el_set(edit, EL_BIND, "\\e[3~", "ed-delete-next-char", nullptr);
    ::el_set(edit, EL_BIND, "\\e[1;5C", "em-next-word", nullptr);
    ::el_set(edit, EL_BIND, "\\e[1;5D", "ed-prev-word", nullptr);
  }
  Libedit(const Libedit&) = delete;
  Libedit& operator=(const Libedit&) = delete;
  ~Libedit() {
    ::history_end(history);
    ::el_end(edit);
  }

  static LineEditor& owner_of(EditLine* line) {
    void* owner = nullptr;
    ::el_get(line, EL_CLIENTDATA, &owner);
    return *static_cast<LineEditor*>(owner);
  }
  static int get_key(EditLine* line, wchar_t* key) { return owner_of(line).next_key(*key); }
  static unsigned char complete(EditLine* line, int /*key*/) { return owner_of(line).complete(); }
  static char* prompt(EditLine* line) { return owner_of(line).prompt_.data(); }

  EditLine* edit;
  History* history;
};

LineEditor::LineEditor(EditorHost& host, std::string history_file)
    : host_(host), history_file_(std::move(history_file)) {
  use_utf8();
  edit_ = std::make_unique<Libedit>(*this);
  if (!history_file_.empty()) {
    HistEvent event;
    ::history(edit_->history, &event, H_LOAD, history_file_.c_str());
  }
  resize();
  put("\x1b[?2004h");
  (void)std::fflush(stdout);
}

void LineEditor::restore() {
  put("\x1b[?2004h");
  if (reading_) {
    ::el_set(edit_->edit, EL_PREP_TERM, 1);
    ::el_set(edit_->edit, EL_REFRESH);
  }
  (void)std::fflush(stdout);
}

LineEditor::~LineEditor() {
  put("\x1b[?2004l");
  (void)std::fflush(stdout);
}

LineEditor::Result LineEditor::read(const std::string& prompt, std::string& line) {
  prompt_ = prompt;
  stopped_ = false;
  reading_ = true;
  int length = 0;
  const char* const text = ::el_gets(edit_->edit, &length);
  if (stopped_) {
    end_line();
    ::el_reset(edit_->edit);
    pastes_.clear();
    reading_ = false;
    return Result::interrupted;
  }
  reading_ = false;
  if (text == nullptr || length <= 0) {
    put("\r\x1b[K");  // The prompt, and libedit's "^D".
    return Result::end_of_input;
  }
  line.assign(text, static_cast<std::size_t>(length));
  if (line.ends_with('\n')) {
    line.pop_back();
  }
  line = without_placeholders(std::move(line));
  return Result::line;
}

/// What was typed and not sent stays to be seen.
void LineEditor::end_line() {
  if (has_text()) {
    put("\r\n");
  } else {
    clear_line();
  }
}

std::string LineEditor::without_placeholders(std::string line) {
  for (std::size_t i = 0; i < pastes_.size(); ++i) {
    const std::string mark = placeholder(i + 1, pastes_[i]);
    if (const std::size_t at = line.find(mark); at != std::string::npos) {
      line.replace(at, mark.size(), pastes_[i].text);
    }
  }
  pastes_.clear();
  return line;
}

bool LineEditor::fill() {
  host_.wait_for_input();
  if (stopped_) {
    return false;
  }
  char bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) {
    filter_.feed({bytes, static_cast<std::size_t>(count)});
    return true;
  }
  hung_up_ = count == 0 || (errno != EINTR && errno != EAGAIN);
  return !hung_up_;
}

bool LineEditor::take_key(wchar_t& key) {
  Key next = filter_.next();
  if (const auto* code_point = std::get_if<wchar_t>(&next)) {
    key = *code_point;
    return true;
  }
  insert(std::move(std::get<Paste>(next)));
  return false;
}

int LineEditor::next_key(wchar_t& key) {
  (void)std::fflush(stdout);
  while (filter_.empty() || !take_key(key)) {
    if (filter_.empty() && !fill()) {
      errno = EINTR;
      return hung_up_ ? 0 : -1;
    }
  }
  return 1;
}

void LineEditor::insert(Paste paste) {
  while (paste.text.ends_with('\n')) {
    paste.text.pop_back();
  }
  if (is_typable(paste.text)) {
    filter_.unread(paste.text);
    return;
  }
  pastes_.push_back(std::move(paste));
  filter_.unread(placeholder(pastes_.size(), pastes_.back()));
}

unsigned char LineEditor::complete() {
  const LineInfo* const info = ::el_line(edit_->edit);
  const std::string line(info->buffer, info->cursor);
  std::string candidates;
  const std::string rest = host_.complete(line, candidates);
  if (!candidates.empty()) {
    print_above(candidates + "\n");
  }
  if (rest.empty() || ::el_insertstr(edit_->edit, rest.c_str()) != 0) {
    return candidates.empty() ? CC_REFRESH_BEEP : CC_REFRESH;
  }
  return CC_REFRESH;
}

bool LineEditor::has_text() const {
  const LineInfo* const info = ::el_line(edit_->edit);
  return reading_ && info->lastchar > info->buffer;
}

std::size_t LineEditor::cursor_row() const {
  const LineInfoW* const info = ::el_wline(edit_->edit);
  std::size_t row = 0;
  std::size_t column = prompt_.size();
  for (const wchar_t* at = info->buffer; at < info->cursor; ++at) {
    if (*at == L'\n') {
      ++row;
      column = 0;
      continue;
    }
    const int width = ::wcwidth(*at);
    column += width < 0 ? 2 : static_cast<std::size_t>(width);
    if (column >= columns_) {
      ++row;
      column -= columns_;
    }
  }
  return row;
}

void LineEditor::clear_line() {
  const std::size_t row = cursor_row();
  put("\r");
  if (row > 0) {
    put(fmt::format("\x1b[{}A", row));
  }
  put("\x1b[J");
}

void LineEditor::print_above(std::string_view text) {
  if (reading_) {
    clear_line();
  }
  put(text);
  if (reading_) {
    ::el_set(edit_->edit, EL_REFRESH);
  }
  (void)std::fflush(stdout);
}

void LineEditor::resize() {
  ::el_resize(edit_->edit);
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
    columns_ = size.ws_col;
  }
}

void LineEditor::remember(const std::string& line) {
  if (line.size() > kMostRemembered) {
    return;
  }
  HistEvent event;
  ::history(edit_->history, &event, H_ENTER, line.c_str());
  if (history_file_.empty()) {
    return;
  }
  // Made by us, so that it is nobody else's to read from its first byte on.
  const int fd = ::open(history_file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
    ::history(edit_->history, &event, H_SAVE, history_file_.c_str());
  }
}

}  // namespace wskit::cli
