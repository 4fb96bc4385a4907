#include "runtime/model/json.hpp"
#include "runtime/model/validate.hpp"

#include <doctest/doctest.h>

namespace tutti::model {

namespace {

using lines = std::vector<std::string>;

workflow read_workflow(const std::string& text) {
  auto x = parse_json<workflow>(text);
  REQUIRE_MESSAGE(x, (x ? "" : x.error().message));
  return *x;
}

/// A workflow of these steps.
workflow of_steps(const std::string& steps) {
  return read_workflow(R"({"id":"w","steps":[)" + steps + "]}");
}

lines found(const workflow& x, const limits& bounds = {}) {
  workflow_create_request request;
  request.workflow = x;
  return violations(request, bounds);
}

std::string node(const std::string& id, const std::string& successors = "",
                 const std::string& more = "") {
  return R"({"step":{"id":")" + id + R"(","type":"NoOp","transition":{"successors":{)" + successors
         + "}}" + more + "}}";
}

std::string loop(const std::string& id, const std::string& param, const std::string& body) {
  return R"({"foreach":{"id":")" + id + R"(","params":{"loop_params":{"type":"MAP","value":{")"
         + param + R"(":{"type":"LONG_ARRAY","value":[1]}}}},"steps":[)" + body + "]}}";
}

} // namespace

TEST_CASE("a plain workflow has no violations") {
  CHECK(found(of_steps(node("a", R"("b":"true")") + "," + node("b"))) == lines{});
}

TEST_CASE("an empty workflow lacks steps and id") {
  CHECK(found(workflow{})
        == lines{"workflow.steps [workflow step definitions] cannot be null or empty",
                 "workflow.id [maestro id] cannot be null or empty"});
}

TEST_CASE("steps are counted with the nested ones") {
  limits bounds;
  bounds.step_count_max = 2;
  CHECK(
    found(of_steps(loop("l", "i", node("a") + "," + node("b"))), bounds)
    == lines{"workflow.steps [workflow step list] is too large [3] and over the size limit [2]"});
}

TEST_CASE("step ids are unique over all levels") {
  CHECK(found(of_steps(loop("l", "i", node("l"))))
        == lines{"workflow.steps [workflow step definitions] contain duplicate step ids"});
}

TEST_CASE("a successor must exist at the top level but not within loops") {
  CHECK(
    found(of_steps(node("a", R"("x":"true")")))
    == lines{"workflow.steps [workflow step transition] is invalid for step [a]'s successor step "
             "id [x], which does not exist in steps"});
  CHECK(found(of_steps(loop("l", "i", node("a", R"("x":"true")")))) == lines{});
}

TEST_CASE("given predecessors must be those of the successors") {
  auto b = R"({"step":{"id":"b","type":"NoOp","transition":{"predecessors":["c"]}}})";
  CHECK(found(of_steps(node("a", R"("b":"true")") + "," + b + "," + node("c")))
        == lines{"workflow.steps [workflow step transition] is invalid for step [b]'s predecessors "
                 "list [c], which is not [a] as the successors of the steps say"});
}

TEST_CASE("loops need loop params and steps, and do not use a loop param twice") {
  CHECK(
    found(of_steps(R"({"foreach":{"id":"l","steps":[]}})"))
    == lines{"workflow.steps [workflow step definitions] loop step [l] has no param loop_params "
             "of type MAP with a value"});
  CHECK(
    found(of_steps(loop("l", "i", loop("m", "i", node("a")))))
    == lines{"workflow.steps [workflow step definitions] contain duplicate loop param name [i]"});
  CHECK(found(of_steps(loop("l", "i", node("a")) + "," + loop("m", "i", node("b")))) == lines{});
}

TEST_CASE("members of steps are named by their Java-style path") {
  auto x
    = of_steps(loop("l", "i", node("a", "", R"(,"params":{"p q":{"type":"LONG","value":1}})")));
  CHECK(
    found(x)
    == lines{"workflow.steps[0].steps[0].params[p q].name [maestro id or name reference] does "
             "not follow the regex rule: [_a-zA-Z][.\\-_a-zA-Z0-9]*+ - rejected value is [p q]"});
}

TEST_CASE("retry policies are in range unless they depend on params") {
  auto with = [](const std::string& policy) {
    auto x = parse_json<retry_policy>(policy);
    REQUIRE(x);
    return retry_flaw(*x).value_or("good");
  };
  CHECK(with(R"({"error_retry_limit":100})")
        == "RetryPolicy: error_retry_limit value [100] is parsed to [100] but cannot be less than "
           "[0] or more than [99]");
  CHECK(with(R"({"error_retry_limit":"abc"})")
        == "RetryPolicy: error_retry_limit value [\"abc\"] is parsed to [abc] but not a number");
  CHECK(
    with(R"({"backoff":{"type":"FIXED_BACKOFF","error_retry_backoff_in_secs":"2 days"}})")
    == "RetryPolicy: backoff.error_retry_backoff_in_secs value [\"2 days\"] is parsed to [172800] "
       "but cannot be less than [1] or more than [86400]");
  CHECK(with(R"({"error_retry_limit":"${x}"})") == "good");
}

TEST_CASE("timeouts are positive and at most 120 days") {
  CHECK(!timeout_flaw(parsable_long{std::string{"120 days"}}));
  CHECK(!timeout_flaw(parsable_long{std::string{"$x"}}));
  CHECK(timeout_flaw(parsable_long{std::string{"10m"}})
        == "timeout [0 ms]/[\"10m\"] cannot be non-positive or more than system limit: 120 days");
  CHECK(timeout_flaw(parsable_long{std::int64_t{121 * 86'400}}));
}

TEST_CASE("step types without a runtime or with a wrapper of their own are refused") {
  for (auto type : {"Join", "Titus", "FOREACH", "Subworkflow", "template"}) {
    auto x = of_steps(R"({"step":{"id":"a","type":")" + std::string{type} + R"("}})");
    CHECK_MESSAGE(found(x).size() == 1, type);
  }
}

TEST_CASE("loops have a condition and a bounded concurrency") {
  auto x = of_steps(
    R"({"while":{"id":"l","params":{"loop_params":{"type":"MAP","value":{}}},"steps":[]}})");
  CHECK(found(x) == lines{"workflow.steps[0].condition may not be null"});
  auto y = of_steps(loop("l", "i", ""));
  y.steps[0].concurrency = 501;
  CHECK(found(y) == lines{"workflow.steps[0].concurrency must be less than or equal to 500"});
}

TEST_CASE("tags have good names, each once") {
  auto x = of_steps(node("a", "", R"(,"tags":["t","t"," "])"));
  CHECK(
    found(x)
    == lines{"workflow.steps[0].tags [tag list definition] cannot contain duplicate tag names",
             "workflow.steps[0].tags.tags[2].name [maestro name] cannot be null or empty or blank "
             "spaces"});
}

TEST_CASE("concurrency of the properties is in range") {
  properties x;
  x.run_strategy = run_strategy{run_rule::parallel, 0};
  x.step_concurrency = 1001;
  CHECK(
    violations(x)
    == lines{"properties.runStrategy.workflowConcurrency [workflow properties run_strategy] "
             "workflow_concurrency should be positive and no greater than 1000 - rejected value "
             "is [0]",
             "properties.stepConcurrency [workflow properties] step_concurrency should be "
             "positive and no greater than 1000 - rejected value is [1001]"});
}

TEST_CASE("run params have no reserved names and no source") {
  workflow_start_request x;
  param_map params;
  params.set("util", make_param(value{std::int64_t{1}}));
  auto sourced = make_param(value{std::int64_t{1}});
  sourced.source = param_source::launch;
  params.set("a", sourced);
  x.run_params = params;
  CHECK(violations(x)
        == lines{"runParams[util].name [run params] cannot use the reserved name [util]",
                 "runParams[a].source [run params] cannot set the source of param [a]"});
}

TEST_CASE("triggers as initiators name their trigger, restarts their policy") {
  workflow_start_request x;
  x.initiator.type = initiator_type::time;
  CHECK(violations(x)
        == lines{"initiator.triggerUuid may not be null", "initiator.triggerTime may not be null"});
  CHECK(violations(workflow_instance_restart_request{}) == lines{"restartPolicy may not be null"});
}

TEST_CASE("a cycle is named by its path") {
  auto x = of_steps(node("r", R"("a":"true")") + "," + node("a", R"("b":"true")") + ","
                    + node("b", R"("a":"true")"));
  auto checked = check_graph(x);
  REQUIRE(!checked);
  CHECK(checked.error().code == ec::bad_request);
  CHECK(checked.error().message
        == "Invalid workflow definition [w], where DAG contains cycle: a -> b -> a");
}

TEST_CASE("a step that follows itself and a cycle within a loop are found") {
  CHECK(check_graph(of_steps(node("a", R"("a":"true")"))).error().message
        == "Invalid workflow definition [w], where DAG contains cycle: a -> a");
  CHECK(!check_graph(
    of_steps(loop("l", "i", node("a", R"("b":"1")") + "," + node("b", R"("a":"1")")))));
}

TEST_CASE("diamonds and unconnected parts are no cycles") {
  CHECK(check_graph(of_steps(node("a", R"("b":"1","c":"1")") + "," + node("b", R"("d":"1")") + ","
                             + node("c", R"("d":"1")") + "," + node("d") + "," + node("e"))));
}

TEST_CASE("unknown successors and duplicate ids make no graph") {
  CHECK(!check_graph(of_steps(node("a", R"("x":"true")"))));
  CHECK(check_graph(of_steps(node("a") + "," + node("a"))).error().message
        == "[workflow step definitions] contain duplicate step ids: [a]");
}

} // namespace tutti::model
