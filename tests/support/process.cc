// SPDX-License-Identifier: MIT
#include "tests/support/process.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wskit::test {
namespace {

[[noreturn]] void give_up(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    give_up("pipe2");
  }
  return ends;
}

// False at the end of the stream.
bool take(int fd, std::string& into) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return got > 0;
}

// Between the fork and the exec of a process that may have threads: system calls only.
[[noreturn]] void exec_child(char* const* argv, unsigned open_files, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (open_files > 0) {
    const rlimit limit{open_files, open_files};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::execv(argv[0], argv);
  ::_exit(127);
}

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, unsigned open_files) {
  const auto out = make_pipe();
  const auto err = make_pipe();
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) {
    give_up("fork");
  }
  if (pid_ == 0) {
    exec_child(argv.data(), open_files, out[1], err[1]);
  }
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {out_fd_, err_fd_}) {
    if (fd >= 0) {
      ::close(fd);
    }
  }
}

// Reads once from whichever output has something. False at the deadline, or when both have ended.
bool Process::pump(Deadline deadline) {
  std::array<pollfd, 2> polled{pollfd{out_fd_, POLLIN, 0}, pollfd{err_fd_, POLLIN, 0}};
  if ((out_fd_ < 0 && err_fd_ < 0) ||
      ::poll(polled.data(), polled.size(), milliseconds_until(deadline)) <= 0) {
    return false;
  }
  const auto read_from = [](const pollfd& poll, int& fd, std::string& into) {
    if (poll.revents != 0 && !take(fd, into)) {
      ::close(fd);
      fd = -1;
    }
  };
  read_from(polled[0], out_fd_, out_);
  read_from(polled[1], err_fd_, err_);
  return true;
}

std::string Process::read_line(Timeout patience) {
  const Deadline deadline = std::chrono::steady_clock::now() + patience;
  std::size_t end = std::string::npos;
  while ((end = out_.find('\n')) == std::string::npos) {
    if (out_fd_ < 0 || !pump(deadline)) {
      return {};
    }
  }
  std::string line = out_.substr(0, end);
  out_.erase(0, end + 1);
  return line;
}

const std::string& Process::err() {
  while (pump(std::chrono::steady_clock::now())) {
  }
  return err_;
}

void Process::signal(int number) const {
  if (::kill(pid_, number) != 0) {
    give_up("kill");
  }
}

Exit Process::wait(Timeout patience) {
  const Deadline deadline = std::chrono::steady_clock::now() + patience;
  while (pump(deadline)) {
  }
  // Its outputs have ended, or the time is over: a child that closed them early is waited for too.
  // glibc 2.36 declares pidfd_open() without C linkage.
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  pollfd polled{pidfd, POLLIN, 0};
  ::poll(&polled, 1, milliseconds_until(deadline));
  ::close(pidfd);
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  Exit exit{-1, out_, err_};
  if (ended == 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  } else {
    exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  pid_ = -1;
  return exit;
}

Exit run(const std::vector<std::string>& arguments) {
  return Process(arguments).wait();
}

}  // namespace wskit::test
