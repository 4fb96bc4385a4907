#include "runtime/params/iterations.hpp"

#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::value;

namespace {

value range(std::uint64_t count) {
  return value{model::int_seq::range(0, 1, count)};
}

} // namespace

TEST_CASE("the first array varies fastest") {
  model::value_map loop{{"i", numbers({1, 2})}, {"j", value{std::vector<std::string>{"a", "b"}}}};
  CHECK(*iteration_count(loop) == 4);
  auto at = [&](std::int64_t k) {
    auto x = iteration_params(loop, k, 9);
    CHECK(x.find("loop_index")->evaluated_result == number(k));
    return std::pair{*x.find("i")->literal, *x.find("j")->evaluated_result};
  };
  CHECK(at(0) == std::pair{number(1), text("a")});
  CHECK(at(1) == std::pair{number(2), text("a")});
  CHECK(at(2) == std::pair{number(1), text("b")});
  CHECK(at(3) == std::pair{number(2), text("b")});
}

TEST_CASE("an iteration's parameters are evaluated, mutable and of the loop") {
  auto x = iteration_params({{"d", value{std::vector<double>{1.5}}}}, 0, 9);
  CHECK(x.find("d")->literal == value{model::decimal{"1.5"}});
  CHECK(x.find("d")->evaluated_result == value{1.5});
  CHECK(x.find("d")->evaluated_time == 9);
  CHECK(x.find("d")->source == model::param_source::foreach);
  CHECK(x.find("d")->mode == model::param_mode::mutable_always);
}

TEST_CASE("ranges are read without expanding them") {
  model::value_map loop{{"i", range(1'000'000)}, {"j", range(1'000'000)}};
  CHECK(*iteration_count(loop) == 1'000'000'000'000);
  auto last = iteration_params(loop, 999'999'999'999, 0);
  CHECK(last.find("i")->literal == number(999'999));
  CHECK(last.find("j")->literal == number(999'999));
}

TEST_CASE("an empty array means no iterations, too many are refused") {
  CHECK(*iteration_count({}) == 0);
  auto huge = range(std::numeric_limits<std::int64_t>::max());
  CHECK(*iteration_count({{"a", huge}, {"b", huge}, {"c", range(0)}}) == 0);
  CHECK(*iteration_count({{"a", huge}}) == std::numeric_limits<std::int64_t>::max());
  CHECK(!iteration_count({{"a", huge}, {"b", range(2)}}));
}

TEST_CASE("loop parameters must be arrays") {
  model::param_map step{{"loop_params", evaluated(value{model::value_map{{"i", number(1)}}})}};
  auto out = loop_values(step, "fe");
  REQUIRE(!out);
  CHECK(contains(out.error().message,
                 "Invalid loop param with name [i] and type [LONG] for foreach step [fe]"));
  CHECK(!loop_values({}, "fe"));
  step.set("loop_params", evaluated(value{model::value_map{{"i", numbers({1})}}}));
  CHECK(loop_values(step, "fe"));
}
