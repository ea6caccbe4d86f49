// SPDX-License-Identifier: MIT
// The tables of RFC 9535, as far as their functions are supported.
#include "script/json_path.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

/// What `path` selects in `document`, each as one line of JSON, one after the other.
std::string selected(std::string_view path, std::string_view document) {
  INFO(path);
  const auto json = parse_json(document);
  REQUIRE(json.has_value());
  const auto compiled = JsonPath::compile(path);
  INFO((compiled ? "" : compiled.error().message));
  REQUIRE(compiled.has_value());
  CHECK(compiled->text() == path);
  const auto nodes = compiled->select(*json);
  REQUIRE(nodes.has_value());
  std::string out;
  for (const Json* const node : *nodes) {
    out += (out.empty() ? "" : " ") + dump_json(*node);
  }
  return out;
}

std::string complaint(std::string_view path) {
  INFO(path);
  const auto compiled = JsonPath::compile(path);
  REQUIRE_FALSE(compiled.has_value());
  CHECK(compiled.error().code == ErrorCode::usage);
  return compiled.error().message;
}

bool singular(std::string_view path) {
  INFO(path);
  const auto compiled = JsonPath::compile(path);
  REQUIRE(compiled.has_value());
  return compiled->is_singular();
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

constexpr std::string_view kStore = R"({"store": {
  "book": [
    {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century",
     "price": 8.95},
    {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
    {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick",
     "isbn": "0-553-21311-3", "price": 8.99},
    {"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings",
     "isbn": "0-395-19395-8", "price": 22.99}],
  "bicycle": {"color": "red", "price": 399}}})";

}  // namespace

TEST_CASE("a JSONPath selects from the book store of RFC 9535 (table 2)") {
  CHECK(selected("$.store.book[*].author", kStore) ==
        R"("Nigel Rees" "Evelyn Waugh" "Herman Melville" "J. R. R. Tolkien")");
  CHECK(selected("$..author", kStore) == selected("$.store.book[*].author", kStore));
  CHECK(selected("$.store.*", kStore).ends_with(R"(}] {"color":"red","price":399})"));
  CHECK(selected("$.store..price", kStore) == "8.95 12.99 8.99 22.99 399");
  CHECK(selected("$..book[2].title", kStore) == R"("Moby Dick")");
  CHECK(selected("$..book[2].publisher", kStore).empty());
  CHECK(selected("$..book[-1].title", kStore) == R"("The Lord of the Rings")");
  CHECK(selected("$..book[0,1].title", kStore) == R"("Sayings of the Century" "Sword of Honour")");
  CHECK(selected("$..book[:2].title", kStore) == selected("$..book[0,1].title", kStore));
  CHECK(selected("$..book[?@.isbn].title", kStore) == R"("Moby Dick" "The Lord of the Rings")");
  CHECK(selected("$..book[?@.price<10].title", kStore) ==
        R"("Sayings of the Century" "Moby Dick")");
  CHECK(selected("$..book[?(@.category == 'fiction' && @.isbn)].price", kStore) == "8.99 22.99");
}

TEST_CASE("a JSONPath selects members by their name (tables 4 and 5)") {
  CHECK(selected("$", R"({"k": "v"})") == R"({"k":"v"})");
  constexpr std::string_view kDocument = R"({"o": {"j j": {"k.k": 3}}, "'": {"@": 2}})";
  CHECK(selected("$.o['j j']", kDocument) == R"({"k.k":3})");
  CHECK(selected("$.o['j j']['k.k']", kDocument) == "3");
  CHECK(selected(R"($.o["j j"]["k.k"])", kDocument) == "3");
  CHECK(selected(R"($["'"]["@"])", kDocument) == "2");
  CHECK(selected(R"($['\'']['@'])", kDocument) == "2");
  CHECK(selected("$['a']", R"(["a"])").empty());
  CHECK(selected("$.größe", R"({"größe": 1})") == "1");
  CHECK(selected(R"($["\ud83d\ude00"])", R"({"😀": 1})") == "1");
  CHECK(selected(R"($['"'])", R"({"\"": 1})") == "1");
}

TEST_CASE("a JSONPath selects children by a wildcard (table 6)") {
  constexpr std::string_view kDocument = R"({"o": {"j": 1, "k": 2}, "a": [5, 3]})";
  CHECK(selected("$[*]", kDocument) == R"({"j":1,"k":2} [5,3])");
  CHECK(selected("$.o[*]", kDocument) == "1 2");
  CHECK(selected("$.o[*, *]", kDocument) == "1 2 1 2");
  CHECK(selected("$.a[*]", kDocument) == "5 3");
  CHECK(selected("$.o.j.*", kDocument).empty());
}

TEST_CASE("a JSONPath selects elements by index and by slice (tables 7 and 8)") {
  CHECK(selected("$[1]", R"(["a","b"])") == R"("b")");
  CHECK(selected("$[-2]", R"(["a","b"])") == R"("a")");
  CHECK(selected("$[2]", R"(["a","b"])").empty());
  CHECK(selected("$[-3]", R"(["a","b"])").empty());
  CHECK(selected("$[0]", R"({"0": "a"})").empty());
  constexpr std::string_view kDocument = R"(["a", "b", "c", "d", "e", "f", "g"])";
  CHECK(selected("$[1:3]", kDocument) == R"("b" "c")");
  CHECK(selected("$[5:]", kDocument) == R"("f" "g")");
  CHECK(selected("$[1:5:2]", kDocument) == R"("b" "d")");
  CHECK(selected("$[5:1:-2]", kDocument) == R"("f" "d")");
  CHECK(selected("$[::-1]", kDocument) == R"("g" "f" "e" "d" "c" "b" "a")");
  CHECK(selected("$[::0]", kDocument).empty());
  CHECK(selected("$[9007199254740991]", kDocument).empty());
  CHECK(selected("$[-9007199254740991::9007199254740991]", kDocument) == R"("a")");
}

TEST_CASE("a filter compares as RFC 9535 has it (table 11)") {
  const auto holds = [](std::string_view comparison) {
    return !selected("$[?" + std::string(comparison) + "]", R"({"obj": {"x": "y"}, "arr": [2, 3]})")
                .empty();
  };
  for (const std::string_view yes :
       {"$.absent1 == $.absent2", "$.absent1 <= $.absent2", "$.absent != 'g'", "1 <= 2",
        "'a' <= 'b'", "$.obj != $.arr", "$.obj == $.obj", "$.arr == $.arr", "$.obj <= $.obj",
        "$.arr <= $.arr", "1 <= 1", "true <= true", "null == null", "1 == 1.0", "-0 == 0",
        "1e2 == 100", "'\\u0061' == 'a'", "18446744073709551615 != -1",
        "18446744073709551615 > -1"}) {
    INFO(yes);
    CHECK(holds(yes));
  }
  for (const std::string_view no :
       {"$.absent == 'g'", "$.absent1 != $.absent2", "1 > 2", "13 == '13'", "'a' > 'b'",
        "$.obj == $.arr", "$.obj != $.obj", "$.obj == 17", "$.obj < $.arr", "$.obj < $.obj",
        "1 <= $.arr", "1 >= $.arr", "1 > $.arr", "1 < $.arr", "true > true", "null < 1"}) {
    INFO(no);
    CHECK_FALSE(holds(no));
  }
}

TEST_CASE("a filter selects children (table 12)") {
  constexpr std::string_view kDocument = R"({
    "a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}],
    "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}}, "e": "f"})";
  CHECK(selected("$.a[?@.b == 'kilo']", kDocument) == R"({"b":"kilo"})");
  CHECK(selected("$.a[?(@.b == 'kilo')]", kDocument) == R"({"b":"kilo"})");
  CHECK(selected("$.a[?@>3.5]", kDocument) == "5 4 6");
  CHECK(selected("$.a[?@.b]", kDocument) == R"({"b":"j"} {"b":"k"} {"b":{}} {"b":"kilo"})");
  CHECK(selected("$[?@.*]", kDocument) ==
        selected("$.a", kDocument) + " " + selected("$.o", kDocument));
  CHECK(selected("$[?@[?@.b]]", kDocument) == selected("$.a", kDocument));
  CHECK(selected("$.o[?@<3, ?@<3]", kDocument) == "1 2 1 2");
  CHECK(selected(R"($.a[?@<2 || @.b == "k"])", kDocument) == R"(1 {"b":"k"})");
  CHECK(selected("$.o[?@>1 && @<4]", kDocument) == "2 3");
  CHECK(selected("$.o[?@.u || @.x]", kDocument) == R"({"u":6})");
  CHECK(selected("$.a[?@.b == $.x]", kDocument) == "3 5 1 2 4 6");
  CHECK(selected("$.a[?@ == @]", kDocument) == selected("$.a[*]", kDocument));
  CHECK(selected("$.a[?!@.b && !(@ > 1)]", kDocument) == "1");
  CHECK(selected("$.a[?@ == 3 || @ == 5 && @ == 1]", kDocument) == "3");
}

TEST_CASE("objects are equal in any order of their members") {
  CHECK(selected("$[?@.x == $[0].y]", R"([{"x":{"a":1,"b":[2]},"y":{"b":[2.0],"a":1}}])") != "");
  CHECK(selected("$[?@.x == @.y]", R"([{"x":{"a":1,"b":2},"y":{"a":1,"c":2}}])").empty());
  CHECK(selected("$[?@.x == @.y]", R"([{"x":{"a":1},"y":{"a":1,"c":2}}])").empty());
}

TEST_CASE("the functions length, count and value (2.4)") {
  CHECK(selected("$[?length(@.a) >= 5]", R"([{"a":"größe"},{"a":[1,2]},{"a":7},{}])") ==
        R"({"a":"größe"})");
  CHECK(selected("$[?length(@) == 2]", R"([[1,2],{"a":1,"b":2},"ab","a",2])") ==
        R"([1,2] {"a":1,"b":2} "ab")");
  CHECK(selected("$[?count(@.*) == 1]", R"([[1],{"a":1},[1,2],3])") == R"([1] {"a":1})");
  CHECK(selected("$[?value(@..color) == 'red']", R"([{"x":{"color":"red"}},
      {"color":"red","x":{"color":"red"}}])") == R"({"x":{"color":"red"}})");
  CHECK(selected("$[?length(value(@.a[*])) == 3]", R"([{"a":["abc"]},{"a":["abc","d"]}])") ==
        R"({"a":["abc"]})");
}

TEST_CASE("child and descendant segments select in order (tables 15 to 17)") {
  CHECK(selected("$[0, 3]", R"(["a","b","c","d","e","f","g"])") == R"("a" "d")");
  CHECK(selected("$[0:2, 5]", R"(["a","b","c","d","e","f","g"])") == R"("a" "b" "f")");
  CHECK(selected("$[0, 0]", R"(["a","b"])") == R"("a" "a")");
  CHECK(selected("$['b','a']", R"({"a":1,"b":2})") == "2 1");
  constexpr std::string_view kDocument =
      R"({"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]})";
  CHECK(selected("$..j", kDocument) == "1 4");
  CHECK(selected("$..[0]", kDocument) == R"(5 {"j":4})");
  CHECK(selected("$..*", kDocument) == selected("$..[*]", kDocument));
  CHECK(selected("$..o", kDocument) == R"({"j":1,"k":2})");
  CHECK(selected("$.o..[*, *]", kDocument) == "1 2 1 2");
  CHECK(selected("$.a..[0, 1]", kDocument) == R"(5 3 {"j":4} {"k":6})");
  constexpr std::string_view kNulls = R"({"a": null, "b": [null], "c": [{}], "null": 1})";
  CHECK(selected("$.a", kNulls) == "null");
  CHECK(selected("$.a[0]", kNulls).empty());
  CHECK(selected("$.a.d", kNulls).empty());
  CHECK(selected("$.b[?@]", kNulls) == "null");
  CHECK(selected("$.b[?@==null]", kNulls) == "null");
  CHECK(selected("$.c[?@.d==null]", kNulls).empty());
  CHECK(selected("$.null", kNulls) == "1");
}

TEST_CASE("white space stands between the parts of a JSONPath") {
  CHECK(selected("$ .a [ 'b' , 0 ]", R"({"a":{"b":1}})") == "1");
  CHECK(selected("$[ ? @.a\t==\n1 || ! ( @.b ) ]", R"([{"a":1},{"b":2},{}])") == R"({"a":1} {})");
  CHECK(selected("$[ 1 : 3 : 1 ]", "[0,1,2,3]") == "1 2");
}

TEST_CASE("a path of names and single indices is singular") {
  CHECK(singular("$"));
  CHECK(singular("$.a['b'][0][-1]"));
  CHECK_FALSE(singular("$..a"));
  CHECK_FALSE(singular("$.*"));
  CHECK_FALSE(singular("$[0,1]"));
  CHECK_FALSE(singular("$[0:1]"));
  CHECK_FALSE(singular("$[?@.a].b"));
}

TEST_CASE("a JSONPath that is none says where and what was expected") {
  CHECK(complaint("") == "JSONPath '', at offset 0: expected '$', found the end");
  CHECK(complaint("a.b") == "JSONPath 'a.b', at offset 0: expected '$', found 'a'");
  CHECK(complaint("$.") == "JSONPath '$.', at offset 2: expected a name or '*', found the end");
  CHECK(complaint("$..1") ==
        "JSONPath '$..1', at offset 3: expected a name, '*' or '[', found '1'");
  CHECK(complaint("$x") ==
        "JSONPath '$x', at offset 1: expected '.', '..', '[' or the end, "
        "found 'x'");
  CHECK(complaint("$.a ").ends_with("at offset 3: expected '.', '..', '[' or the end, found ' '"));
  CHECK(complaint("$[a]").ends_with(
      "at offset 2: expected a name in quotes, an index, a slice, '*' or a filter '?...', "
      "found 'a'"));
  CHECK(complaint("$['a'").ends_with("at offset 5: expected ',' or ']', found the end"));
  CHECK(complaint("$['a").ends_with("at offset 4: expected ' to end the string, found the end"));
  CHECK(
      complaint("$['\\x']")
          .ends_with(
              "at offset 2: expected a string with the escapes of JSON and no control characters"));
  CHECK(complaint("$[01]").ends_with("at offset 2: expected an integer without a leading zero"));
  CHECK(complaint("$[9007199254740992]")
            .ends_with("at offset 2: expected an integer within 2^53 - 1 of zero"));
  CHECK(complaint("$[?@.a = 1]").ends_with("at offset 7: expected ',' or ']', found '='"));
  CHECK(complaint("$[?@.a == ]")
            .ends_with("at offset 10: expected a path '@...' or '$...', a string, a number, true, "
                       "false, null or a function, found ']'"));
  CHECK(complaint("$[?@.* == 1]")
            .ends_with("at offset 3: expected a path that selects one value at most: names and "
                       "indices alone"));
  CHECK(
      complaint("$[?1]").ends_with("at offset 4: expected a comparison, as in '== 1', found ']'"));
  CHECK(complaint("$[?!@.a == 1]")
            .ends_with("expected a path or '(' after '!': a comparison needs parentheses"));
  CHECK(complaint("$[?match(@.a, 'x')]")
            .ends_with("at offset 3: there is no function 'match' here; there are length(), "
                       "count() and value()"));
  CHECK(complaint("$[?count(1) == 1]").ends_with("expected a path '@...' or '$...'"));
  CHECK(complaint("$[?count(@.*, 1) == 1]")
            .ends_with("at offset 12: expected ')' after the function's one argument, found ','"));
  CHECK(complaint("$.\xff").ends_with("it is not UTF-8"));
  CHECK(complaint("$[\"\xe2\x82\xac").ends_with("found the end"));
}

TEST_CASE("nesting without end is refused") {
  CHECK(complaint("$[?" + repeated("(", 10'000) + "@").ends_with("nested deeper than 64 levels"));
  CHECK(complaint("$" + repeated("[?@", 10'000)).ends_with("nested deeper than 64 levels"));
  CHECK(complaint("$[?" + repeated("length(", 10'000)).ends_with("nested deeper than 64 levels"));
  CHECK(selected("$[?" + repeated("(", 63) + "@" + repeated(")", 63) + "]", "[1]") == "1");
  // Each one walks through a document of the greatest depth: it takes too long, but not the stack.
  const std::string deep = repeated("[", 255) + repeated("]", 255);
  const auto walk = JsonPath::compile("$" + repeated("[?$..[0]", 60) + repeated("]", 60));
  REQUIRE(walk.has_value());
  const auto json = parse_json(deep);
  REQUIRE(json.has_value());
  CHECK_FALSE(walk->select(*json).has_value());
}

TEST_CASE("a JSONPath that goes on and on gives up") {
  std::string numbers = "[0";
  for (int i = 1; i < 4'000; ++i) {
    numbers += "," + std::to_string(i);
  }
  const auto json = parse_json(numbers + "]");
  REQUIRE(json.has_value());
  for (const std::string_view text : {"$[?count($[?@ > 1]) > 1]", "$[?$..[?@ == -1]]"}) {
    const auto path = JsonPath::compile(text);
    REQUIRE(path.has_value());
    const auto nodes = path->select(*json);
    INFO(text);
    REQUIRE_FALSE(nodes.has_value());
    CHECK(nodes.error().code == ErrorCode::usage);
    CHECK(nodes.error().message == "JSONPath '" + std::string(text) +
                                       "' gave up after 10000000 steps: the message is too big for "
                                       "it; say more of where the value is");
  }
  const std::string long_text(1'000'000, 'x');
  const Json document = {{"a", long_text}, {"b", long_text}, {"c", *json}};
  const auto compare = JsonPath::compile("$.c[?$.a == $.b]");
  REQUIRE(compare.has_value());
  CHECK_FALSE(compare->select(document).has_value());
}
