#include "runtime/model/json.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group G: subworkflows.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// A workflow with a step `s` that runs the workflow `child`, and one behind it. `more` is keys of
/// s.
std::string parent_of(const std::string& child, const std::string& more = "") {
  return R"(
    run_strategy: parallel
    p: 7
    ok: false
    jobs:
      - subworkflow: {id: s, workflow_id: )"
         + child + ", version: latest, transition: [after]" + (more.empty() ? "" : ", " + more)
         + R"(}
      - job: {id: after, type: noop})";
}

run_at child(std::int64_t instance = 1, std::int64_t run = 0) {
  return {instance, run, "child"};
}

boost::json::object artifact(const world& w, const run_at& of = {}) {
  return w.artifact("s", "maestro_subworkflow", of);
}

/// Two workflows: `child` has one process a, `wf` runs it.
void push_both(world& w, const std::string& more = "", const std::string& strategy = "parallel") {
  w.push("run_strategy: " + strategy + "\n" + one_job(), {.workflow = "child"});
  w.push(parent_of("child", more));
}

} // namespace

TEST_CASE("G1: a subworkflow step runs an instance of its target and ends with it") {
  world w;
  push_both(w);
  w.start();
  CHECK(w.steps() == "s#1 RUNNING, after NC");
  CHECK(w.run(child()) == "IN_PROGRESS");
  auto run = w.view(child());
  CHECK(run.at("correlation_id") == "wf:1:1");
  CHECK(run.at("group_info") == w.view().at("group_info"));
  auto& initiator = run.at("initiator").as_object();
  CHECK(initiator.at("type") == "SUBWORKFLOW");
  CHECK(model::to_text(initiator.at("ancestors"))
        == R"([{"workflow_id":"wf","instance_id":1,"run_id":1,"step_id":"s",)"
           R"("step_attempt_id":1,"sync":true}])");
  CHECK(model::to_text(run.at("run_config"))
        == R"({"runtime_tags":[{"name":"maestro_subworkflow"}],)"
           R"("correlation_id":"wf:1:1","policy":"START_FRESH_NEW_RUN"})");
  w.done("a", child());
  CHECK(w.steps() == "s#1 SUCCEEDED, after#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.leaf_count() == 2);
  auto told = artifact(w);
  CHECK(told.at("subworkflow_id") == "child");
  CHECK(told.at("subworkflow_instance_id") == 1);
  CHECK(told.at("subworkflow_uuid") == run.at("workflow_uuid"));
  CHECK(told.at("subworkflow_overview") == w.view(child()).at("runtime_overview"));
  CHECK(w.step_tells("s", "Started a subworkflow with uuid: "));
  CHECK(w.step_tells("s", "Step is in DONE status because its subworkflow instance is in SUCCEEDED "
                          "status"));
}

TEST_CASE("G2: a failed child fails the step without a retry") {
  world w;
  push_both(w);
  w.start();
  w.kill(child());
  CHECK(w.attempts("s") == "#1 FATALLY_FAILED");
  CHECK(w.run() == "FAILED");
  CHECK(
    model::to_text(
      w.view().at("runtime_overview").as_object().at("rollup_overview").as_object().at("overview"))
    == R"({"FATALLY_FAILED":{"cnt":1,"ref":{"child:1":["1:a:1"]}}})");
}

TEST_CASE("G2: the failure mode of the step counts") {
  world w;
  push_both(w, "failure_mode: ignore_failure");
  w.start();
  w.kill(child());
  CHECK(w.steps() == "s#1 COMPLETED_WITH_ERROR, after#1 SUCCEEDED");
}

TEST_CASE("G2: a child that is stopped stops the step, one that timed out times it out") {
  world w;
  w.push("run_strategy: parallel\ntimeout: 5\n" + one_job(), {.workflow = "child"});
  w.push(parent_of("child"));
  w.starts(2);
  w.stop(child(1));
  CHECK(w.steps(1) == "s#1 STOPPED, after NC");
  CHECK(w.run(1) == "STOPPED");
  w.pass(5);
  CHECK(w.steps(2) == "s#1 TIMED_OUT, after NC");
  CHECK(w.run(2) == "TIMED_OUT");
}

TEST_CASE("G3: an asynchronous step is done once its child is there") {
  world w;
  push_both(w, "sync: false");
  w.start();
  CHECK(w.steps() == "s#1 SUCCEEDED, after#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(!artifact(w).contains("subworkflow_overview"));
  CHECK(w.run(child()) == "IN_PROGRESS");
  w.kill(child());
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("G3: a stop of the parent leaves an asynchronous child alone") {
  world w;
  w.push(one_job(), {.workflow = "child"});
  w.push(R"(
    jobs:
      - subworkflow: {id: s, workflow_id: child, sync: false}
      - job: {id: b, type: shell, command: work})");
  w.start();
  w.stop();
  CHECK(w.steps() == "b#1 STOPPED, s#1 SUCCEEDED");
  CHECK(w.run(child()) == "IN_PROGRESS");
}

TEST_CASE("G4: a child that FIRST_ONLY refuses stops the step") {
  world w;
  push_both(w, "", "first_only");
  w.start("child");
  w.start();
  CHECK(w.run(child(2)) == "STOPPED");
  CHECK(w.steps() == "s#1 STOPPED, after NC");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("G5: a child waits in the queue of its workflow, and a stop ends it there") {
  world w;
  push_both(w, "", "sequential");
  w.start("child");
  w.start();
  CHECK(w.steps() == "s#1 RUNNING, after NC");
  CHECK(w.run(child(2)) == "CREATED");
  w.stop();
  CHECK(w.run(child(2)) == "STOPPED");
  CHECK(!w.view(child(2)).contains("execution_id"));
  CHECK(w.steps() == "s#1 STOPPED, after NC");
  CHECK(w.run() == "STOPPED");
  w.done("a", child(1));
  CHECK(w.run(child(1)) == "SUCCEEDED");
}

TEST_CASE("G6: a stop of the parent ends the child first, whose steps are STOPPED") {
  world w;
  w.jobs_obey = false;
  push_both(w);
  w.start();
  CHECK(w.kill() == "IN_PROGRESS not yet");
  CHECK(w.is_told_to_end("a", child()));
  CHECK(w.steps() == "s#1 RUNNING, after NC");
  w.user_error("a", child());
  CHECK(w.steps(child()) == "a#1 STOPPED");
  CHECK(w.run(child()) == "STOPPED");
  CHECK(w.steps() == "s#1 FATALLY_FAILED, after NC");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("G6: the timeout of the step ends the child") {
  world w;
  push_both(w, "timeout: 5");
  w.start();
  w.pass(5);
  CHECK(w.run(child()) == "STOPPED");
  CHECK(w.attempts("s") == "#1 TIMED_OUT");
  CHECK(w.run() == "TIMED_OUT");
}

TEST_CASE("G8: a workflow that runs itself ends at the limit of depth") {
  world w;
  w.push("run_strategy: parallel\njobs: [subworkflow: {id: s, workflow_id: wf, version: latest}]");
  w.start();
  CHECK(w.run({10, 1}) == "FAILED");
  CHECK(w.run({11, 1}) == "NC");
  CHECK(w.step_tells("s", "10 levels deep", {10, 1}));
  CHECK(w.run({1, 1}) == "FAILED");
}

TEST_CASE("G9: a child gets the params of the run and of the step") {
  world w;
  w.push("q: none\nrun_strategy: parallel\njobs: [job: {id: a, type: noop, out: \"${q} ${p} "
         "${workflow_id}\"}]",
         {.workflow = "child"});
  w.push(parent_of("child", "q: \"from ${p}\""));
  w.start();
  CHECK(w.step_param("a", "out", child()) == R"("from 7 7 wf")");
  auto params = w.view(child()).at("params").as_object();
  CHECK(!params.contains("subworkflow_id"));
  CHECK(params.at("workflow_id").as_object().at("source") == "SUBWORKFLOW");
  CHECK(params.at("RUN_TS").as_object().at("value")
        == w.view().at("params").as_object().at("RUN_TS").as_object().at("evaluated_result"));
}

TEST_CASE("G9: with explicit_params it gets those of the step only") {
  world w;
  w.push("q: none\np: 1\njobs: [job: {id: a, type: noop, out: \"${q} ${p} ${workflow_id}\"}]",
         {.workflow = "child"});
  w.push(parent_of("child", "q: \"from ${p}\", explicit_params: true"));
  w.start();
  CHECK(w.step_param("a", "out", child()) == R"("from 7 1 child")");
  CHECK(w.view(child()).at("run_params").as_object().size() == 1);
}

TEST_CASE("G10: a restart goes on with the child where it ended") {
  world w;
  w.push(R"(
    run_strategy: parallel
    dag: sequential
    ok: false
    jobs:
      - job: {id: a, type: noop}
      - job: {id: b, type: shell, command: "${ok}"})",
         {.workflow = "child"});
  w.push(parent_of("child"));
  w.start();
  w.kill(child());
  REQUIRE(w.run() == "FAILED");
  restart_instance order;
  auto params
    = model::parse_json<model::param_map>(R"({"ok": {"value": "true", "type": "BOOLEAN"}})");
  REQUIRE(params);
  order.run_params = *params;
  CHECK(said(w.restart_with(order)) == "CREATED");
  CHECK(w.steps() == "s#1 RUNNING, after NC");
  CHECK(w.steps(child(1, 2)) == "b#1 STARTING");
  CHECK(w.step_param("b", "command", child(1, 2)) == R"("true")");
  CHECK(artifact(w).at("subworkflow_run_id") == 2);
  w.done("b", child(1, 2));
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.run(child(1, 1)) == "FAILED");
  CHECK(w.leaf_count() == 3);
  CHECK(w.leaf_count(child()) == 2);
  CHECK(w.view(child(1, 2))
          .at("initiator")
          .as_object()
          .at("ancestors")
          .as_array()
          .at(0)
          .as_object()
          .at("run_id")
        == 2);
}

TEST_CASE("G10: a restart from the beginning runs all of the child again") {
  world w;
  push_both(w);
  w.start();
  w.done("a", child());
  REQUIRE(w.run() == "SUCCEEDED");
  CHECK(w.restart(run_policy::restart_from_beginning) == "CREATED");
  CHECK(w.steps(child(1, 2)) == "a#1 STARTING");
  w.done("a", child(1, 2));
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.run(child(2)) == "NC");
}

TEST_CASE("G10: a step that never had a child starts one in the restarted run") {
  world w;
  w.push(one_noop(), {.workflow = "child"});
  w.push(R"(
    dag: sequential
    jobs:
      - job: {id: first, type: shell, command: work}
      - subworkflow: {id: s, workflow_id: child})");
  w.start();
  w.kill();
  w.restart();
  w.done("first");
  CHECK(w.steps() == "s#1 SUCCEEDED, first#1 SUCCEEDED");
  CHECK(w.run(child(1, 1)) == "SUCCEEDED");
}

TEST_CASE("G10: what a restarted run does not repeat still counts") {
  world w;
  w.push(one_noop(), {.workflow = "child"});
  w.push(R"(
    jobs:
      - subworkflow: {id: s, workflow_id: child}
      - job: {id: b, type: shell, command: work})");
  w.start();
  w.kill();
  REQUIRE(w.steps() == "b#1 FATALLY_FAILED, s#1 SUCCEEDED");
  w.restart();
  w.done("b");
  CHECK(w.steps() == "b#1 SUCCEEDED");
  CHECK(w.leaf_count() == 2);
}

TEST_CASE("G13: an order that comes again finds the child of the first one") {
  world w;
  push_both(w);
  w.start();
  start_run again;
  again.version = "latest";
  again.uuid = std::string{w.view(child()).at("workflow_uuid").as_string()};
  again.request.initiator.type = model::initiator_type::subworkflow;
  again.request.initiator.ancestors.push_back({"wf", 1, 1, "s", 1, true});
  again.child.emplace();
  again.child->request = again.uuid;
  w.post(workflow_entity("child"), make_message(again));
  w.settle();
  CHECK(w.run(child(2)) == "NC");
  w.done("a", child());
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("G14: without such a workflow the step fails") {
  world w;
  w.push(parent_of("nobody"));
  w.start();
  CHECK(w.steps() == "s#1 FATALLY_FAILED, after NC");
  CHECK(w.step_tells("s", "Failed to execute subworkflow step runtime with an error"));
  CHECK(w.step_tells("s", "MaestroNotFoundException: Workflow [nobody] has not been created yet or "
                          "has been deleted."));
}

TEST_CASE("G14: params of the child that cannot be evaluated fail the step") {
  world w;
  w.push("\"!x\": nothing + 1\njobs: [job: {id: a, type: noop}]", {.workflow = "child"});
  w.push(parent_of("child"));
  w.start();
  CHECK(w.steps() == "s#1 FATALLY_FAILED, after NC");
  CHECK(w.run(child()) == "NC");
}

TEST_CASE("a subworkflow in a foreach runs once for each iteration") {
  world w;
  w.push(
    "i: 0\nrun_strategy: parallel\njobs: [job: {id: a, type: noop, out: \"${i} ${workflow_id}\"}]",
    {.workflow = "child"});
  w.push(R"(
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: 4}}
          jobs: [subworkflow: {id: s, workflow_id: child}])");
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.run(child(3)) == "SUCCEEDED");
  CHECK(w.leaf_count() == 3);
  CHECK(w.step_param("a", "out", child(3)).ends_with(" wf\""));
}

TEST_CASE("a template step runs the workflow that its sub_type names, with its own params") {
  world w;
  w.push("p: 1\nq: 2\njobs: [job: {id: a, type: noop, out: \"${p} ${q}\"}]", {.workflow = "child"});
  auto request = definition("p: 7\njobs: [job: {id: s, type: noop, q: \"${p}\"}]");
  auto& step = request.workflow.steps.front();
  step.kind = model::step_kind::template_;
  step.type = model::step_type::template_;
  step.sub_type = "child";
  REQUIRE(w.ask(workflow_entity("wf"), push_definition{request, {"tester", {}, false}}));
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.step_param("a", "out", child()) == R"("1 7")");
  CHECK(w.view(child()).at("initiator").as_object().at("type") == "TEMPLATE");
  CHECK(w.leaf_count() == 1);
}
