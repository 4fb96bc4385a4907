#include "runtime/params/evaluate.hpp"
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

struct world {
  param_map definition;
  param_map workflow;
  step_inputs in;

  explicit world(param_map step_params, param_map workflow_params = {})
    : definition(std::move(step_params)),
      workflow(std::move(workflow_params)) {
    in.instance.workflow_id = "wf";
    in.instance.instance_id = 12;
    in.instance.run_id = 1;
    in.step.step_id = "s";
    in.step.step_uuid = "u-1";
    in.step.attempt = 3;
    in.definition = &definition;
    in.workflow_params = &workflow;
    in.with_defaults = false;
    in.upstream = [](std::string_view step, std::string_view name) -> const model::param* {
      static const auto dates = evaluated(numbers({20240101, 20240102}));
      static const auto dashed = evaluated(text("dashed"));
      if (step == "step1" && name == "dates")
        return &dates;
      return (step == "my-step" || step == "a_") && name == "p" ? &dashed : nullptr;
    };
  }

  world(const world&) = delete;
  world& operator=(const world&) = delete;

  param_map evaluate() {
    auto out = evaluate_step_params(in, now);
    REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().message));
    return *out;
  }

  std::string refusal() {
    auto out = evaluate_step_params(in, now);
    REQUIRE(!out);
    return out.error().message;
  }
};

value result_of(const param_map& x, std::string_view name) {
  REQUIRE(x.find(name));
  REQUIRE(x.find(name)->evaluated_result);
  return *x.find(name)->evaluated_result;
}

} // namespace

TEST_CASE("a step sees the workflow's parameters and its own") {
  world w{{{"p", literal(text("$w/$q"))}, {"q", literal(text("own"))}},
          {{"w", evaluated(text("shared"))}}};
  auto out = w.evaluate();
  CHECK(result_of(out, "p") == text("shared/own"));
  CHECK(out.size() == 2);
}

TEST_CASE("of a name that both define the order decides") {
  world w{
    {{"before", literal(text("$x"))}, {"x", literal(text("step"))}, {"after", literal(text("$x"))}},
    {{"x", evaluated(text("workflow"))}}};
  auto out = w.evaluate();
  CHECK(result_of(out, "before") == text("workflow"));
  CHECK(result_of(out, "after") == text("step"));
}

TEST_CASE("a parameter that names itself means the workflow's") {
  world w{{{"x", literal(text("${x}!"))}}, {{"x", evaluated(text("v"))}}};
  CHECK(result_of(w.evaluate(), "x") == text("v!"));
  world alone{{{"x", literal(text("${x}!"))}}};
  CHECK(alone.refusal() == "In step [s], param [x] definition contains a cyclic reference chain");
}

TEST_CASE("parameters of completed steps are reached in four ways") {
  world w{{{"a", expression(param_type::long_array, "step1__dates")},
           {"b", literal(text("${step1__dates}"))},
           {"c", literal(text("${p@my-step}"))},
           {"d", expression(param_type::text, "params.getFromStep('my-step', 'p')")}}};
  auto out = w.evaluate();
  CHECK(result_of(out, "a") == numbers({20240101, 20240102}));
  CHECK(result_of(out, "b") == text("[20240101,20240102]"));
  CHECK(result_of(out, "c") == text("dashed"));
  CHECK(result_of(out, "d") == text("dashed"));
}

TEST_CASE("three underscores mean the step that exists") {
  world w{{{"p", expression(param_type::text, "a___p")}}};
  CHECK(result_of(w.evaluate(), "p") == text("dashed"));
}

TEST_CASE("the own step can be named as any other") {
  world w{{{"p", literal(text("$s__q"))}, {"q", literal(text("v"))}}};
  CHECK(result_of(w.evaluate(), "p") == text("v"));
}

TEST_CASE("unknown names and steps are refused with the step's id") {
  world unknown{{{"p", literal(text("$nosuch"))}}};
  CHECK(
    unknown.refusal()
    == "Cannot find the referenced param [nosuch] in step [s] or upstream steps or the workflow");
  world other{{{"p", literal(text("$other__q"))}}};
  CHECK(contains(other.refusal(), "[q] of step [other]"));
}

TEST_CASE("engine-made parameters are derived or added") {
  world w{{{"p", literal(text("$step_id/$step_attempt_id/$workflow_instance_id/$workflow_id"))}}};
  auto lean = w.evaluate();
  CHECK(lean.size() == 1);
  CHECK(result_of(lean, "p") == text("s/3/12/wf"));
  w.in.with_defaults = true;
  auto full = w.evaluate();
  CHECK(full.size() == 5);
  CHECK(result_of(full, "step_instance_uuid") == text("u-1"));
  CHECK(result_of(full, "workflow_instance_id") == number(12));
  CHECK(full.find("step_id")->mode == param_mode::constant);
}

TEST_CASE("engine-made parameters cannot be changed even when they are left out") {
  world w{{{"step_id", literal(text("x"))}}};
  CHECK(w.refusal() == "Cannot modify param with mode [CONSTANT] for parameter [step_id]");
}

TEST_CASE("loops and subworkflows have defaults") {
  world loop{
    {{"loop_params", literal(value{param_map{
                       {"i", expression(param_type::long_array, "Util.intsBetween(0, 3, 1)")}}})}}};
  loop.in.step.type = model::step_type::foreach;
  auto out = loop.evaluate();
  CHECK(result_of(out, "loop_index") == number(-1));
  CHECK(result_of(out, "loop_params") == value{model::value_map{{"i", numbers({0, 1, 2})}}});
  world sub{{}};
  sub.in.step.type = model::step_type::subworkflow;
  CHECK(sub.refusal() == "[subworkflow_id] is a required parameter (type=[STRING])");
  sub.definition.set("subworkflow_id", literal(text("child")));
  CHECK(result_of(sub.evaluate(), "subworkflow_version") == text("active"));
}

TEST_CASE("run parameters that the step does not define come first") {
  world w{{{"p", literal(text("$extra"))}}};
  param_map run{{"extra", literal(text("x"))}, {"p", literal(text("${extra}2"))}};
  w.in.run_params = &run;
  auto out = w.evaluate();
  CHECK(out.begin()->first == "extra");
  CHECK(result_of(out, "p") == text("x2"));
  CHECK(out.find("p")->source == param_source::launch);
}

TEST_CASE("on a restart the modes for restarts count") {
  world w{{{"p", literal(text("a"), param_mode::mutable_on_start)}}};
  param_map run{{"p", literal(text("b"))}};
  w.in.run_params = &run;
  w.evaluate();
  w.in.instance.policy = model::run_policy::restart_from_incomplete;
  CHECK(contains(w.refusal(), "MUTABLE_ON_START"));
}

TEST_CASE("a template is merged below the definition") {
  param_map schema{{"image", [] {
                      model::param x;
                      x.internal_mode = model::internal_param_mode::required;
                      return x;
                    }()}};
  world w{{}};
  w.in.template_schema = &schema;
  CHECK(w.refusal() == "[image] is a required parameter (type=[STRING])");
  w.definition.set("image", literal(text("busybox")));
  auto out = w.evaluate();
  CHECK(result_of(out, "image") == text("busybox"));
  CHECK(!out.find("image")->internal_mode);
}

TEST_CASE("conditions are booleans in the scope of the ended step") {
  world w{{}, {{"go", evaluated(value{true})}}};
  param_map own{{"n", evaluated(number(5))}};
  auto check = [&](std::string_view text) {
    return evaluate_condition("next", text, w.in, own, now);
  };
  CHECK(*check("true"));
  CHECK(!*check(" false ; "));
  CHECK(*check("go && n > 4"));
  CHECK(*check("'TRUE'"));
  CHECK(!*check("n == 4"));
  CHECK(!check("step1__dates == step1__dates"));
}

TEST_CASE("a condition that is no boolean is refused") {
  world w{{}};
  param_map own;
  auto number_condition = evaluate_condition("next", "1", w.in, own, now);
  REQUIRE(!number_condition);
  CHECK(
    number_condition.error().message
    == "Param [next] is expected to be a Boolean compatible type but is [class java.lang.Long]");
  auto broken = evaluate_condition("next", "1 +", w.in, own, now);
  REQUIRE(!broken);
  CHECK(contains(whole(broken.error()), "Param [next]: Expression [1 +]"));
}

TEST_CASE("what has no parameters stays empty") {
  world w{{}};
  CHECK(w.evaluate().empty());
}
