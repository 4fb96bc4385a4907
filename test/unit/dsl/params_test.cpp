#include "runtime/dsl/params.hpp"
#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

/// What a loop param with this key and text becomes in a foreach.
std::string loop_param(const std::string& entry) {
  auto request = read_good(
    jobs_with("- foreach:\n    id: f\n    jobs: []\n    loop_params:\n" + indented(entry, 6)));
  return model::json_text(request.workflow.steps.front().params.value());
}

std::string in_loop(const std::string& param) {
  return R"({"loop_params":{"value":{)" + param + R"(},"type":"MAP"}})";
}

} // namespace

TEST_CASE("a literal has the type of its value") {
  CHECK(params_json("x: hi") == R"({"x":{"value":"hi","type":"STRING"}})");
  CHECK(params_json("x: '5'") == R"({"x":{"value":"5","type":"STRING"}})");
  CHECK(params_json("x: 2024-01-01") == R"({"x":{"value":"2024-01-01","type":"STRING"}})");
  CHECK(params_json("x: |\n  a\n  b") == R"({"x":{"value":"a\nb\n","type":"STRING"}})");
  CHECK(params_json("x: 010") == R"({"x":{"value":8,"type":"LONG"}})");
  CHECK(params_json("x: 1.50") == R"({"x":{"value":1.50,"type":"DOUBLE"}})");
  CHECK(params_json("x: yes") == R"({"x":{"value":true,"type":"BOOLEAN"}})");
}

TEST_CASE("a list has the type of its first item") {
  CHECK(params_json("x: [a, b]") == R"({"x":{"value":["a","b"],"type":"STRING_ARRAY"}})");
  CHECK(params_json("x: [1, 2]") == R"({"x":{"value":[1,2],"type":"LONG_ARRAY"}})");
  CHECK(params_json("x: [1.5, 2]") == R"({"x":{"value":[1.5,2],"type":"DOUBLE_ARRAY"}})");
  CHECK(params_json("x: [on, no]") == R"({"x":{"value":[true,false],"type":"BOOLEAN_ARRAY"}})");
  CHECK(params_json("x: []") == R"({"x":{"value":[],"type":"STRING_ARRAY"}})");
}

TEST_CASE("a list that begins with an integer cuts off fractions") {
  CHECK(params_json("x: [1, 2.9, -3.9]") == R"({"x":{"value":[1,2,-3],"type":"LONG_ARRAY"}})");
}

TEST_CASE("an empty list has any array type that its key names") {
  CHECK(params_json("x<array<long>>: []") == R"({"x":{"value":[],"type":"LONG_ARRAY"}})");
  CHECK(params_json("x<DOUBLE_ARRAY>: []") == R"({"x":{"value":[],"type":"DOUBLE_ARRAY"}})");
  CHECK(params_json("x<array<boolean>>: []") == R"({"x":{"value":[],"type":"BOOLEAN_ARRAY"}})");
}

TEST_CASE("a map of texts is a STRING_MAP with its keys as they are") {
  CHECK(params_json("x: {a: b, '!c<long>': d}")
        == R"({"x":{"value":{"a":"b","!c<long>":"d"},"type":"STRING_MAP"}})");
}

TEST_CASE("any other map is a MAP whose entries are params, the empty one too") {
  CHECK(params_json("x: {a: b, '!c<long>(constant)': d, e: {f: 1}}")
        == R"({"x":{"value":{"a":{"value":"b","type":"STRING"},)"
           R"("c":{"expression":"d","type":"LONG","mode":"CONSTANT"},)"
           R"("e":{"value":{"f":{"value":1,"type":"LONG"}},"type":"MAP"}},"type":"MAP"}})");
  CHECK(params_json("x: {}") == R"({"x":{"value":{},"type":"MAP"}})");
}

TEST_CASE("pmap makes a MAP of a map of texts") {
  CHECK(params_json("x<pmap>: {a: b}")
        == R"({"x":{"value":{"a":{"value":"b","type":"STRING"}},"type":"MAP"}})");
}

TEST_CASE("an exclamation mark makes an expression, of type STRING unless the key says more") {
  CHECK(params_json("'!x': a + 1") == R"({"x":{"expression":"a + 1","type":"STRING"}})");
  CHECK(params_json("'!x<long>': a + 1") == R"({"x":{"expression":"a + 1","type":"LONG"}})");
  CHECK(params_json("'!x<map>(immutable)': f()")
        == R"x({"x":{"expression":"f()","type":"STRING_MAP","mode":"IMMUTABLE"}})x");
}

TEST_CASE("the value of an expression is taken as its text") {
  CHECK(params_json("'!x<long>': 5") == R"({"x":{"expression":"5","type":"LONG"}})");
  CHECK(params_json("'!x': [1]") == R"({"x":{"expression":"[1]","type":"STRING"}})");
  CHECK(params_json("'!x': yes") == R"({"x":{"expression":"true","type":"STRING"}})");
  CHECK(params_json("'!x': 1.50") == R"({"x":{"expression":"1.50","type":"STRING"}})");
}

TEST_CASE("types have short names, and their full names in any case") {
  CHECK(params_json("x<string>: a") == R"({"x":{"value":"a","type":"STRING"}})");
  CHECK(params_json("x<Long>: 1") == R"({"x":{"value":1,"type":"LONG"}})");
  CHECK(params_json("x<double>: 1.5") == R"({"x":{"value":1.5,"type":"DOUBLE"}})");
  CHECK(params_json("x<boolean>: on") == R"({"x":{"value":true,"type":"BOOLEAN"}})");
  CHECK(params_json("x<map>: {a: b}") == R"({"x":{"value":{"a":"b"},"type":"STRING_MAP"}})");
  CHECK(params_json("x<string_map>: {a: b}") == R"({"x":{"value":{"a":"b"},"type":"STRING_MAP"}})");
  CHECK(params_json("x<MAP>: {a: 1}")
        == R"({"x":{"value":{"a":{"value":1,"type":"LONG"}},"type":"MAP"}})");
  CHECK(params_json("x<array<string>>: [a]") == R"({"x":{"value":["a"],"type":"STRING_ARRAY"}})");
}

TEST_CASE("blanks before a type or mode do not belong to the name") {
  CHECK(params_json("x <long> (Constant): 1")
        == R"({"x":{"value":1,"type":"LONG","mode":"CONSTANT"}})");
}

TEST_CASE("a type after the mode is dropped without notice") {
  CHECK(params_json("x(mutable)<long>: a")
        == R"({"x":{"value":"a","type":"STRING","mode":"MUTABLE"}})");
}

TEST_CASE("an alias is the text of its anchor's name") {
  CHECK(params_json("x: &k 5\nz: *k")
        == R"({"x":{"value":5,"type":"LONG"},"z":{"value":"k","type":"STRING"}})");
}

TEST_CASE("the tag of a text makes a text") {
  CHECK(params_json("x: !!str 5") == R"({"x":{"value":"5","type":"STRING"}})");
}

TEST_CASE("references in literals are kept as they are written") {
  CHECK(params_json("x: ${dates@step1} ${step1__dates}")
        == R"({"x":{"value":"${dates@step1} ${step1__dates}","type":"STRING"}})");
}

TEST_CASE("a loop param that is one whole reference stands for that array") {
  CHECK(loop_param("d: ${dates@step1}")
        == in_loop(R"("d":{"expression":"step1__dates","type":"LONG_ARRAY"})"));
  CHECK(loop_param("d: '${step1__dates}'")
        == in_loop(R"("d":{"expression":"step1__dates","type":"LONG_ARRAY"})"));
  CHECK(loop_param("d: ${dates}") == in_loop(R"("d":{"expression":"dates","type":"LONG_ARRAY"})"));
  CHECK(loop_param("d<array<string>>(constant): ${names}")
        == in_loop(R"("d":{"expression":"names","type":"STRING_ARRAY","mode":"CONSTANT"})"));
}

TEST_CASE("a loop param that is more than a reference stays a text") {
  CHECK(loop_param("d: a-${dates}") == in_loop(R"("d":{"value":"a-${dates}","type":"STRING"})"));
  CHECK(loop_param("d<string>: ${dates}")
        == in_loop(R"("d":{"value":"${dates}","type":"STRING"})"));
  CHECK(loop_param("d: ${}") == in_loop(R"("d":{"value":"${}","type":"STRING"})"));
}

TEST_CASE("references to names that SEL cannot say go through params") {
  CHECK(dsl::reference_expression("${a.b}") == "params['a.b']");
  CHECK(dsl::reference_expression("${dates@my-step}") == "params.getFromStep('my-step', 'dates')");
  CHECK(dsl::reference_expression("${my-step__dates}") == "params.getFromStep('my-step', 'dates')");
  CHECK_FALSE(dsl::reference_expression("${a'b}").has_value());
  CHECK_FALSE(dsl::reference_expression("${a@}").has_value());
  CHECK_FALSE(dsl::reference_expression("${a@b@c}").has_value());
  CHECK_FALSE(dsl::reference_expression("${_a}").has_value());
  CHECK_FALSE(dsl::reference_expression("$a").has_value());
  CHECK_FALSE(dsl::reference_expression("${").has_value());
}

TEST_CASE("the loop params of a while are ordinary literals") {
  CHECK(steps_json("- while: {id: l, condition: c, jobs: [], loop_params: {x: '${y}'}}")
        == R"([{"while":{"id":"l","transition":{},"condition":"c","params":{"loop_params":)"
           R"({"value":{"x":{"value":"${y}","type":"STRING"}},"type":"MAP"}},"steps":[]}}])");
}

} // namespace tutti::test
