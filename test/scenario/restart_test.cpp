#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group D: restarts of instances.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// The catalogue's graph: run 1 ends with a and c complete, b failed, and d not created.
const std::string diamond = R"(
    jobs:
      - job: {id: a, type: noop, transition: [b, c]}
      - job: {id: b, type: shell, command: work, transition: [d]}
      - job: {id: c, type: noop, transition: [d]}
      - job: {id: d, type: noop})";

const beyond_yaml fatal_b{.retry = {{"b", R"({"error_retry_limit": 0})"}}};

void fail_first_run(world& w) {
  w.push(diamond, fatal_b);
  w.start();
  w.pass(1);
  w.user_error("b");
  REQUIRE(w.steps() == "a#1 SUCCEEDED, b#1 FATALLY_FAILED, c#1 SUCCEEDED, d NC");
  REQUIRE(w.run() == "FAILED");
}

} // namespace

TEST_CASE("D1: a restart from incomplete runs only what was not complete") {
  world w;
  fail_first_run(w);
  CHECK(w.restart(run_policy::restart_from_incomplete) == "CREATED");
  CHECK(w.steps() == "b#1 STARTING, d NC");
  w.done("b");
  CHECK(w.steps() == "b#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.run({1, 1}) == "FAILED");
  CHECK(w.aggregate() == "a 1 SUCCEEDED, c 1 SUCCEEDED, b 2 SUCCEEDED, d 2 SUCCEEDED");
  CHECK(w.leaf_count() == 4);
  CHECK(w.view().at("correlation_id") == "wf:1:1");
}

TEST_CASE("D1: a restart of a restart goes on from where the instance is") {
  world w;
  fail_first_run(w);
  w.restart();
  w.user_error("b");
  CHECK(w.run() == "FAILED");
  w.restart();
  w.done("b");
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(w.aggregate() == "a 1 SUCCEEDED, c 1 SUCCEEDED, b 3 SUCCEEDED, d 3 SUCCEEDED");
}

TEST_CASE("D2: a restart from the beginning runs all steps again, with attempts from 1") {
  world w;
  w.push(diamond);
  w.start();
  w.user_error("b");
  w.stop();
  REQUIRE(w.attempts("b") == "#1 USER_FAILED, #2 STOPPED");
  CHECK(w.restart(run_policy::restart_from_beginning) == "CREATED");
  w.done("b");
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 SUCCEEDED, c#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.step_retry("b", "error_retries") == 0);
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("D3: a restart from incomplete of a complete instance ends FAILED") {
  world w;
  w.push(one_noop());
  w.start();
  CHECK(w.restart(run_policy::restart_from_incomplete) == "CREATED");
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.steps() == "");
}

TEST_CASE("D10: a restart of an instance that runs or waits is refused") {
  world w;
  w.push(one_sleep(5));
  w.starts(2);
  CHECK(w.restart(run_policy::restart_from_beginning, 1) == "400");
  CHECK(w.restart(run_policy::restart_from_beginning, 2) == "400");
  CHECK(w.run({1, 2}) == "NC");
}

TEST_CASE("D11: run params of a restart win over those of the run before") {
  world w;
  w.push("p: 1\n" + one_noop("q: \"p is ${p}\""));
  w.start();
  CHECK(w.step_param("a", "q") == R"("p is 1")");
  restart_instance order;
  order.policy = run_policy::restart_from_beginning;
  auto params = model::parse_json<model::param_map>(R"({"p": {"value": 2, "type": "LONG"}})");
  REQUIRE(params);
  order.run_params = *params;
  CHECK(said(w.restart_with(order)) == "CREATED");
  CHECK(w.step_param("a", "q") == R"("p is 2")");
}

TEST_CASE("D12: a restart keeps the version and the properties of the run before") {
  world w;
  w.push(one_job());
  w.start();
  w.kill();
  auto old_properties = w.view().at("run_properties");
  w.pass(1);
  w.push("run_strategy: parallel\njobs: [job: {id: other, type: noop}]", {.step_concurrency = 7});
  w.restart();
  w.done("a");
  CHECK(w.view().at("workflow_version_id") == 1);
  CHECK(w.view().at("run_properties") == old_properties);
  CHECK(w.steps() == "a#1 SUCCEEDED");
  w.start();
  CHECK(w.view(2).at("workflow_version_id") == 2);
}

TEST_CASE("D13: a second restart with the same request id is DUPLICATED") {
  world w;
  w.push(one_noop());
  w.start();
  restart_instance order;
  order.policy = run_policy::restart_from_beginning;
  order.uuid = w.make_uuid();
  CHECK(said(w.restart_with(order)) == "CREATED");
  CHECK(said(w.restart_with(order)) == "DUPLICATED");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.run({1, 3}) == "NC");
}

TEST_CASE("D14: a restart of a run that was stopped in the queue runs all steps") {
  world w;
  w.push(diamond);
  w.starts(2);
  w.stop(2);
  w.stop(1);
  CHECK(w.restart(run_policy::restart_from_incomplete, 2) == "CREATED");
  w.done("b", 2);
  CHECK(w.steps(2) == "a#1 SUCCEEDED, b#1 SUCCEEDED, c#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.run({2, 2}) == "SUCCEEDED");
}

TEST_CASE("D15: steps that were unsatisfied are complete and not restarted") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, transition: ["IF 1 > 2 THEN b", c]}
      - job: {id: b, type: noop, transition: [d]}
      - job: {id: c, type: shell, command: work, transition: [d]}
      - job: {id: d, type: noop})");
  w.start();
  w.stop();
  REQUIRE(w.steps() == "a#1 SUCCEEDED, b#1 UNSATISFIED, c#1 STOPPED, d NC");
  w.restart(run_policy::restart_from_incomplete);
  w.done("c");
  CHECK(w.steps() == "c#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.aggregate() == "b 1 UNSATISFIED, a 1 SUCCEEDED, c 2 SUCCEEDED, d 2 SUCCEEDED");
}

TEST_CASE("D17: parameters of steps that are not run again are seen from the run that ran them") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, p: 7, transition: [b]}
      - job: {id: b, type: shell, command: work, transition: [d]}
      - job: {id: d, type: noop, q: "got ${a__p}"})");
  w.start();
  w.stop();
  w.restart();
  w.done("b");
  CHECK(w.steps() == "b#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.step_param("d", "q") == R"("got 7")");
}
