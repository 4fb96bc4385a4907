#include "runtime/params/evaluator.hpp"
#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::value;

namespace {

fixed_scope names() {
  return fixed_scope{{{"x", number(5)},
                      {"s", text("abc")},
                      {"d", value{2.5}},
                      {"b", value{true}},
                      {"a", numbers({1, 2, 3})},
                      {"step1__dates", numbers({20240101, 20240102})}}};
}

value of(std::string_view expression) {
  auto scope = names();
  auto out = basic_evaluator().evaluate(expression, scope);
  INFO(expression);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

std::string refusal(std::string_view expression) {
  auto scope = names();
  auto out = basic_evaluator().evaluate(expression, scope);
  INFO(expression);
  REQUIRE(!out);
  CHECK(out.error().code == ec::bad_request);
  return out.error().message;
}

} // namespace

TEST_CASE("literals have their types") {
  CHECK(of("42") == number(42));
  CHECK(of(" 42 ; ") == number(42));
  CHECK(of("7L") == number(7));
  CHECK(of("010") == number(10));
  CHECK(of("-3") == number(-3));
  CHECK(of("- -3") == number(3));
  CHECK(of("1.50") == value{1.5});
  CHECK(of("3d") == value{3.0});
  CHECK(of("1e3") == value{1000.0});
  CHECK(of("'a\\'b'") == text("a'b"));
  CHECK(of("\"q\\u00e9\\n\"") == text("q\xC3\xA9\n"));
  CHECK(of("true;") == value{true});
  CHECK(of("return false;") == value{false});
}

TEST_CASE("comments are blanks") {
  CHECK(of("/* a */ 1 // b") == number(1));
}

TEST_CASE("a bare name gives the value of the scope") {
  CHECK(of("step1__dates") == numbers({20240101, 20240102}));
  CHECK(of("x;") == number(5));
}

TEST_CASE("errors of the scope are handed on") {
  CHECK(refusal("nope") == "unknown name nope");
}

TEST_CASE("the type of the left side selects the comparison") {
  CHECK(of("x == 5") == value{true});
  CHECK(of("x >= 5.5") == value{false});
  CHECK(of("d < 3") == value{true});
  CHECK(of("1 == '1'") == value{true});
  CHECK(of("s != 'abd'") == value{true});
  CHECK(of("b == true") == value{true});
  CHECK(contains(refusal("'1' == 1"), "LONG"));
  CHECK(contains(refusal("'a' < 'b'"), "`<` cannot be used"));
  CHECK(contains(refusal("a == a"), "LONG_ARRAY"));
  CHECK(contains(refusal("b == 1"), "`==` cannot be used on [1]"));
}

TEST_CASE("logic has the usual precedence and evaluates both sides") {
  CHECK(of("true || false && false") == value{true});
  CHECK(of("(true || false) && !true") == value{false});
  CHECK(of("x > 4 && x < 6 == true") == value{true});
  CHECK(refusal("true || nope") == "unknown name nope");
  CHECK(contains(refusal("!5"), "`!` cannot be used"));
  CHECK(contains(refusal("x && true"), "`&&` cannot be used"));
}

TEST_CASE("whole numbers are compared exactly") {
  CHECK(of("9007199254740993 == 9007199254740992") == value{false});
}

TEST_CASE("ranges of whole numbers stay ranges") {
  auto out = of("Util.intsBetween(0, 1000000, 1)");
  REQUIRE(out.as<model::int_seq>());
  CHECK(out.as<model::int_seq>()->compact());
  CHECK(out.as<model::int_seq>()->size() == 1'000'000);
  CHECK(of("Util.intsBetween(0, 5, 2);") == numbers({0, 2, 4}));
  CHECK(of("Util.intsBetween(5, 0, -2);") == numbers({5, 3, 1}));
  CHECK(of("Util.intsBetween('1', '4', '1');") == numbers({1, 2, 3}));
  CHECK(of("Util.intsBetween(0, 5, 0);") == numbers({}));
  CHECK(of("Util.intsBetween(0, 5, -1);") == numbers({}));
  CHECK(of("Util.intsBetween(0, x, 1)") == numbers({0, 1, 2, 3, 4}));
  CHECK(of("Util.intsBetween(4294967296, 4294967299, 1)") == numbers({0, 1, 2}));
}

TEST_CASE("ranges that never end are refused") {
  CHECK(contains(refusal("Util.intsBetween(5, 0, 0)"), "memory limit"));
  CHECK(contains(refusal("Util.intsBetween(2147483640, 2147483647, 5)"), "memory limit"));
  CHECK(contains(refusal("Util.intsBetween(0, 2000000000, 1)"), "memory limit"));
}

TEST_CASE("ranges of days follow the calendar") {
  CHECK(of("Util.dateIntsBetween(20190226, 20190303, 1);")
        == numbers({20190226, 20190227, 20190228, 20190301, 20190302}));
  CHECK(of("Util.dateIntsBetween(20190303, 20190226, -2);")
        == numbers({20190302, 20190228, 20190226}));
  CHECK(of("Util.dateIntsBetween(20190303, 20190226, 1);") == numbers({}));
  CHECK(of("Util.dateIntsBetween('20190226', '20190303', '3');") == numbers({20190226, 20190301}));
  CHECK(of("Util.dateIntsBetween(20190226, 20190303, 99999999999)") == numbers({20190226}));
}

TEST_CASE("ranges of days refuse what is no day and no step") {
  CHECK(contains(refusal("Util.dateIntsBetween(20190226, 20190303, 0);"), "step is [0]"));
  CHECK(contains(refusal("Util.dateIntsBetween(20190226, 20190303, 1.0);"), "step is [1.0]"));
  CHECK(contains(refusal("Util.dateIntsBetween(20190231, 20190303, 1);"), "[20190231] is no day"));
  CHECK(contains(refusal("Util.dateIntsBetween(20190201, 100000101, 1);"), "is no day"));
  CHECK(contains(refusal("Util.intsBetween(0, 3)"), "expected three arguments"));
}

TEST_CASE("functions of params go to the scope") {
  CHECK(of("params.getFromInstance(\"owner\")") == text("getFromInstance:owner"));
  CHECK(of("return params.getFromStep('a', 'p');") == text("getFromStep:a:p"));
  CHECK(of("params.nextUniqueId()") == text("nextUniqueId"));
  CHECK(contains(refusal("params.getFromStep(1)"), "expected texts only"));
  CHECK(contains(refusal("params.f('a','b','c','d')"), "at most three"));
}

TEST_CASE("what is not supported is quoted with its place") {
  auto message = refusal("x + 1");
  CHECK(contains(message, "Expression [x + 1]: found `+` at character 3"));
  CHECK(contains(message, "does not support"));
  CHECK(contains(refusal("s.length()"), "found `.` at character 2"));
  CHECK(contains(refusal("a[0]"), "found `[`"));
  CHECK(contains(refusal("String s; s"), "found `String`"));
  CHECK(contains(refusal("if (true) 1;"), "found `if`"));
  CHECK(contains(refusal("params.x"), "found"));
  CHECK(contains(refusal("params.get('x')"), "found `get`"));
  CHECK(contains(refusal("Util.toJson(1)"), "found `toJson`"));
  CHECK(contains(refusal("--3"), "found `--`"));
  CHECK(contains(refusal("null"), "found `null`"));
  CHECK(contains(refusal("1; 2;"), "found `2`"));
}

TEST_CASE("broken texts are refused") {
  CHECK(contains(refusal(""), "the end"));
  CHECK(contains(refusal("(1"), "expected `)`"));
  CHECK(contains(refusal("'a"), "does not end"));
  CHECK(contains(refusal("'\\q'"), "escape"));
  CHECK(contains(refusal("/* a"), "comment"));
  CHECK(contains(refusal("0x1F"), "found `x1F`"));
  CHECK(contains(refusal("9223372036854775808"), "64 bits"));
  CHECK(contains(refusal("1 ="), "found `=`"));
  CHECK(contains(refusal("Util.intsBetween(1,,2)"), "found `,`"));
}

TEST_CASE("deep and long texts are refused without harm") {
  CHECK(contains(refusal(std::string(5000, '(')), "nested too deeply"));
  CHECK(contains(refusal(std::string(9000, '!')), "nested too deeply"));
  std::string chain = "true";
  for (int i = 0; i < 1200; ++i)
    chain += "&&true";
  CHECK(contains(refusal(chain), "nested too deeply"));
  CHECK(contains(refusal(std::string(10'000, ' ')), "less than 10000"));
  CHECK(of(std::string(900, '(') + "1" + std::string(900, ')')) == number(1));
}

TEST_CASE("references are the names read from outside, once and in order") {
  auto refs = basic_evaluator().references("b && Util.intsBetween(x, y, x) == s || params.f('q')");
  REQUIRE(refs);
  CHECK(*refs == std::vector<std::string>{"b", "x", "y", "s", "params"});
}

TEST_CASE("check parses only") {
  CHECK(basic_evaluator().check("nope == 'a'").has_value());
  CHECK(!basic_evaluator().check("1 +").has_value());
}
