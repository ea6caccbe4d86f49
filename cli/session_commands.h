// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/session_screen.h"
#include "cli/slash_command.h"
#include "session/session.h"

namespace wskit::cli {

/// The slash commands of an interactive session, but for /close, which ends it.
class SessionCommands {
 public:
  SessionCommands(session::Session& session, SessionScreen& screen, net::Loop& loop)
      : session_(session), screen_(screen), loop_(loop) {}

  void run(const TypedLine& line);

 private:
  void help() const;
  void ping(const std::string& text);
  void send_file(const std::string& path);
  void send(const script::Message& message);
  void save(const std::string& path);
  void stats();
  void headers();
  void filter(const std::string& pattern);
  void set(const std::string& arguments);

  session::Session& session_;
  SessionScreen& screen_;
  net::Loop& loop_;
};

}  // namespace wskit::cli
