#include "runtime/params/iterations.hpp"
#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::param_map;
using model::value;
using model::value_map;

namespace {

param_map step_with(value_map loop) {
  param_map out;
  model::param x;
  x.type = model::param_type::map;
  x.evaluated_result = value{std::move(loop)};
  x.evaluated_time = 1;
  out.append("loop_params", x);
  out.append("limit", evaluated(number(3)));
  return out;
}

} // namespace

TEST_CASE("a while loop goes over scalars only") {
  auto good = while_values(step_with({{"i", number(0)}, {"s", text("a")}}), "w");
  REQUIRE(good);
  CHECK(good->size() == 2);
  auto bad = while_values(step_with({{"i", numbers({0})}}), "w");
  REQUIRE(!bad);
  CHECK(bad.error().message
        == "Invalid loop param with name [i] and type [LONG_ARRAY] for while step [w], expected "
           "STRING, LONG, DOUBLE or BOOLEAN");
  CHECK(bad.error().kind == "MaestroInternalError");
  CHECK_FALSE(while_values({}, "w"));
}

TEST_CASE("the condition sees the step's params and the loop's values, not the loop's definition") {
  auto scope = while_scope(step_with({{"i", number(0)}}), {{"i", number(2)}}, 5);
  CHECK(!scope.contains("loop_params"));
  CHECK(scope.find("limit")->evaluated_result == number(3));
  CHECK(scope.find("i")->evaluated_result == number(2));
}

TEST_CASE("an iteration gets its index, the values and a true condition") {
  auto out = while_iteration_params({{"i", number(2)}}, 4, 5);
  CHECK(out.find("loop_index")->evaluated_result == number(4));
  CHECK(out.find("i")->evaluated_result == number(2));
  CHECK(out.find("condition")->evaluated_result == value{true});
  for (const auto& [name, x] : out)
    CHECK(x.source == model::param_source::while_);
}

TEST_CASE("later steps win when they set the next value") {
  value_map loop{{"i", number(0)}, {"s", text("a")}};
  advance_while(loop, {{"i", evaluated(number(1))}, {"x", evaluated(number(9))}});
  advance_while(loop, {{"i", evaluated(number(2))}});
  CHECK(loop == value_map{{"i", number(2)}, {"s", text("a")}});
}
