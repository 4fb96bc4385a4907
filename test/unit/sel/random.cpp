#include "test/unit/sel/support.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <random>
#include <string>

using tutti::sel::limits;
using tutti::sel::test::fixed_budget;
using tutti::sel::test::run;

namespace {

constexpr std::string_view words[] = {"x",
                                      "y",
                                      "m",
                                      "s",
                                      "a",
                                      "params",
                                      "Long",
                                      "String",
                                      "Map",
                                      "DateTime",
                                      "DateTimeZone",
                                      "DateTimeFormat",
                                      "Util",
                                      "Math",
                                      "Days",
                                      "UUID",
                                      "Arrays",
                                      "DateTimeConstants",
                                      "1",
                                      "2",
                                      "0",
                                      "-1",
                                      "1.5",
                                      "1e300",
                                      "9223372036854775807",
                                      "'a'",
                                      "'b,c'",
                                      "''",
                                      "\"q\"",
                                      "'(a+)*'",
                                      "'yyyy-MM-dd'",
                                      "'UTC'",
                                      "'Europe/Berlin'",
                                      "'%s %d'",
                                      "true",
                                      "false",
                                      "null",
                                      "+",
                                      "-",
                                      "*",
                                      "/",
                                      "%",
                                      "==",
                                      "!=",
                                      "<",
                                      ">",
                                      "<=",
                                      ">=",
                                      "&&",
                                      "||",
                                      "!",
                                      "?",
                                      ":",
                                      "=",
                                      "+=",
                                      "-=",
                                      "*=",
                                      "/=",
                                      "%=",
                                      "(",
                                      ")",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      ";",
                                      ";",
                                      ";",
                                      ",",
                                      ".",
                                      "if",
                                      "else",
                                      "while",
                                      "for",
                                      "break",
                                      "continue",
                                      "return",
                                      "throw",
                                      "new",
                                      "int",
                                      "double",
                                      "boolean",
                                      "int[]",
                                      "new Map()",
                                      "new int[]{1, 2}",
                                      "new String[]{'a', 'b'}",
                                      "new DateTime(0)",
                                      ".length",
                                      ".put(",
                                      ".get(",
                                      ".split(",
                                      ".format(",
                                      ".plusDays(",
                                      ".withZone(",
                                      ".toString()",
                                      ".substring(",
                                      ".replaceAll(",
                                      ".forPattern(",
                                      ".parseDateTime(",
                                      ".intsBetween(",
                                      ".join(",
                                      ".valueOf(",
                                      ".forID(",
                                      ".dayOfWeek()",
                                      ".withMaximumValue()",
                                      "\\u0041",
                                      "//",
                                      "/*",
                                      "*/",
                                      "@",
                                      "\n",
                                      "é",
                                      "import",
                                      "x = 1;",
                                      "m = new Map();",
                                      "s = 'ab';",
                                      "a = new int[3];"};

/// Texts that are programs more often than soup is.
class generator {
public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::string soup() {
    std::string out;
    for (auto n = below(40); n > 0; --n)
      out += std::string{words[below(std::size(words))]} + (below(4) == 0 ? "" : " ");
    return out;
  }

  std::string program() {
    std::string out;
    for (auto n = 1 + below(4); n > 0; --n)
      out += statement(0);
    return out;
  }

private:
  unsigned below(std::size_t n) { return static_cast<unsigned>(random_() % n); }

  std::string statement(int depth) {
    constexpr std::string_view types[] = {"int", "String", "double", "Map", "DateTime", "int[]"};
    if (depth > 3)
      return expression(depth) + ";";
    switch (below(10)) {
      case 0:
        return "if (" + expression(depth + 1) + ") " + statement(depth + 1)
               + (below(2) == 0 ? " else " + statement(depth + 1) : "");
      case 1:
        return "for (i = 0; i < 3; i += 1) " + statement(depth + 1);
      case 2:
        return "{ " + statement(depth + 1) + statement(depth + 1) + " }";
      case 3:
        return std::string{types[below(std::size(types))]} + " " + name()
               + (below(2) == 0 ? " = " + expression(depth + 1) : "") + ";";
      case 4:
        return below(2) == 0 ? "break;" : "continue;";
      case 5:
        return (below(2) == 0 ? "return " : "throw ") + expression(depth + 1) + ";";
      default:
        return name() + " = " + expression(depth + 1) + ";";
    }
  }

  std::string name() {
    constexpr std::string_view names[] = {"x", "y", "m", "s", "a", "d"};
    return std::string{names[below(std::size(names))]};
  }

  std::string expression(int depth) {
    constexpr std::string_view operators[]
      = {" + ", " - ", " * ", " / ", " % ", " == ", " < ", " && ", " || ", " != ", " += ", " = "};
    constexpr std::string_view atoms[] = {"1",
                                          "2.5",
                                          "'ab'",
                                          "true",
                                          "null",
                                          "x",
                                          "y",
                                          "m",
                                          "s",
                                          "a",
                                          "d",
                                          "params.x",
                                          "Util",
                                          "new Map()",
                                          "new int[]{1,2}",
                                          "new DateTime(0)",
                                          "9223372036854775807"};
    if (depth > 4 || below(3) == 0)
      return std::string{atoms[below(std::size(atoms))]};
    switch (below(6)) {
      case 0:
        return "(" + expression(depth + 1) + ")";
      case 1:
        return "-" + expression(depth + 1);
      case 2:
        return expression(depth + 1) + "[" + expression(depth + 1) + "]";
      case 3:
        return call(depth);
      case 4:
        return expression(depth + 1) + " ? " + expression(depth + 1) + " : "
               + expression(depth + 1);
      default:
        return expression(depth + 1) + std::string{operators[below(std::size(operators))]}
               + expression(depth + 1);
    }
  }

  std::string call(int depth) {
    constexpr std::string_view methods[]
      = {"split",       "substring", "replaceAll", "put",      "get",       "size",
         "toString",    "plusDays",  "withYear",   "trim",     "format",    "join",
         "valueOf",     "escape",    "equals",     "isBefore", "getMillis", "withTimeAtStartOfDay",
         "intsBetween", "min",       "pow",        "forID",    "forPattern"};
    auto out = expression(depth + 1) + "." + std::string{methods[below(std::size(methods))]} + "(";
    const auto count = below(4);
    for (unsigned i = 0; i < count; ++i)
      out += (i > 0 ? ", " : "") + expression(depth + 1);
    return out + ")";
  }

  std::mt19937 random_;
};

std::string outcome_of(const std::string& text) {
  limits bounds;
  bounds.visits = 20'000;
  bounds.loop = 100;
  bounds.memory = 2'000'000;
  return run(text, fixed_budget(bounds),
             {{"x", tutti::model::value{std::int64_t{7}}},
              {"s", tutti::model::value{std::string{"abc"}}}});
}

} // namespace

TEST_CASE("soup of words never breaks anything") {
  for (unsigned seed = 0; seed < 30'000; ++seed) {
    const auto text = generator{seed}.soup();
    INFO("seed ", seed, ": ", text);
    CHECK(!outcome_of(text).empty());
  }
}

TEST_CASE("random programs give the same result twice, or the same failure") {
  std::size_t good = 0;
  for (unsigned seed = 0; seed < 30'000; ++seed) {
    const auto text = generator{seed}.program();
    INFO("seed ", seed, ": ", text);
    const auto first = outcome_of(text);
    CHECK(first == outcome_of(text));
    CHECK(first != "! INTERNAL_ERROR");
    good += first.starts_with("!") ? 0 : 1;
  }
  MESSAGE(good << " of 30000 programs have a result");
  CHECK(good > 2000);
}

TEST_CASE("bytes that are no text are refused or read as characters") {
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random() % 30; n > 0; --n)
      text += static_cast<char>(random() % 256);
    CHECK(!run("'" + text + "';").empty());
    CHECK(!run(text).empty());
  }
}
