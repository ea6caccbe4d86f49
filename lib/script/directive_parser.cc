// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "script/step_parser.h"
#include "wire/http.h"

namespace wskit::script {
namespace {

using Use = ParseContext::Use;

constexpr std::size_t kMaxClients = 10'000;

std::string names(const Test& test) {
  std::string list;
  for (const Client& client : test.clients) {
    list += (list.empty() ? "" : ", ") + client.name;
  }
  return list;
}

}  // namespace

bool StepParser::client(LineCursor& at, std::string_view name, ClientIndex& out) {
  if (test_.clients.empty()) {
    test_.clients.emplace_back();  // The one without a name.
  }
  const auto found = std::ranges::find(test_.clients, name, &Client::name);
  if (found != test_.clients.end()) {
    out = static_cast<ClientIndex>(found - test_.clients.begin());
    return true;
  }
  const bool named = !test_.clients.front().name.empty();
  if (name.empty()) {
    return context_.fail(
        at.place(),
        fmt::format("expected the name of one of the clients of the test in line {}: {}",
                    test_.place.line, names(test_)));
  }
  return context_.fail(
      at.place(),
      named ? fmt::format("expected one of the clients of this test: {}", names(test_))
            : fmt::format("expected no name here, or 'client {}' above the first step", name));
}

bool StepParser::only_client(const LineCursor& at, ClientIndex& out) {
  LineCursor here = at;
  return client(here, {}, out);
}

bool StepParser::header(LineCursor at, std::vector<Directives::Header>& out) {
  const std::size_t colon = at.rest().find(':');
  if (colon == std::string_view::npos || colon == 0 ||
      !wire::is_token(at.rest().substr(0, colon))) {
    return context_.expected(at, "a header like Name: value");
  }
  Directives::Header& header = out.emplace_back();
  header.name = at.rest().substr(0, colon);
  at.skip(colon + 1);
  at.skip_blanks();
  return context_.text(at, at.rest(), Use::once, header.value);
}

bool StepParser::url(const LineCursor& at, Template& out) {
  if (context_.options.server) {
    return context_.text(at, at.rest(), Use::once, out);
  }
  const std::string_view url = at.rest();
  if (!url.starts_with("ws://") && !url.starts_with("wss://") && !url.starts_with("ws+unix:") &&
      !url.starts_with("{{")) {
    return context_.expected(at, "a URL: ws:// or wss://");
  }
  return context_.url(at, out);
}

bool StepParser::protocols(LineCursor at, std::vector<std::string>& out) {
  while (true) {
    const std::string_view rest = at.rest();
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view token =
        rest.substr(0, rest.substr(0, comma).find_last_not_of(" \t") + 1);
    if (!wire::is_token(token)) {
      return context_.expected(at, "subprotocols like chat.v2, chat.v1");
    }
    if (std::ranges::find(out, token) != out.end()) {
      return context_.fail(at.place(), fmt::format("there is a subprotocol {} already", token));
    }
    out.emplace_back(token);
    if (comma == rest.size()) {
      return true;
    }
    at.skip(comma + 1);
    at.skip_blanks();
  }
}

bool StepParser::answer(const LineCursor& at, int& out) {
  const auto status = parse_integer(at.rest(), 200, 599);
  if (!status) {
    return context_.expected(at, "a status between 200 and 599");
  }
  out = static_cast<int>(*status);
  return true;
}

bool StepParser::directive(Keyword keyword, LineCursor at, Directives& out) {
  const bool for_server =
      keyword == Keyword::answer || keyword == Keyword::accept || keyword == Keyword::no_pong;
  if (for_server && !context_.options.server) {
    return context_.fail(at.place(), "this is for servers: wskit serve script");
  }
  at.take_word();
  if (at.at_end()) {
    return context_.expected(at, form_of(keyword));
  }
  switch (keyword) {
    case Keyword::url:
      return url(at, out.url.emplace());
    case Keyword::header:
      return header(at, out.headers);
    case Keyword::timeout:
      return context_.duration(at, out.timeout.emplace()) && context_.end(at);
    case Keyword::answer:
      return answer(at, out.answer_status.emplace());
    case Keyword::accept:
      out.accept = std::string(at.rest());
      return true;
    case Keyword::no_pong:
      out.no_pong = true;
      return at.take_if("pong") ? context_.end(at) : context_.expected(at, "no pong");
    default:
      return protocols(at, out.subprotocols);
  }
}

bool StepParser::directives(Directives& out) {
  while (auto at = context_.lines.peek()) {
    const auto keyword = find_keyword(at->word());
    if (!keyword || !is_directive(*keyword)) {
      return true;
    }
    context_.lines.take();
    if (!directive(*keyword, *at, out)) {
      return false;
    }
  }
  return true;
}

bool StepParser::clients(LineCursor at) {
  const std::size_t first = test_.clients.size();
  while (true) {
    std::string name;
    const LineCursor here = at;
    if (!context_.name(at, "names like a, b", name)) {
      return false;
    }
    if (std::ranges::find(test_.clients, name, &Client::name) != test_.clients.end()) {
      return context_.fail(here.place(), fmt::format("there is a client {} already", name));
    }
    if (name == "strict" || find_keyword(name)) {
      return context_.fail(here.place(),
                           fmt::format("'{}' is a word of scripts; name it otherwise", name));
    }
    if (test_.clients.size() >= kMaxClients) {
      return context_.fail(here.place(), fmt::format("more than {} clients", kMaxClients));
    }
    test_.clients.push_back({.name = std::move(name), .directives = {}});
    if (at.at_end()) {
      break;
    }
    if (at.front() != ',') {
      return context_.expected(at, "a comma and another name, or the end of the line");
    }
    at.skip(1);
    at.skip_blanks();
  }
  Directives own;
  if (!directives(own)) {
    return false;
  }
  for (std::size_t i = first; i < test_.clients.size(); ++i) {
    test_.clients[i].directives = own;
  }
  return true;
}

}  // namespace wskit::script
