#include "runtime/params/run_functions.hpp"

#include "test/unit/params/builders.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::params;
using namespace tutti::params::test;
using model::param_map;
using model::value;
using arguments = std::vector<std::string>;

namespace {

value answer(const run_answers& from, std::string_view function, const arguments& args,
             bool at_step = true) {
  auto out = run_functions{from, at_step}.call(function, args);
  REQUIRE_MESSAGE(out, (out ? "" : out.error().message));
  return *out;
}

std::string refusal(const run_answers& from, std::string_view function, const arguments& args,
                    bool at_step = true) {
  auto out = run_functions{from, at_step}.call(function, args);
  REQUIRE(!out);
  return out.error().message;
}

run_answers with_signal() {
  run_answers out;
  out.signal = [](std::string_view signal, std::string_view param) -> std::optional<value> {
    if (signal == "db/t" && param == "watermark")
      return number(7);
    return std::nullopt;
  };
  return out;
}

} // namespace

TEST_CASE("unique ids and the environment can be asked for everywhere") {
  run_answers from;
  from.environment = "prod";
  from.next_unique_id = [] { return std::int64_t{42}; };
  CHECK(answer(from, "nextUniqueId", {}, false) == number(42));
  CHECK(answer(from, "getExecutionEnvironment", {}, false) == text("prod"));
  CHECK(contains(refusal({}, "nextUniqueId", {}), "no unique ids"));
}

TEST_CASE("a trigger's own params are there when a signal started the run") {
  param_map params{{"p", literal(text("x"))}, {"q", evaluated(number(3))}};
  run_answers from;
  from.trigger_params = &params;
  CHECK(answer(from, "getFromSignal", {"p"}, false) == text("x"));
  CHECK(answer(from, "getFromSignal", {"q"}) == number(3));
  CHECK(contains(refusal(from, "getFromSignal", {"r"}), "no param [r]"));
  CHECK(contains(refusal({}, "getFromSignal", {"p"}), "no param [p]"));
}

TEST_CASE("params of signals are found or replaced by a default") {
  auto from = with_signal();
  CHECK(answer(from, "getFromSignal", {"db/t", "watermark"}) == number(7));
  CHECK(contains(refusal(from, "getFromSignal", {"db/t", "x"}), "[db/t] with a param [x]"));
  CHECK(answer(from, "getFromSignalOrDefault", {"db/t", "watermark", "0"}) == number(7));
  CHECK(answer(from, "getFromSignalOrDefault", {"db/u", "watermark", "0"}) == text("0"));
  CHECK(answer({}, "getFromSignalOrDefault", {"db/u", "watermark", "0"}) == text("0"));
}

TEST_CASE("signal dependencies are counted from zero, by a text") {
  run_answers from;
  from.dependency_count = 2;
  from.dependency = [](std::size_t index, std::string_view param) -> std::optional<value> {
    return param == "p" ? std::optional{number(static_cast<std::int64_t>(index))} : std::nullopt;
  };
  CHECK(answer(from, "getFromSignalDependency", {"1", "p"}) == number(1));
  for (auto index : {"2", "-1", "x", ""})
    CHECK(
      contains(refusal(from, "getFromSignalDependency", {index, "p"}), "2 signal dependencies"));
  CHECK(contains(refusal(from, "getFromSignalDependency", {"0", "q"}), "no param [q]"));
  CHECK(contains(refusal({}, "getFromSignalDependency", {"0", "p"}), "no signal dependencies"));
}

TEST_CASE("status and end time of completed steps are known") {
  run_answers from;
  from.status_of = [](std::string_view step) {
    return step == "a" ? std::optional<std::string>{"SUCCEEDED"} : std::nullopt;
  };
  from.end_time_of = [](std::string_view) { return std::optional<std::int64_t>{}; };
  CHECK(answer(from, "getFromStep", {"a", "MAESTRO_STEP_STATUS"}) == text("SUCCEEDED"));
  CHECK(contains(refusal(from, "getFromStep", {"b", "MAESTRO_STEP_STATUS"}), "no status of step"));
  CHECK(contains(refusal(from, "getFromStep", {"a", "MAESTRO_STEP_END_TIME"}), "no end time"));
}

TEST_CASE("a foreach gives one value an iteration, with a filling for those without") {
  auto one = evaluated(text("x1"));
  auto three = evaluated(text("x3"));
  run_answers from;
  from.in_foreach = [&](std::string_view loop, std::string_view, std::string_view param) {
    std::optional<std::vector<const model::param*>> out;
    if (loop == "fe" && param == "p")
      out = {&one, nullptr, &three};
    else if (loop == "fe")
      out = {nullptr, nullptr};
    return out;
  };
  CHECK(answer(from, "getFromForeach", {"fe", "a", "p"})
        == value{std::vector<std::string>{"x1", "", "x3"}});
  CHECK(contains(refusal(from, "getFromForeach", {"other", "a", "p"}), "no completed foreach"));
  CHECK(contains(refusal(from, "getFromForeach", {"fe", "a", "q"}), "no iteration of [fe]"));
}

TEST_CASE("values of a foreach are scalars") {
  auto whole_number = evaluated(number(5));
  auto list = evaluated(numbers({1}));
  run_answers from;
  from.in_foreach = [&](std::string_view, std::string_view, std::string_view param) {
    return std::optional{std::vector<const model::param*>{param == "n" ? &whole_number : &list}};
  };
  CHECK(answer(from, "getFromForeach", {"fe", "a", "n"}) == numbers({5}));
  CHECK(contains(refusal(from, "getFromForeach", {"fe", "a", "l"}), "the type [LONG_ARRAY]"));
}

TEST_CASE("params of steps in a subworkflow are found") {
  auto x = evaluated(number(1));
  run_answers from;
  from.in_subworkflow = [&](std::string_view, std::string_view step, std::string_view) {
    return step == "a" ? &x : nullptr;
  };
  CHECK(answer(from, "getFromSubworkflow", {"sub", "a", "p"}) == number(1));
  CHECK(contains(refusal(from, "getFromSubworkflow", {"sub", "b", "p"}), "has no step [b]"));
}

TEST_CASE("workflow params cannot ask for steps") {
  for (auto function : {"getFromSignalDependency", "getFromStep"})
    CHECK(contains(refusal({}, function, {"a", "b"}, false), "There is no function"));
  CHECK(contains(refusal({}, "getFromForeach", {"a", "b", "c"}, false), "There is no function"));
  CHECK(contains(refusal({}, "getFromNowhere", {}), "params.getFromNowhere with 0 arguments"));
}

TEST_CASE("a dry run knows the names in triggers and gives a number for each") {
  dry_run_functions dry{{{"db/t"}, {"p"}}, "test"};
  CHECK(*dry.call("getFromSignal", {"p"}) == number(20'220'101));
  CHECK(*dry.call("getFromSignal", {"db/t", "anything"}) == number(20'220'101));
  CHECK(*dry.call("getExecutionEnvironment", {}) == text("test"));
  CHECK(*dry.call("getFromSignalOrDefault", {"db/u", "x", "d"}) == text("d"));
  CHECK(contains(dry.call("getFromSignal", {"q"}).error().message, "has a param [q]"));
  CHECK(contains(dry.call("getFromSignal", {"db/u", "x"}).error().message, "has a signal [db/u]"));
}
