#include "runtime/params/coerce.hpp"
#include "runtime/params/evaluate.hpp"
#include "runtime/params/limits.hpp"
#include "runtime/params/pass_down.hpp"
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

constexpr std::int64_t now = 1'700'000'000'000;

workflow_inputs inputs(const param_map& definition) {
  workflow_inputs in;
  in.instance.workflow_id = "wf";
  in.instance.owner = "ann";
  in.definition = &definition;
  in.with_defaults = false;
  return in;
}

param_map evaluated_map(const workflow_inputs& in) {
  auto out = evaluate_workflow_params(in, now);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
  return *out;
}

param_map of(const param_map& definition) {
  return evaluated_map(inputs(definition));
}

std::string refusal(const param_map& definition) {
  auto out = evaluate_workflow_params(inputs(definition), now);
  REQUIRE(!out);
  return out.error().message;
}

error failure(const param_map& definition) {
  auto out = evaluate_workflow_params(inputs(definition), now);
  REQUIRE(!out);
  return out.error();
}

value result_of(const param_map& x, std::string_view name) {
  REQUIRE(x.find(name));
  REQUIRE(x.find(name)->evaluated_result);
  return *x.find(name)->evaluated_result;
}

} // namespace

TEST_CASE("literals of every type are evaluated") {
  auto deep = value{param_map{{"z", literal(text("${s}!"))}}};
  auto out = of({{"s", literal(text("hello"))},
                 {"l", literal(number(42))},
                 {"d", literal(value{3.25})},
                 {"sa", literal(value{std::vector<std::string>{"$s", "b"}})},
                 {"sm", literal(value{model::string_map{{"k$l", "v$s"}}})},
                 {"m", literal(value{param_map{{"n", expression(param_type::integer, "l")},
                                               {"deep", literal(deep)}}})}});
  CHECK(result_of(out, "s") == text("hello"));
  CHECK(result_of(out, "d") == value{3.25});
  CHECK(out.find("d")->literal == value{model::decimal{"3.25"}});
  CHECK(result_of(out, "sa") == value{std::vector<std::string>{"hello", "b"}});
  CHECK(result_of(out, "sm") == value{model::string_map{{"k42", "vhello"}}});
  model::value_map inner{{"z", text("hello!")}};
  CHECK(result_of(out, "m") == value{model::value_map{{"n", number(42)}, {"deep", value{inner}}}});
  CHECK(out.find("s")->evaluated_time == now);
  CHECK(out.find("s")->source == param_source::definition);
}

TEST_CASE("references are followed whatever the order") {
  auto out = of({{"a", literal(text("$b-${c}"))},
                 {"b", expression(param_type::text, "c")},
                 {"c", literal(number(7))}});
  CHECK(result_of(out, "a") == text("7-7"));
  CHECK(out.find("b")->meta.contains("info"));
}

TEST_CASE("cycles and unknown names are refused") {
  CHECK(refusal({{"p", literal(text("$q"))}, {"q", literal(text("$p"))}})
        == "In workflow [wf], param [p] definition contains a cyclic reference chain");
  CHECK(refusal({{"p", expression(param_type::text, "p")}})
        == "In workflow [wf], param [p] definition contains a cyclic reference chain");
  CHECK(refusal({{"p", literal(text("$nosuch"))}})
        == "Param [p] referenced a non-existing param [nosuch] in workflow [wf]");
}

TEST_CASE("a cycle is shown as a detail") {
  auto why = failure({{"a", expression(param_type::text, "p")},
                      {"p", expression(param_type::text, "q")},
                      {"q", literal(text("${p}"))}});
  CHECK(why.message == "In workflow [wf], param [p] definition contains a cyclic reference chain");
  CHECK(why.details == std::vector<std::string>{"The chain is p -> q -> p"});
  CHECK(why.kind == "IllegalArgumentException");
}

TEST_CASE("an expression that does not parse is told as clients know it, the cause in a detail") {
  auto why = failure(
    {{"a", expression(param_type::text, "b")}, {"b", expression(param_type::text, "1 + 2")}});
  CHECK(why.message == "BAD_REQUEST - Expression validator throws an exception for expr=[1 + 2]");
  CHECK(why.kind == "MaestroInvalidExpressionException");
  REQUIRE(why.details.size() == 1);
  CHECK(contains(why.details[0], "Param [b]: Expression [1 + 2]: found `+`"));
}

TEST_CASE("an expression that fails is told as clients know it, the cause in a detail") {
  auto why = failure({{"b", expression(param_type::boolean, "!1")}});
  CHECK(why.message == "BAD_REQUEST - Expression evaluation throws an exception for expr=[!1]");
  CHECK(why.kind == "MaestroInvalidExpressionException");
  REQUIRE(why.details.size() == 1);
  CHECK(contains(why.details[0], "Param [b]: "));
}

TEST_CASE("errors of another parameter are not wrapped") {
  auto why = failure(
    {{"a", expression(param_type::text, "b")}, {"b", expression(param_type::text, "nosuch")}});
  CHECK(why.message == "Param [b] referenced a non-existing param [nosuch] in workflow [wf]");
  CHECK(why.kind == "MaestroValidationException");
}

TEST_CASE("long chains end before the stack does") {
  param_map all;
  for (int i = 0; i < 1000; ++i)
    all.append("p" + std::to_string(i), literal(text("$p" + std::to_string(i + 1))));
  all.append("p1000", literal(text("end")));
  CHECK(contains(refusal(all), "chain of more than 256"));
}

TEST_CASE("results are converted to the type of the parameter") {
  auto out = of({{"p", expression(param_type::integer, "'12'")}});
  CHECK(result_of(out, "p") == number(12));
  CHECK(*out.find("p")->meta.find("warn")
        == "\"Implicitly converted the evaluated result to a long for type String\"");
  CHECK(refusal({{"p", expression(param_type::integer, "1.5")}})
        == "Param [p] is expected to be a Long compatible type but is [class java.lang.Double]");
}

TEST_CASE("entries of a MAP keep the type of their result") {
  auto out = of({{"m", literal(value{param_map{{"n", expression(param_type::integer, "'x'")}}})}});
  CHECK(result_of(out, "m") == value{model::value_map{{"n", text("x")}}});
}

TEST_CASE("keys that become equal are refused") {
  CHECK(contains(refusal({{"a", literal(text("k"))},
                          {"m", literal(value{model::string_map{{"k", "1"}, {"$a", "2"}}})}}),
                 "the key [k] twice"));
}

TEST_CASE("the parameters of the system come first and can be left out") {
  param_map definition{{"p", literal(text("$workflow_id by ${owner} at $RUN_TS"))}};
  auto in = inputs(definition);
  auto lean = evaluated_map(in);
  CHECK(lean.size() == 1);
  CHECK(result_of(lean, "p") == text("wf by ann at 1700000000000"));
  in.with_defaults = true;
  auto full = evaluated_map(in);
  CHECK(full.begin()->first == "DSL_DEFAULT_TZ");
  CHECK(full.find("RUN_TS")->expression == "System.currentTimeMillis();");
  CHECK(full.find("RUN_TS")->mode == param_mode::mutable_on_start);
  CHECK(result_of(full, "RUN_TS") == number(now));
  CHECK(full.find("owner")->source == param_source::system_default);
  CHECK(!full.find("owner")->internal_mode);
  CHECK(result_of(full, "p") == result_of(lean, "p"));
}

TEST_CASE("a parameter of the system is protected even when it was left out") {
  CHECK(refusal({{"workflow_id", literal(text("x"))}})
        == "Cannot modify param with mode [CONSTANT] for parameter [workflow_id]");
  auto out = of({{"RUN_TS", literal(number(5))}});
  CHECK(result_of(out, "RUN_TS") == number(5));
}

TEST_CASE("a restart protects the parameters of the system too") {
  param_map previous{{"p", evaluated(text("v"))}};
  param_map run{{"owner", literal(text("bob"))}};
  workflow_inputs in;
  in.instance.owner = "ann";
  in.previous = &previous;
  in.run_params = &run;
  in.with_defaults = false;
  auto out = evaluate_workflow_params(in, now);
  REQUIRE(!out);
  CHECK(out.error().message == "Cannot modify param with mode [CONSTANT] for parameter [owner]");
}

TEST_CASE("run parameters go over the definition with the source of the initiator") {
  param_map definition{{"p", literal(text("a"))}};
  param_map run{{"p", literal(text("b"))}, {"q", literal(text("$p"))}};
  auto in = inputs(definition);
  in.run_params = &run;
  auto out = evaluated_map(in);
  CHECK(result_of(out, "q") == text("b"));
  CHECK(out.find("p")->source == param_source::launch);
  in.instance.initiator = model::initiator_type::subworkflow;
  out = evaluated_map(in);
  CHECK(out.find("p")->source == param_source::subworkflow);
}

TEST_CASE("a restart keeps results, evaluates IMMUTABLE again and ignores the definition") {
  auto kept = expression(param_type::text, "x");
  kept.mode = param_mode::mutable_always;
  kept.evaluated_result = text("old");
  kept.evaluated_time = 1;
  kept.source = param_source::definition;
  auto again = literal(text("$p"), param_mode::immutable);
  again.evaluated_result = text("before");
  again.evaluated_time = 1;
  param_map previous{{"p", kept}, {"i", again}, {"AUTH_BLOB", evaluated(text("secret"))}};
  param_map definition{{"new", literal(text("n"))}};
  param_map run{{"p", literal(text("changed"))}};
  auto in = inputs(definition);
  in.previous = &previous;
  auto out = evaluated_map(in);
  CHECK(out.size() == 2);
  CHECK(result_of(out, "p") == text("old"));
  CHECK(!out.find("p")->expression);
  CHECK(out.find("p")->source == param_source::definition);
  CHECK(result_of(out, "i") == text("old"));
  in.run_params = &run;
  out = evaluated_map(in);
  CHECK(result_of(out, "i") == text("changed"));
  CHECK(out.find("p")->source == param_source::restart);
}

TEST_CASE("fields of the instance are known, others are refused") {
  auto ask = [](std::string field) {
    return expression(param_type::text, "params.getFromInstance('" + field + "')");
  };
  param_map definition{{"a", ask("INITIATOR_TYPE")},
                       {"b", ask("RUN_POLICY")},
                       {"c", ask("INITIATOR_TIMEZONE")},
                       {"d", ask("workflow_instance_id")}};
  auto out = of(definition);
  CHECK(result_of(out, "a") == text("MANUAL"));
  CHECK(result_of(out, "b") == text("START_FRESH_NEW_RUN"));
  CHECK(result_of(out, "c") == text(""));
  CHECK(result_of(out, "d") == text(""));
  CHECK(contains(whole(failure({{"x", ask("nope")}})), "Field [nope]"));
  CHECK(contains(whole(failure({{"x", expression(param_type::integer, "params.nextUniqueId()")}})),
                 "params.nextUniqueId is not available"));
}

TEST_CASE("what has no parameters stays empty") {
  CHECK(of({}).empty());
  workflow_inputs in;
  in.with_defaults = false;
  CHECK(evaluated_map(in).empty());
}

TEST_CASE("large parameters are refused, large ranges are not") {
  CHECK(contains(refusal({{"p", literal(text(std::string(400'000, 'x')))}}), "750000"));
  auto range = of({{"p", expression(param_type::long_array, "Util.intsBetween(0, 1000000, 1)")}});
  CHECK(result_of(range, "p").as<model::int_seq>()->compact());
}

TEST_CASE("run parameters have a limit, reserved names and no source") {
  param_map bad{{"params", literal(text("a"))}, {"ok", literal(text("a"))}};
  bad.find("ok")->source = param_source::launch;
  auto good = check_run_params(bad);
  REQUIRE(!good);
  CHECK(good.error().details.size() == 2);
  param_map many;
  for (int i = 0; i < 129; ++i)
    many.append("p" + std::to_string(i), literal(text("a")));
  CHECK(!check_run_params(many));
  many.erase("p0");
  CHECK(check_run_params(many));
}

TEST_CASE("evaluated parameters go down to a child as literals") {
  auto map = literal(value{param_map{{"k", literal(number(1), param_mode::constant)}}});
  map.evaluated_result = value{model::value_map{{"k", number(2)}}};
  map.evaluated_time = 1;
  param_map workflow{{"w", evaluated(text("1"))}, {"both", evaluated(text("w"))}};
  param_map step{{"both", evaluated(text("s"))},
                 {"m", map},
                 {"subworkflow_id", evaluated(text("child"))},
                 {"step_id", evaluated(text("x"))}};
  param_map definition{{"both", literal(text("s"))},
                       {"m", map},
                       {"subworkflow_id", literal(text("child"))}};
  auto out = pass_down({&workflow, &step, &definition, false, {}});
  REQUIRE(out.size() == 3);
  CHECK(out.find("both")->literal == text("s"));
  CHECK(!out.find("both")->evaluated_result);
  const auto* entries = out.find("m")->literal->as<param_map>();
  REQUIRE(entries);
  CHECK(entries->find("k")->literal == number(2));
  CHECK(entries->find("k")->mode == param_mode::constant);
  std::vector<std::string> always{"w"};
  CHECK(pass_down({&workflow, &step, &definition, true, {}}).size() == 2);
  CHECK(pass_down({&workflow, &step, &definition, true, always}).contains("w"));
}
