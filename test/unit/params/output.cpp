#include "runtime/params/output.hpp"

#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::param_map;
using model::param_mode;
using model::param_source;
using model::param_type;
using model::value;

namespace {

constexpr std::int64_t now = 77;

param_map read(std::string_view json, const param_map* declared = nullptr) {
  auto out = outputs_from_json(json, now, declared);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

param_map merged(param_map own, const param_map& reported, output_rules rules = {}) {
  auto out = merge_outputs(std::move(own), reported, "s", now, rules);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

std::string refusal(param_map own, const param_map& reported, output_rules rules = {}) {
  auto out = merge_outputs(std::move(own), reported, "s", now, rules);
  REQUIRE(!out);
  return out.error().message;
}

} // namespace

TEST_CASE("types follow from plain JSON values") {
  auto out = read(R"({"l": 5, "d": 1.5, "b": true, "t": "x", "la": [1, 2], "da": [1, 2.5],
                      "ta": ["a"], "ba": [true], "sm": {"k": "v"}, "m": {"k": 1}})");
  auto type = [&](std::string_view name) { return out.find(name)->type; };
  CHECK(type("l") == param_type::integer);
  CHECK(type("d") == param_type::decimal);
  CHECK(type("b") == param_type::boolean);
  CHECK(type("t") == param_type::text);
  CHECK(type("la") == param_type::long_array);
  CHECK(type("da") == param_type::double_array);
  CHECK(type("ta") == param_type::string_array);
  CHECK(type("ba") == param_type::boolean_array);
  CHECK(type("sm") == param_type::string_map);
  CHECK(type("m") == param_type::map);
  CHECK(out.find("d")->evaluated_result == value{1.5});
  CHECK(out.find("d")->evaluated_time == now);
}

TEST_CASE("large arrays of whole numbers become ranges") {
  std::string json = R"({"dates": [0)";
  for (int i = 1; i < 300'000; ++i)
    json += "," + std::to_string(i);
  auto out = read(json + "]}");
  const auto* numbers = out.find("dates")->evaluated_result->as<model::int_seq>();
  REQUIRE(numbers);
  CHECK(numbers->compact());
  CHECK(numbers->size() == 300'000);
}

TEST_CASE("declared types settle what a value leaves open") {
  param_map declared{{"e", evaluated(numbers({1}))},
                     {"d", evaluated(value{std::vector<double>{1}})},
                     {"m", evaluated(value{model::value_map{{"k", number(1)}}})},
                     {"s", evaluated(value{model::string_map{{"k", "v"}}})}};
  auto out = read(R"({"e": [], "d": [1, 2], "m": {"k": "v"}, "s": {"k": 1}, "x": []})", &declared);
  CHECK(out.find("e")->type == param_type::long_array);
  CHECK(out.find("d")->type == param_type::double_array);
  CHECK(out.find("m")->type == param_type::map);
  CHECK(out.find("s")->evaluated_result == value{model::string_map{{"k", "1"}}});
  CHECK(out.find("x")->type == param_type::string_array);
}

TEST_CASE("the wrapped form has its own types, results and times") {
  auto out = read(R"({"params": {"a": {"type": "LONG", "value": 1, "evaluated_result": 1,
                      "evaluated_time": 5}, "b": {"type": "STRING", "evaluated_result": "r",
                      "value": "PARAM_VALUE_IDENTICAL_TO_EVALUATED_RESULT"}, "c": 3},
                      "artifacts": {}})");
  CHECK(out.find("a")->evaluated_time == 5);
  CHECK(out.find("b")->literal == text("r"));
  CHECK(out.find("c")->type == param_type::integer);
}

TEST_CASE("broken reports name the parameter") {
  CHECK(!outputs_from_json("{", now));
  CHECK(!outputs_from_json("[1]", now));
  auto null = outputs_from_json(R"({"x": null})", now);
  REQUIRE(!null);
  CHECK(contains(null.error().message, "Output parameter [x]: found null"));
  auto mixed = outputs_from_json(R"({"x": [1, "a"]})", now);
  REQUIRE(!mixed);
  CHECK(contains(mixed.error().message, "output [x]"));
}

TEST_CASE("a mutable parameter takes the reported value and result") {
  param_map own{{"p", evaluated(text("old"))}};
  auto out = merged(own, read(R"({"p": "new"})"));
  CHECK(out.find("p")->literal == text("new"));
  CHECK(out.find("p")->evaluated_result == text("new"));
  CHECK(out.find("p")->evaluated_time == now);
  CHECK(out.find("p")->source == param_source::output_parameter);
}

TEST_CASE("the step's type wins") {
  param_map own{{"p", evaluated(text("old"))}, {"n", evaluated(number(1))}};
  auto out = merged(own, read(R"({"p": 5})"));
  CHECK(out.find("p")->evaluated_result == text("5"));
  CHECK(contains(refusal(own, read(R"({"n": "abc"})")), "[STRING] != to [LONG]"));
}

TEST_CASE("only mutable parameters can be changed by outputs") {
  param_map own{{"p", evaluated(text("old"))}};
  own.find("p")->mode = param_mode::mutable_on_start;
  CHECK(refusal(own, read(R"({"p": "new"})"))
        == "Cannot modify param with mode [MUTABLE_ON_START] for parameter [p]");
}

TEST_CASE("unknown outputs are refused unless new ones are allowed") {
  CHECK(contains(refusal({}, read(R"({"x": 1})")),
                 "Invalid output parameter [x], not defined in params"));
  auto out = merged({}, read(R"({"x": 1})"), {true});
  CHECK(out.find("x")->mode == param_mode::mutable_always);
  CHECK(out.find("x")->source == param_source::output_parameter);
  CHECK(out.find("x")->evaluated_result == number(1));
  CHECK(contains(refusal({}, read(R"({"a b": 1})"), {true}), "[a b]"));
  CHECK(contains(refusal({}, read(R"({"a__b": 1})"), {true}), "[a__b]"));
}

TEST_CASE("literal maps are merged key by key with their results") {
  auto map = literal(value{param_map{{"a", literal(text("$x"))}, {"b", literal(number(2))}}});
  map.evaluated_result = value{model::value_map{{"a", text("1")}, {"b", number(2)}}};
  map.evaluated_time = 1;
  param_map own{{"m", map}, {"s", evaluated(value{model::string_map{{"k", "1"}}})}};
  auto out = merged(own, read(R"({"m": {"b": 3, "c": 4}, "s": {"l": "2"}})", &own));
  CHECK(out.find("m")->evaluated_result
        == value{model::value_map{{"a", text("1")}, {"b", number(3)}, {"c", number(4)}}});
  CHECK(out.find("s")->evaluated_result == value{model::string_map{{"k", "1"}, {"l", "2"}}});
}
