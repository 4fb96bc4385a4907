#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Groups E and G: restarts of what runs below other runs. They begin at the top and go down.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

run_at child(std::int64_t instance = 1, std::int64_t run = 0) {
  return {instance, run, "child"};
}

const std::string child_of_two = R"(
    run_strategy: parallel
    dag: sequential
    ok: none
    jobs:
      - job: {id: a, type: shell, command: "${ok}"}
      - job: {id: b, type: noop})";

/// `wf` runs `child` in its step s; with a branch b beside it, or a step behind.
void push_both(world& w, const std::string& rest = "- job: {id: after, type: noop}") {
  w.push(child_of_two, {.workflow = "child"});
  w.push(R"(
    run_strategy: parallel
    ok: none
    jobs:
      - subworkflow: {id: s, workflow_id: child, version: latest}
      )" + rest);
}

/// A loop f over 1..n whose body is one process s.
std::string loop_of_jobs(int n, int concurrency, const std::string& rest = "") {
  return R"(
    p: 1
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: )"
         + std::to_string(n + 1) + R"(}}
          concurrency: )"
         + std::to_string(concurrency) + R"(
          jobs: [job: {id: s, type: shell, command: "${p} ${i}"}]
      )" + rest;
}

/// An iteration by its latest run.
run_at iteration(const world& w, std::int64_t number, const std::string& loop = "f",
                 const run_at& of = {}) {
  auto at = w.iteration(loop, number, of);
  at.run = 0;
  return at;
}

std::string policy(const world& w, const run_at& of) {
  return std::string{w.view(of).at("run_config").as_object().at("policy").as_string()};
}

std::string path(const world& w, const run_at& of) {
  auto config = w.view(of).at("run_config").as_object().at("restart_config").as_object();
  return model::to_text(config.at("restart_path"));
}

} // namespace

// -- subworkflows ---------------------------------------------------------------------------------

TEST_CASE("G11: a restart of a step inside an ended child makes one new run of the root") {
  world w;
  push_both(w);
  w.start();
  w.kill(child());
  REQUIRE(w.run() == "FAILED");
  auto got = w.restart_step_with("a", child());
  REQUIRE(got);
  CHECK(got->workflow_id == "wf");
  CHECK(got->run_id == 2);
  CHECK(path(w, 1)
        == R"([{"workflow_id":"child","instance_id":1,"step_id":"a"},)"
           R"({"workflow_id":"wf","instance_id":1,"step_id":"s"}])");
  CHECK(policy(w, 1) == "RESTART_FROM_SPECIFIC");
  CHECK(w.steps(child(1, 2)) == "a#1 STARTING, b NC");
  CHECK(policy(w, child(1, 2)) == "RESTART_FROM_SPECIFIC");
  w.done("a", child());
  CHECK(w.steps(child()) == "a#1 SUCCEEDED, b#1 SUCCEEDED");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 3);
}

TEST_CASE("G11: a step that has succeeded inside a child runs again, and what is behind it") {
  world w;
  push_both(w);
  w.start();
  w.done("a", child());
  REQUIRE(w.run() == "SUCCEEDED");
  CHECK(w.restart_step("b", child()) == "CREATED");
  CHECK(w.steps(child()) == "b#1 SUCCEEDED");
  CHECK(w.run(child(1, 2)) == "SUCCEEDED");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.aggregate(child()) == "a 1 SUCCEEDED, b 2 SUCCEEDED");
}

TEST_CASE("G11: a restart of a child begins at the instance at the top, and its parameters end at "
          "the child") {
  world w;
  push_both(w);
  w.start();
  w.kill(child());
  CHECK(w.restart(run_policy::restart_from_incomplete, child(),
                  R"({"ok": {"value": "now", "type": "STRING"}})")
        == "CREATED");
  CHECK(w.run({1, 2}) == "IN_PROGRESS");
  CHECK(w.view().at("params").as_object().at("ok").as_object().at("evaluated_result") == "none");
  CHECK(policy(w, child()) == "RESTART_FROM_INCOMPLETE");
  CHECK(w.step_param("a", "command", child()) == R"("now")");
  w.done("a", child());
  CHECK(w.run({1, 2}) == "SUCCEEDED");
}

TEST_CASE("G11: a restart from the beginning of a child leaves the parent's other steps alone") {
  world w;
  push_both(w, "- job: {id: other, type: noop}");
  w.start();
  w.done("a", child());
  REQUIRE(w.run() == "SUCCEEDED");
  CHECK(w.restart(run_policy::restart_from_beginning, child()) == "CREATED");
  w.done("a", child(1, 2));
  CHECK(w.steps(child(1, 2)) == "a#1 SUCCEEDED, b#1 SUCCEEDED");
  CHECK(w.steps() == "s#1 SUCCEEDED");
  CHECK(w.aggregate() == "other 1 SUCCEEDED, s 2 SUCCEEDED");
}

TEST_CASE("G11: other failed steps of the parent wait for their own restart") {
  world w;
  push_both(w, "- job: {id: b, type: shell, command: work}");
  w.start();
  w.kill();
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart_step("a", child()) == "CREATED");
  w.done("a", child());
  CHECK(w.steps() == "b NC, s#1 SUCCEEDED");
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.restart_step("b") == "CREATED");
  w.done("b");
  CHECK(w.run({1, 3}) == "SUCCEEDED");
}

TEST_CASE("G12: with the parent still running its step begins again in the same run") {
  world w;
  push_both(w, "- job: {id: b, type: shell, command: work}");
  w.start();
  w.kill(child());
  REQUIRE(w.attempts("s") == "#1 FATALLY_FAILED");
  auto got = w.restart_step_with("a", child());
  REQUIRE(got);
  CHECK(got->workflow_id == "wf");
  CHECK(got->run_id == 1);
  CHECK(got->step_id == "s");
  CHECK(got->attempt == 2);
  CHECK(w.attempts("s") == "#1 FATALLY_FAILED, #2 RUNNING");
  CHECK(policy(w, child(1, 2)) == "RESTART_FROM_SPECIFIC");
  w.done("a", child());
  w.done("b");
  CHECK(w.run({1, 1}) == "SUCCEEDED");
  CHECK(w.run({1, 2}) == "NC");
  CHECK(w.leaf_count() == 3);
}

TEST_CASE("G12: a subworkflow step that begins again by itself goes on with its child") {
  world w;
  push_both(w, "- job: {id: b, type: shell, command: work}");
  w.start();
  w.kill(child());
  CHECK(w.restart_step("s") == "CREATED");
  CHECK(policy(w, child(1, 2)) == "RESTART_FROM_INCOMPLETE");
  w.done("a", child());
  CHECK(w.restart_step("s") == "400");
  w.done("b");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("a child and its parent that go on are not restarted") {
  world w;
  push_both(w);
  w.start();
  CHECK(w.restart(run_policy::restart_from_incomplete, child()) == "400");
  CHECK(w.restart_step("b", child()) == "400");
  w.stop();
}

TEST_CASE("a restart that comes to a child that has just ended is sent away") {
  world w;
  push_both(w);
  w.start();
  w.kill(child());
  restart_instance order;
  CHECK(said(w.restart_with(order, child())) == "409");
}

// -- foreach --------------------------------------------------------------------------------------

TEST_CASE("E15: a restart of a step of one iteration runs that one, then those never launched") {
  world w;
  w.push(loop_of_jobs(5, 1));
  w.start();
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 2));
  w.kill(iteration(w, 3));
  REQUIRE(w.run() == "FAILED");
  auto got = w.restart_step_with("s", iteration(w, 3));
  REQUIRE(got);
  CHECK(got->workflow_id == "wf");
  CHECK(got->run_id == 2);
  CHECK(w.loop("f").at("foreach_run_id") == 2);
  CHECK(w.loop("f").at("ancestor_iteration_count") == 3);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[3],"SUCCEEDED":[[1,2]]})");
  CHECK(policy(w, iteration(w, 3)) == "RESTART_FROM_SPECIFIC");
  CHECK(path(w, iteration(w, 3)).ends_with(R"("instance_id":3,"step_id":"s"}])"));
  w.done("s", iteration(w, 3));
  w.done("s", iteration(w, 4));
  w.done("s", iteration(w, 5));
  CHECK(w.details("f") == R"({"SUCCEEDED":[[1,5]]})");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.run(iteration(w, 1)) == "SUCCEEDED");
  CHECK(iteration(w, 1).run == 0);
  CHECK(w.leaf_count() == 5);
}

TEST_CASE("E15: while another kept iteration is FAILED the loop fails again") {
  world w;
  w.push(loop_of_jobs(6, 4));
  w.start();
  w.kill(iteration(w, 2));
  w.kill(iteration(w, 3));
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 4));
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart_step("s", iteration(w, 2)) == "CREATED");
  w.done("s", iteration(w, 2));
  CHECK(w.steps() == "f#1 FATALLY_FAILED");
  CHECK(w.details("f") == R"({"FAILED":[3],"SUCCEEDED":[[1,2],4]})");
  CHECK(w.restart_step("s", iteration(w, 3)) == "CREATED");
  w.done("s", iteration(w, 3));
  w.done("s", iteration(w, 5));
  w.done("s", iteration(w, 6));
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 6);
}

TEST_CASE("E19: with a target all that has ended is kept") {
  world w;
  w.push(loop_of_jobs(4, 3));
  w.start();
  w.stop(iteration(w, 2));
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 3));
  w.done("s", iteration(w, 4));
  REQUIRE(w.run() == "STOPPED");
  CHECK(w.restart_step("s", iteration(w, 3)) == "CREATED");
  CHECK(w.details("f") == R"({"IN_PROGRESS":[3],"STOPPED":[2],"SUCCEEDED":[1,4]})");
  w.done("s", iteration(w, 3));
  CHECK(w.details("f") == R"({"STOPPED":[2],"SUCCEEDED":[1,[3,4]]})");
  CHECK(w.run({1, 2}) == "STOPPED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("an iteration is restarted with parameters of its own") {
  world w;
  w.push(loop_of_jobs(2, 2));
  w.start();
  w.kill(iteration(w, 1));
  w.done("s", iteration(w, 2));
  CHECK(w.restart(run_policy::restart_from_incomplete, iteration(w, 1),
                  R"({"p": {"value": 9, "type": "LONG"}})")
        == "CREATED");
  CHECK(w.step_param("s", "command", iteration(w, 1)) == R"("9 1")");
  w.done("s", iteration(w, 1));
  CHECK(w.run({1, 2}) == "SUCCEEDED");
}

TEST_CASE("E16: an iteration of a loop that has ended is restarted in a run that goes on") {
  world w;
  w.push(loop_of_jobs(3, 3, "- job: {id: b, type: shell, command: work}"));
  w.start();
  w.kill(iteration(w, 2));
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 3));
  REQUIRE(w.attempts("f") == "#1 FATALLY_FAILED");
  auto got = w.restart_step_with("s", iteration(w, 2));
  REQUIRE(got);
  CHECK(got->step_id == "f");
  CHECK(got->attempt == 2);
  CHECK(w.loop("f").at("foreach_run_id") == 2);
  w.done("s", iteration(w, 2));
  CHECK(w.attempts("f") == "#1 FATALLY_FAILED, #2 SUCCEEDED");
  CHECK(w.details("f") == R"({"SUCCEEDED":[[1,3]]})");
  CHECK(w.leaf_count() == 4);
  w.kill();
  REQUIRE(w.run() == "FAILED");
  // The next loop run has a number of its own.
  CHECK(w.restart(run_policy::restart_from_beginning) == "CREATED");
  CHECK(w.loop("f").at("foreach_run_id") == 3);
  for (auto i : {1, 2, 3})
    w.done("s", iteration(w, i));
  w.done("b");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("a loop step that begins again runs what was not complete") {
  world w;
  w.push(loop_of_jobs(3, 3, "- job: {id: b, type: shell, command: work}"));
  w.start();
  w.kill(iteration(w, 2));
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 3));
  CHECK(w.restart_step("f") == "CREATED");
  CHECK(w.details("f") == R"({"IN_PROGRESS":[2],"SUCCEEDED":[1,3]})");
  w.kill(iteration(w, 2));
  CHECK(w.restart_step("f", 1, run_policy::restart_from_beginning) == "CREATED");
  CHECK(w.loop("f").at("foreach_run_id") == 3);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[[1,3]]})");
  for (auto i : {1, 2, 3})
    w.done("s", iteration(w, i));
  w.done("b");
  CHECK(w.run({1, 1}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("E17: an iteration of a loop that runs is not restarted") {
  world w;
  w.push(loop_of_jobs(3, 3));
  w.start();
  w.kill(iteration(w, 2));
  REQUIRE(w.attempts("f") == "#1 RUNNING");
  CHECK(w.restart_step("s", iteration(w, 2)) == "400");
  w.stop();
}

TEST_CASE("E15: the path goes through loops inside loops") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: 3}}
          jobs:
            - foreach:
                id: g
                ranges: {j: {from: 1, to: 3}}
                jobs: [job: {id: s, type: shell, command: "${i} ${j}"}])");
  w.start();
  auto inner = [&](std::int64_t i, std::int64_t j) {
    return iteration(w, j, "g", iteration(w, i));
  };
  w.done("s", inner(1, 1));
  w.done("s", inner(1, 2));
  w.kill(inner(2, 1));
  w.done("s", inner(2, 2));
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart_step("s", inner(2, 1)) == "CREATED");
  CHECK(policy(w, iteration(w, 2)) == "RESTART_FROM_SPECIFIC");
  CHECK(w.details("g", iteration(w, 2)) == R"({"IN_PROGRESS":[1],"SUCCEEDED":[2]})");
  w.done("s", inner(2, 1));
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("a restart from the inline root gives the parameters to all iterations that run") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: 4}}
          jobs: [job: {id: s, type: shell, q: 1, command: "${q}"}])");
  w.start();
  CHECK(w.restart_inline_root("s", iteration(w, 1)) == "400");
  w.kill(iteration(w, 1));
  w.done("s", iteration(w, 2));
  w.kill(iteration(w, 3));
  CHECK(w.restart_inline_root("s", iteration(w, 1), run_policy::restart_from_incomplete,
                              R"({"q": {"value": 5, "type": "LONG"}})")
        == "CREATED");
  CHECK(w.details("f") == R"({"IN_PROGRESS":[1,3],"SUCCEEDED":[2]})");
  CHECK(w.step_param("s", "command", iteration(w, 1)) == R"("5")");
  CHECK(w.step_param("s", "command", iteration(w, 3)) == R"("5")");
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 3));
  CHECK(w.run({1, 2}) == "SUCCEEDED");
}

// -- while ----------------------------------------------------------------------------------------

namespace {

run_at round_of(const world& w, std::int64_t number) {
  auto told = w.artifact("w", "maestro_while");
  return {number, 0, std::string{told.at("loop_workflow_id").as_string()}};
}

std::string values(const world& w) {
  return model::to_text(w.artifact("w", "maestro_while").at("loop_param_values"));
}

} // namespace

TEST_CASE("F6: a while goes back to the iteration that is asked for, with its values") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: i < 40
          loop_params: {i: 0}
          jobs: [job: {id: s, type: shell, command: "${i}", "!i<long>": "i + 10"}])");
  w.start();
  w.done("s", round_of(w, 1));
  w.done("s", round_of(w, 2));
  w.kill(round_of(w, 3));
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart_step("s", round_of(w, 2)) == "CREATED");
  auto told = w.artifact("w", "maestro_while");
  CHECK(told.at("first_iteration") == 2);
  CHECK(told.at("loop_run_id") == 2);
  CHECK(w.step_param("s", "command", round_of(w, 2)) == R"("10")");
  w.done("s", round_of(w, 2));
  CHECK(w.step_param("s", "command", round_of(w, 3)) == R"("20")");
  CHECK(w.steps(round_of(w, 3)) == "s#1 STARTING");
  w.done("s", round_of(w, 3));
  w.done("s", round_of(w, 4));
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(values(w) == R"({"i":[0,10,20,30,40]})");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("E15: an iteration that succeeded has nothing left for a restart from incomplete") {
  world w;
  w.push(loop_of_jobs(2, 2));
  w.start();
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 2));
  CHECK(w.restart(run_policy::restart_from_incomplete, iteration(w, 1)) == "CREATED");
  CHECK(w.details("f") == R"({"SUCCEEDED":[[1,2]]})");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 2);
  CHECK(w.restart(run_policy::restart_from_beginning, iteration(w, 1)) == "CREATED");
  CHECK(w.details("f") == R"({"IN_PROGRESS":[1],"SUCCEEDED":[2]})");
  w.done("s", iteration(w, 1));
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 2);
}

TEST_CASE("an iteration whose restart parameters cannot be used fails") {
  world w;
  w.push(loop_of_jobs(2, 2));
  w.start();
  w.kill(iteration(w, 1));
  w.done("s", iteration(w, 2));
  CHECK(w.restart(run_policy::restart_from_incomplete, iteration(w, 1),
                  R"({"p": {"value": "text", "type": "STRING"}})")
        == "CREATED");
  CHECK(w.run(iteration(w, 1)) == "FAILED");
  CHECK(w.tells("The parameters of the restart cannot be used: ", iteration(w, 1)));
  CHECK(w.run({1, 2}) == "FAILED");
}

TEST_CASE("F6: a while that went back and ended early counts what has run") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: i < 40
          loop_params: {i: 0}
          jobs: [job: {id: s, type: shell, command: "${i}", "!i<long>": "i + 10"}])");
  w.start();
  for (auto i : {1, 2, 3, 4})
    w.done("s", round_of(w, i));
  REQUIRE(w.run() == "SUCCEEDED");
  CHECK(w.restart_step("s", round_of(w, 2)) == "CREATED");
  w.done("s", round_of(w, 2));
  w.kill(round_of(w, 3));
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.leaf_count() == 3);
  // It goes on where it ended; the earlier runs of the iterations behind do not count.
  CHECK(w.restart() == "CREATED");
  w.done("s", round_of(w, 3));
  CHECK(w.steps(round_of(w, 4)) == "s#1 STARTING");
  w.done("s", round_of(w, 4));
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("F6: an iteration that fails again is restarted with the same values") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: i < 40
          loop_params: {i: 0}
          jobs: [job: {id: s, type: shell, command: "${i}", "!i<long>": "i + 10"}])");
  w.start();
  for (auto i : {1, 2, 3, 4})
    w.done("s", round_of(w, i));
  w.restart_step("s", round_of(w, 3));
  w.kill(round_of(w, 3));
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.restart() == "CREATED");
  CHECK(w.step_param("s", "command", round_of(w, 3)) == R"("20")");
  w.done("s", round_of(w, 3));
  CHECK(w.step_param("s", "command", round_of(w, 4)) == R"("30")");
  w.done("s", round_of(w, 4));
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(values(w) == R"({"i":[0,10,20,30,40]})");
}

TEST_CASE("E15: steps of an iteration that were left alone are counted once") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: 2}}
          jobs:
            - job: {id: s, type: shell, command: work}
            - job: {id: t, type: shell, command: work})");
  w.start();
  w.kill(iteration(w, 1));
  CHECK(w.restart_step("s", iteration(w, 1)) == "CREATED");
  w.done("s", iteration(w, 1));
  CHECK(w.run(iteration(w, 1)) == "FAILED");
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.restart() == "CREATED");
  CHECK(w.steps(iteration(w, 1)) == "t#1 STARTING");
  w.done("t", iteration(w, 1));
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 2);
}

TEST_CASE("E15: an iteration that has not run since the beginning cannot be asked for") {
  world w;
  w.push(loop_of_jobs(3, 1));
  w.start();
  for (auto i : {1, 2, 3})
    w.done("s", iteration(w, i));
  w.restart(run_policy::restart_from_beginning);
  w.kill(iteration(w, 1));
  REQUIRE(w.run({1, 2}) == "FAILED");
  CHECK(w.restart_step("s", iteration(w, 3)) == "CREATED");
  CHECK(w.steps() == "f#1 FATALLY_FAILED");
  CHECK(w.step_tells("f", "which has not run since its loop began from the beginning"));
}
