#include "tools/codec/params_lines.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

namespace {

std::string answer(const std::string& lines) {
  std::istringstream in{lines};
  std::ostringstream out;
  tutti::codec::run_params_lines(in, out);
  return out.str();
}

} // namespace

TEST_CASE("a parameter set is answered with its results in its order") {
  CHECK(answer(R"({"id": "s1", "params": {"b": {"type": "STRING", "value": "n-$a"},)"
               R"( "a": {"type": "LONG", "value": 5},)"
               R"( "d": {"type": "DOUBLE", "value": 1.50},)"
               R"( "m": {"type": "MAP", "value": {"x": {"type": "STRING", "value": "$b"}}}}})")
        == "{\"id\":\"s1\",\"result\":{\"b\":\"n-5\",\"a\":5,\"d\":1.5,\"m\":{\"x\":\"n-5\"}}}\n");
}

TEST_CASE("a failure is named as clients of the original know it") {
  CHECK(answer(R"({"id": 1, "params": {"a": {"type": "LONG", "expression": "b"},)"
               R"( "b": {"type": "LONG", "expression": "a"}}})")
        == "{\"id\":1,\"error\":\"IllegalArgumentException\",\"message\":\"In workflow [workflow], "
           "param [a] definition contains a cyclic reference chain\"}\n");
  CHECK(answer(R"({"id": 2, "params": {"a": {"type": "LONG", "expression": "'x'"}}})")
        == "{\"id\":2,\"error\":\"NumberFormatException\",\"message\":\"For input string: "
           "\\\"x\\\"\"}\n");
  CHECK(
    answer(R"({"id": 3, "params": {"a": {"type": "LONG", "expression": "nope"}}})")
    == "{\"id\":3,\"error\":\"MaestroValidationException\",\"message\":\"Param [a] referenced a "
       "non-existing param [nope] in workflow [workflow]\"}\n");
  CHECK(answer(R"({"id": 4, "params": {"a": {"type": "LONG", "expression": "1 +"}}})")
        == "{\"id\":4,\"error\":\"MaestroInvalidExpressionException\",\"message\":\"BAD_REQUEST - "
           "Expression validator throws an exception for expr=[1 +]\"}\n");
}

TEST_CASE("sets that cannot be read are errors of their line only") {
  auto out = answer("no json\n"
                    "\n"
                    "[]\n"
                    "{\"id\": 1, \"params\": {\"a\": {\"type\": \"LONG\"}}}\n"
                    "{\"id\": 2, \"params\": {\"a b\": {\"type\": \"LONG\", \"value\": 1}}}\n"
                    "{\"id\": 3, \"params\": {}}\n"
                    "{\"id\": 4}\n");
  CHECK(out.find("{\"id\":1,\"error\":\"IllegalArgumentException\"") != std::string::npos);
  CHECK(out.find("{\"id\":2,\"error\":\"MaestroValidationException\"") != std::string::npos);
  CHECK(out.ends_with("{\"id\":3,\"result\":{}}\n{\"id\":4,\"result\":{}}\n"));
}

TEST_CASE("run parameters are merged over the set by the rules of modes") {
  constexpr auto set = R"("params": {"a": {"type": "LONG", "value": 1, "mode": "CONSTANT"},)"
                       R"( "b": {"type": "LONG", "value": 1}})";
  CHECK(
    answer(std::string{"{"} + set + R"(, "run_params": {"b": {"type": "STRING", "value": "2"}}})")
    == "{\"result\":{\"a\":1,\"b\":2}}\n");
  CHECK(answer(std::string{"{"} + set + R"(, "run_params": {"a": {"type": "LONG", "value": 2}}})")
        == "{\"error\":\"MaestroValidationException\",\"message\":\"Cannot modify param with mode "
           "[CONSTANT] for parameter [a]\"}\n");
}

TEST_CASE("a set with workflow parameters is that of a step") {
  CHECK(answer(R"({"params": {"p": {"type": "STRING", "value": "$a $RUN_DATE"}}, "now": 0,)"
               R"( "workflow_params": {"a": {"type": "LONG", "value": 1, "evaluated_result": 1,)"
               R"( "evaluated_time": 1}}})")
        == "{\"result\":{\"p\":\"1 19700101\"}}\n");
}
