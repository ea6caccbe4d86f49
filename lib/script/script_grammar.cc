// SPDX-License-Identifier: MIT
#include "script/script_grammar.h"

#include <array>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "core/json.h"

namespace wskit::script {
namespace {

constexpr std::array kRules{
    Rule{
        "script",
        R"({ directive | default | include } ( [ setup ] test { [ setup ] test } | { client } step line { step line } ))",
        "a file; steps without a test are one test, named after the file (set is a default there, "
        "until another step)"},
    Rule{"directive", "url | header | protocol | timeout | answer | accept | no pong",
         "in the head: for all tests; in a test, under client or under connect: for that"},
    Rule{"url", R"("url" text)",
         "ws:// or wss://; the URL of the command line wins over the head's", Keyword::url},
    Rule{"header", R"("header" token ":" text)",
         "a header of the request (of a server: its answer)", Keyword::header},
    Rule{"protocol", R"("protocol" token { "," token })",
         "subprotocols, the preferred one first (of a server: the one it says)", Keyword::protocol},
    Rule{"timeout", R"("timeout" duration)", "for each < that names none; default 5s",
         Keyword::timeout},
    Rule{"answer", R"("answer" integer)", "servers: refuse the upgrade with this status",
         Keyword::answer},
    Rule{"accept", R"("accept" text)", "servers: this Sec-WebSocket-Accept, right or wrong",
         Keyword::accept},
    Rule{"no pong", R"("no pong")", "servers: leave Pings unanswered", Keyword::no_pong},
    Rule{"default", R"("set" name "=" ( json string | text ))",
         "in the head: the value where --var gives none"},
    Rule{"setup", R"("setup {" { step line } "}")", "runs before each test that follows",
         Keyword::setup},
    Rule{"include", R"("include" path)",
         "the lines of another file, found from this one, as if they stood here", Keyword::include},
    Rule{"test", R"("test" text { directive } { client } step line { step line })",
         "its own connections and variables; up to the next test (a server's needs no step)",
         Keyword::test},
    Rule{"client", R"("client" name { "," name } { directive })",
         "names the clients of a test; there is no other one then", Keyword::client},
    Rule{"step line", R"([ "@" seconds ] ( send | expect | watch | step ))",
         "@ waits until so many seconds of the test have passed (before < it is a note)"},
    Rule{"send", R"([ name ] ">" message)", "sends; blanks around the message do not count"},
    Rule{
        "message",
        R"("text" text | "string" json string | "json" json | "hex" hex | "b64" base64)"
        R"( | [ "binary" ] "file" path | ( "ping" | "pong" ) [ content ] | "close" [ code [ reason ] ])"
        R"( | "raw" content | block | text)",
        "what is no keyword is text; raw goes out as it is, without a frame"},
    Rule{"content", R"("hex" hex | "b64" base64 | "string" json string | text)",
         "bytes of a control frame or of raw"},
    Rule{"reason", R"("string" json string | "text" text | block | text)", "of a Close frame"},
    Rule{"block", R"('"""' { line } '"""')",
         "lines up to one of three quotes, without its indentation; also after json"},
    Rule{"expect", R"([ "strict" ] awaited | [ name ] "<" expected)",
         "strict: the very next message"},
    Rule{"awaited", R"([ name ] "<" [ "[" duration "]" ] pattern { detail })",
         "takes the first unread message that fits, skipping others"},
    Rule{
        "expected",
        R"("none" duration [ pattern ] | [ "[" duration "]" ] ( "open" | "refused" [ integer ] ) { predicate | capture })",
        "none: nothing that fits comes for so long; open, refused: how the connection began"},
    Rule{
        "pattern",
        R"("text" text | "string" json string | "json" json | "json=" json | "~ /" regex "/" [ flags ])"
        R"( | ( "*" | "glob" ) glob | "any" | "hex" hex | "b64" base64 | [ "binary" ] "file" path)"
        R"( | ( "ping" | "pong" ) [ content ] | "close" [ code [ content ] ] | block | text)",
        "json: contained in the message, json= equal to it; named groups of a regex are captures"},
    Rule{"detail", R"([ "where" ] predicate | capture)",
         "under <: where selects as the pattern does, the others must hold"},
    Rule{"capture", R"("capture" name "=" query)", "keeps a part of what came in a variable"},
    Rule{
        "query",
        R"(( "jsonpath" json string | "regex" ( json string | "/" regex "/" ) | "message" | "bytes" | "code")"
        R"( | "reason" | "status" | "header" json string | "subprotocol" | "extensions" | "body" ) [ "count" ])",
        "a part of a message, a close, an opening or an HTTP answer"},
    Rule{"predicate", R"(query [ "not" ] test of a value)",
         "what must hold of it, in hurl's words"},
    Rule{
        "test of a value",
        R"(( "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "startsWith" | "endsWith" ) value)"
        R"( | "matches" ( json string | "/" regex "/" ) | "exists" | "isString" | "isNumber" | "isInteger")"
        R"( | "isFloat" | "isBoolean" | "isList" | "isObject" | "isCollection" | "isEmpty" | "isNull")",
        "what a predicate demands"},
    Rule{"value", R"(json string | json | term { ( "+" | "-" ) term })",
         "text in quotes, JSON, or integers that add and subtract"},
    Rule{"term", R"(integer | placeholder)", "beside a string a placeholder is text"},
    Rule{"placeholder", R"("{{" [ "json" ] name "}}")",
         "a variable, env.NAME, uuid, seq, conn, now (milliseconds since 1970) or rand LOW HIGH; "
         "json: quoted for JSON; \\{{ is a literal {{"},
    Rule{"watch", R"(on | fail)", "for the whole test, wherever it stands"},
    Rule{"on", R"("on" [ name | "*" ] pattern ">" message)",
         "answers what fits, which no < sees then; *: of any client; the pattern is of one line, "
         "and a "
         "glob by its word",
         Keyword::on},
    Rule{"fail", R"("fail on" [ name | "*" ] pattern)", "the test fails when it comes",
         Keyword::fail},
    Rule{"step",
         "connect | reconnect | sleep | barrier | set | step name | repeat | unordered | http | "
         "include",
         "what is neither sent nor received"},
    Rule{"connect", R"("connect" [ name ] { directive })",
         "here, not at the first step that needs a connection", Keyword::connect},
    Rule{"reconnect", R"("reconnect" [ name ] { directive })",
         "drops the connection and its unread messages, and makes a new one", Keyword::reconnect},
    Rule{"sleep", R"("sleep" duration)", "does nothing; messages are kept", Keyword::sleep},
    Rule{"barrier", R"("barrier")",
         "a Ping to each client's server, and its Pong: it has read what was sent before",
         Keyword::barrier},
    Rule{"set", R"("set" name "=" value)", "evaluated once, each time it is played", Keyword::set},
    Rule{"step name", R"("step" text)", "names what follows in reports and load tests",
         Keyword::step},
    Rule{"repeat", R"("repeat" ( integer | duration ) "{" { step line } "}")",
         "so often, or for so long", Keyword::repeat},
    Rule{"unordered", R"("unordered {" awaited { awaited } "}")", "all of these, in any order",
         Keyword::unordered},
    Rule{
        "http",
        R"("http" method text { "header" token ":" text } [ "body" ( block | text ) ] { predicate | capture })",
        "one HTTP request, a login say; the answer must be below 400 unless status is tested",
        Keyword::http},
};

/// The terminals of a definition, without the braces of blocks behind them.
void add_words(std::string_view definition, std::set<std::string>& words) {
  while (true) {
    const std::size_t open = definition.find('"');
    constexpr std::string_view kBlock = R"(""")";
    if (open != std::string_view::npos && definition.substr(open).starts_with(kBlock)) {
      words.emplace(kBlock);
      definition.remove_prefix(open + kBlock.size());
      continue;
    }
    const std::size_t close =
        open == std::string_view::npos ? open : definition.find('"', open + 1);
    if (close == std::string_view::npos) {
      return;
    }
    std::string_view word = definition.substr(open + 1, close - open - 1);
    word = word.substr(0, word.find(" {"));
    if (!word.empty()) {
      words.emplace(word);
    }
    definition.remove_prefix(close + 1);
  }
}

}  // namespace

std::span<const Rule> grammar() {
  return kRules;
}

std::optional<Keyword> find_keyword(std::string_view word) {
  for (const Rule& rule : kRules) {
    if (!rule.keyword) {
      continue;
    }
    const std::string_view name = rule.name.substr(0, rule.name.find(' '));
    if (name == word) {
      return rule.keyword;
    }
  }
  return std::nullopt;
}

std::string_view form_of(Keyword keyword) {
  for (const Rule& rule : kRules) {
    if (rule.keyword == keyword) {
      return rule.definition;
    }
  }
  return {};
}

bool is_directive(Keyword keyword) {
  return keyword <= Keyword::no_pong;
}

std::string grammar_json() {
  Json rules = Json::array();
  std::set<std::string> words;
  for (const Rule& rule : kRules) {
    rules.push_back({{"name", rule.name},
                     {"definition", rule.definition},
                     {"meaning", rule.meaning},
                     {"begins", rule.keyword.has_value()}});
    add_words(rule.definition, words);
  }
  return dump_json({{"wskit_grammar", 1}, {"rules", rules}, {"words", words}}, 1) + '\n';
}

std::string grammar_text() {
  std::string text;
  for (const Rule& rule : kRules) {
    fmt::format_to(std::back_inserter(text), "(* {} *)\n{} = {} ;\n", rule.meaning, rule.name,
                   rule.definition);
  }
  return text;
}

}  // namespace wskit::script
