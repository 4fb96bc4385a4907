#include "runtime/model/json.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group F: while.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// A while `w` over i = 0, 1, … below `end`, whose body is the jobs `body`, and a step behind it.
std::string loop_to(int end, const std::string& body, const std::string& more = "") {
  return R"(
    jobs:
      - while:
          id: w
          condition: i < )"
         + std::to_string(end) + R"(
          loop_params: {i: 0}
          transition: [after]
          )"
         + more + R"(
          jobs:
            )"
         + body + R"(
      - job: {id: after, type: noop})";
}

const std::string count_up = R"(- job: {id: s, type: noop, "!i<long>": "i + 1"})";
const std::string work = R"(- job: {id: s, type: shell, command: work, "!i<long>": "i + 1"})";

boost::json::object artifact(const world& w, const run_at& of = {}) {
  return w.artifact("w", "maestro_while", of);
}

std::string values(const world& w, const run_at& of = {}) {
  return model::to_text(artifact(w, of).at("loop_param_values"));
}

run_at iteration(const world& w, std::int64_t number, const run_at& of = {}) {
  auto told = artifact(w, of);
  return {number, told.at("loop_run_id").as_int64(),
          std::string{told.at("loop_workflow_id").as_string()}};
}

} // namespace

TEST_CASE("F1: iterations run one after the other, each with the values of the one before") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: i <= 20200105
          loop_params: {i: 20200101}
          jobs: [job: {id: s, type: noop, "!i<long>": "i + 1"}])");
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(values(w) == R"({"i":[20200101,20200102,20200103,20200104,20200105,20200106]})");
  auto told = artifact(w);
  CHECK(told.at("last_iteration") == 5);
  CHECK(told.at("last_status") == "SUCCEEDED");
  CHECK(model::to_text(told.at("rollup"))
        == R"({"total_leaf_count":4,"overview":{"SUCCEEDED":{"cnt":4}}})");
  CHECK(told.at("last_overview") == w.view(iteration(w, 5)).at("runtime_overview"));
  CHECK(w.leaf_count() == 5);
  CHECK(
    w.step_tells("w", "while step is done at iteration [5] because its next condition is false"));
  CHECK(w.run(iteration(w, 6)) == "NC");
}

TEST_CASE("F1: an iteration has its loop params, its index and a true condition") {
  world w;
  w.push(loop_to(
    3,
    R"(- job: {id: s, type: noop, "!i<long>": "i + 1", out: "${i} ${loop_index} ${condition} ${workflow_id}"})"));
  w.start();
  CHECK(w.step_param("s", "out", iteration(w, 2)) == R"("2 1 true wf")");
  auto run = w.view(iteration(w, 2));
  CHECK(run.at("initiator").as_object().at("type") == "WHILE");
  CHECK(run.at("run_config").as_object().at("runtime_tags").as_array().at(0).as_object().at("name")
        == "maestro_while");
  CHECK(run.at("params").as_object().at("i").as_object().at("source") == "WHILE");
}

TEST_CASE("F2: a condition that is false at once means no iteration") {
  world w;
  w.push(loop_to(0, count_up));
  w.start();
  CHECK(w.steps() == "w#1 SUCCEEDED, after#1 SUCCEEDED");
  auto told = artifact(w);
  CHECK(told.at("last_iteration") == 0);
  CHECK(!told.contains("last_status"));
  CHECK(values(w) == R"({"i":[0]})");
  CHECK(w.leaf_count() == 2);
}

TEST_CASE("F3: a loop that never ends fails at the limit of iterations") {
  world w;
  w.options().foreach_iterations_max = 7;
  w.push(loop_to(3, "- job: {id: s, type: noop}"));
  w.start();
  CHECK(w.steps() == "w#1 FATALLY_FAILED, after NC");
  CHECK(artifact(w).at("last_iteration") == 7);
  CHECK(w.step_tells("w", "option foreach-iterations-max"));
}

TEST_CASE("F4: of two steps with a value, the one that begins last counts") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: i < 100
          loop_params: {i: 1}
          jobs:
            - job: {id: late, type: noop, "!i<long>": "i * 10"}
            - job: {id: early, type: noop, "!i<long>": "i + 1", transition: [late]})");
  w.start();
  CHECK(values(w) == R"({"i":[1,10,100]})");
}

TEST_CASE("F5: a failed iteration fails the loop") {
  world w;
  w.push(loop_to(3, work));
  w.start();
  w.kill(iteration(w, 1));
  CHECK(w.steps() == "w#1 FATALLY_FAILED, after NC");
  CHECK(w.run() == "FAILED");
  auto id = iteration(w, 1).workflow;
  CHECK(w.step_tells("w", "While step is in [FATAL_ERROR] status because its loop instance [" + id
                            + "][1][1] is in [FAILED] status"));
  CHECK(values(w) == R"({"i":[0]})");
  CHECK(model::to_text(artifact(w).at("rollup")) == R"({"total_leaf_count":0})");
  CHECK(
    model::to_text(
      w.view().at("runtime_overview").as_object().at("rollup_overview").as_object().at("overview"))
    == R"({"FATALLY_FAILED":{"cnt":1,"ref":{")" + id + R"(:1":["1:s:1"]}}})");
}

TEST_CASE("F5: the failure mode of the loop counts") {
  world w;
  w.push(loop_to(3, work, "failure_mode: ignore_failure"));
  w.start();
  w.kill(iteration(w, 1));
  CHECK(w.steps() == "w#1 COMPLETED_WITH_ERROR, after#1 SUCCEEDED");
}

TEST_CASE("F5: an iteration that is stopped stops the loop") {
  world w;
  w.push(loop_to(3, work));
  w.start();
  w.done("s", iteration(w, 1));
  w.stop(iteration(w, 2));
  CHECK(w.steps() == "w#1 STOPPED, after NC");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("F5: a stop of the run ends the iteration first") {
  world w;
  w.jobs_obey = false;
  w.push(loop_to(3, work));
  w.start();
  w.kill();
  CHECK(w.is_told_to_end("s", iteration(w, 1)));
  CHECK(w.attempts("w") == "#1 RUNNING");
  w.user_error("s", iteration(w, 1));
  CHECK(w.steps(iteration(w, 1)) == "s#1 STOPPED");
  CHECK(w.attempts("w") == "#1 FATALLY_FAILED");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("F5: the timeout of the loop ends it") {
  world w;
  w.push(loop_to(3, work, "timeout: 5"));
  w.start();
  w.pass(5);
  CHECK(w.run(iteration(w, 1)) == "STOPPED");
  CHECK(w.attempts("w") == "#1 TIMED_OUT");
}

TEST_CASE("F6: a restart goes on with the iteration that failed") {
  world w;
  w.push(loop_to(4, "- job: {id: r, type: noop}\n            " + work));
  w.start();
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 2));
  w.kill(iteration(w, 3));
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart() == "CREATED");
  auto told = artifact(w);
  CHECK(told.at("loop_run_id") == 2);
  CHECK(told.at("first_iteration") == 3);
  CHECK(w.steps(iteration(w, 3)) == "s#1 STARTING");
  w.done("s", iteration(w, 3));
  CHECK(w.steps(iteration(w, 4)) == "r#1 SUCCEEDED, s#1 STARTING");
  w.done("s", iteration(w, 4));
  CHECK(w.run() == "SUCCEEDED");
  CHECK(values(w) == R"({"i":[0,1,2,3,4]})");
  CHECK(w.leaf_count() == 9);
}

TEST_CASE("F6: values of steps that a restarted iteration does not repeat are kept") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: i < 3
          loop_params: {i: 0}
          dag: sequential
          jobs:
            - job: {id: s, type: noop, "!i<long>": "i + 1"}
            - job: {id: t, type: shell, command: work})");
  w.start();
  w.kill(iteration(w, 1));
  w.restart();
  w.done("t", iteration(w, 1));
  CHECK(values(w) == R"({"i":[0,1]})");
  w.done("t", iteration(w, 2));
  w.done("t", iteration(w, 3));
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("F6: a restart from the beginning runs all iterations again") {
  world w;
  w.push(loop_to(2, work));
  w.start();
  w.done("s", iteration(w, 1));
  w.kill();
  CHECK(w.restart(run_policy::restart_from_beginning) == "CREATED");
  CHECK(artifact(w).at("first_iteration") == 1);
  CHECK(values(w) == R"({"i":[0]})");
  w.done("s", iteration(w, 1));
  w.done("s", iteration(w, 2));
  CHECK(w.run({1, 2}) == "SUCCEEDED");
}

TEST_CASE("F6: behind an iteration that succeeded a restart asks the condition again") {
  world w;
  w.push(R"(
    end: "3"
    jobs:
      - while:
          id: w
          condition: "if (i == 2 && end == '3') throw 'not yet'; i < 3;"
          loop_params: {i: 0}
          jobs: [job: {id: s, type: noop, "!i<long>": "i + 1"}])");
  w.start();
  REQUIRE(w.run() == "FAILED");
  restart_instance order;
  auto params = model::parse_json<model::param_map>(R"({"end": {"value": "4", "type": "STRING"}})");
  REQUIRE(params);
  order.run_params = *params;
  CHECK(said(w.restart_with(order)) == "CREATED");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(artifact(w).at("first_iteration") == 3);
  CHECK(values(w) == R"({"i":[0,1,2,3]})");
}

TEST_CASE("F7: a loop that was never reached begins with its first iteration in a restart") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: shell, command: work, transition: [w]}
      - while:
          id: w
          condition: i < 2
          loop_params: {i: 0}
          jobs: [job: {id: s, type: noop, "!i<long>": "i + 1"}])");
  w.start();
  w.kill();
  w.restart();
  w.done("a");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(values(w) == R"({"i":[0,1,2]})");
}

TEST_CASE("F9: a loop param that is an array fails the loop") {
  world w;
  w.push(R"(
    jobs:
      - while:
          id: w
          condition: "true"
          loop_params: {i: [1, 2]}
          jobs: [job: {id: s, type: noop}])");
  w.start();
  CHECK(w.attempts("w") == "#1 FATALLY_FAILED");
}

TEST_CASE("F9: a condition that cannot be evaluated, or is no boolean, fails the loop") {
  world w;
  w.push(R"(
    jobs:
      - while: {id: w, condition: nosuch < 3, loop_params: {i: 0}, jobs: [job: {id: s, type: noop}]}
      - while: {id: v, condition: i + 1, loop_params: {i: 0}, jobs: [job: {id: t, type: noop}]})");
  w.start();
  CHECK(w.attempts("w") == "#1 FATALLY_FAILED");
  CHECK(w.step_tells("w", "Failed to execute while step runtime with an error"));
  CHECK(w.step_tells("w", "MaestroInternalError: Cannot find the referenced param [nosuch] in step "
                          "[w] or upstream steps or the workflow"));
  CHECK(w.step_tells("v", "IllegalArgumentException: Param [condition] is expected"));
}

TEST_CASE("a while goes through many chunks of iterations") {
  world w;
  w.push(loop_to(200, count_up));
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(artifact(w).at("last_iteration") == 200);
  CHECK(w.leaf_count() == 201);
}

TEST_CASE("a while in a foreach, and a foreach in a while") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          ranges: {n: {from: 1, to: 4}}
          jobs:
            - while:
                id: w
                condition: i < n
                loop_params: {i: 0}
                jobs:
                  - foreach:
                      id: g
                      ranges: {k: {from: 0, to: 2}}
                      jobs: [job: {id: s, type: noop}]
                  - job: {id: t, type: noop, "!i<long>": "i + 1"})");
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.leaf_count() == 18);
}
