#include "runtime/params/coerce.hpp"

#include "runtime/params/json_size.hpp"
#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::param_type;
using model::value;

namespace {

value of(param_type type, value raw) {
  auto out = coerce("p", type, std::move(raw));
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

std::string refusal(param_type type, value raw) {
  auto out = coerce("p", type, std::move(raw));
  REQUIRE(!out);
  return out.error().message;
}

} // namespace

TEST_CASE("texts come of scalars, with a note") {
  conversion_note note;
  auto out = coerce("p", param_type::text, number(7), &note);
  REQUIRE(out);
  CHECK(*out == text("7"));
  CHECK(note.key == "info");
  CHECK(note.text
        == "Implicitly converted the evaluated result to a string for type class java.lang.Long");
  CHECK(of(param_type::text, value{1.0}) == text("1.0"));
  CHECK(of(param_type::text, value{true}) == text("true"));
  CHECK(refusal(param_type::text, numbers({1}))
        == "Param [p] is expected to be a String compatible type but is [class [J]");
}

TEST_CASE("whole numbers come of texts, never of doubles") {
  conversion_note note;
  auto out = coerce("p", param_type::integer, text("-12"), &note);
  REQUIRE(out);
  CHECK(*out == number(-12));
  CHECK(note.key == "warn");
  CHECK(note.text == "Implicitly converted the evaluated result to a long for type String");
  CHECK(refusal(param_type::integer, value{1.0})
        == "Param [p] is expected to be a Long compatible type but is [class java.lang.Double]");
  CHECK(refusal(param_type::integer, text("1x")) == "For input string: \"1x\"");
}

TEST_CASE("doubles come of everything that reads as a decimal number") {
  CHECK(of(param_type::decimal, number(3)) == value{3.0});
  CHECK(of(param_type::decimal, text("1.50")) == value{1.5});
  CHECK(refusal(param_type::decimal, text("abc"))
        == "Character a is neither a decimal digit number, decimal point, nor \"e\" notation "
           "exponential mark.");
  CHECK(contains(refusal(param_type::decimal, value{true}), "Double"));
}

TEST_CASE("booleans come of true and false in any case") {
  CHECK(of(param_type::boolean, text("TRUE")) == value{true});
  CHECK(refusal(param_type::boolean, number(1))
        == "Param [p] is expected to be a Boolean compatible type but is [class java.lang.Long]");
}

TEST_CASE("arrays of texts come of all arrays, others only of their own type") {
  CHECK(of(param_type::string_array, numbers({1, 2})) == value{std::vector<std::string>{"1", "2"}});
  CHECK(of(param_type::string_array, value{std::vector<bool>{true}})
        == value{std::vector<std::string>{"true"}});
  CHECK(contains(refusal(param_type::double_array, numbers({1})), "Double array"));
  CHECK(contains(refusal(param_type::long_array, value{std::vector<double>{1}}), "Long array"));
}

TEST_CASE("a range stays a range, and is not written out as texts") {
  auto range = value{model::int_seq::range(0, 1, 1'000'000)};
  auto out = of(param_type::long_array, range);
  CHECK(out.as<model::int_seq>()->compact());
  CHECK(contains(refusal(param_type::string_array, range), "1000000"));
}

TEST_CASE("a map of texts refuses other values and names the key") {
  model::value_map raw{{"k", number(1)}};
  CHECK(contains(refusal(param_type::string_map, value{raw}), "for the key [k]"));
  raw.set("k", text("v"));
  CHECK(of(param_type::string_map, value{raw}) == value{model::string_map{{"k", "v"}}});
}

TEST_CASE("null is no value of any type") {
  CHECK(!coerce("p", param_type::text, value{}));
  CHECK(!coerce("p", param_type::map, value{}));
}

TEST_CASE("the JSON size is counted in UTF-16 units and without expanding ranges") {
  CHECK(json_size(text("a\"\n")) == 7);
  CHECK(json_size(text("\xC3\xA9")) == 3);
  CHECK(json_size(text("\xF0\x9F\x98\x80")) == 4);
  CHECK(json_size(numbers({1, -20})) == 7);
  CHECK(json_size(value{model::int_seq::range(0, 1, 1'000'000)}) < 100);
  model::param_map map{{"p", literal(text("hi"))}};
  CHECK(json_size(map) == std::string_view{R"({"p":{"value":"hi","type":"STRING"}})"}.size());
}
