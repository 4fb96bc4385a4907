#include "runtime/params/interpolate.hpp"

#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::value;

namespace {

fixed_scope names() {
  return fixed_scope{{{"a", text("V")},
                      {"d", value{1.5}},
                      {"n", numbers({1, 2})},
                      {"m", value{model::string_map{{"k", "v"}}}},
                      {"my-p.x", text("W")},
                      {"s1__p", text("up")},
                      {"my-step__p", text("down")}}};
}

std::string of(std::string_view text) {
  auto scope = names();
  auto out = interpolate(text, scope);
  INFO(text);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

} // namespace

TEST_CASE("dollars substitute and escape as specified") {
  CHECK(of("$a") == "V");
  CHECK(of("${a}") == "V");
  CHECK(of("$a.b") == "V.b");
  CHECK(of("$a-b") == "V-b");
  CHECK(of("x$a$a") == "xVV");
  CHECK(of("x$$a$a") == "x$aV");
  CHECK(of("${a") == "${a");
  CHECK(of("a$") == "a$");
  CHECK(of("$a\xC3\xA9") == "V\xC3\xA9");
  CHECK(of("{$a}") == "{V}");
  CHECK(of("$$") == "$");
  CHECK(of("$$$") == "$$");
  CHECK(of("$$$$") == "$$");
  CHECK(of("$$a") == "$a");
  CHECK(of("$${a}") == "${a}");
  CHECK(of("$$$a") == "$V");
  CHECK(of("$$$$a") == "$$a");
  CHECK(of("$$$$$a") == "$$V");
  CHECK(of("a$$b") == "a$b");
  CHECK(of("$ a") == "$ a");
  CHECK(of("100%$") == "100%$");
}

TEST_CASE("names begin with a letter") {
  CHECK(of("$_x $1 ${ a } ${_a}") == "$_x $1 ${ a } ${_a}");
}

TEST_CASE("braces allow more characters") {
  CHECK(of("${my-p.x}!") == "W!");
}

TEST_CASE("other steps are named before or after the parameter") {
  CHECK(of("$s1__p") == "up");
  CHECK(of("${s1__p}") == "up");
  CHECK(of("${p@s1}") == "up");
  CHECK(of("${p@my-step}") == "down");
  CHECK(of("${p@}") == "${p@}");
}

TEST_CASE("lists and maps become JSON, doubles the text of the JVM") {
  CHECK(of("$n") == "[1,2]");
  CHECK(of("$m") == R"({"k":"v"})");
  CHECK(of("$d") == "1.5");
}

TEST_CASE("an unknown name is an error") {
  auto scope = names();
  auto out = interpolate("$nope", scope);
  REQUIRE(!out);
  CHECK(out.error().message == "unknown name nope");
}

TEST_CASE("after four dollars a name is looked up although it stays a text") {
  auto scope = names();
  CHECK(!interpolate("$$$$nope", scope));
  CHECK(interpolate("$$nope", scope));
}

TEST_CASE("a result is not scanned again") {
  fixed_scope scope{{{"a", text("$b")}}};
  auto out = interpolate("$a", scope);
  REQUIRE(out);
  CHECK(*out == "$b");
}

TEST_CASE("huge results are refused") {
  fixed_scope scope{
    {{"n", value{model::int_seq::range(0, 1, 1'000'000)}}, {"t", text(std::string(400'000, 'x'))}}};
  CHECK(!interpolate("$n", scope));
  CHECK(!interpolate("$t$t", scope));
}

TEST_CASE("references are listed once") {
  CHECK(references_in("$a ${b} $$c $$$$d $a ${p@s}")
        == std::vector<std::string>{"a", "b", "d", "s__p"});
}
