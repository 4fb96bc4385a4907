#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group E: foreach; failures, stops and restarts.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// A loop f over 1..n whose body is one process s, with a step behind it. `more` is keys of f,
/// `around` is more jobs.
std::string loop_of_jobs(int n, const std::string& more, const std::string& around = "") {
  return R"(
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: )"
         + std::to_string(n + 1) + R"(}}
          transition: [after]
          )"
         + more + R"(
          jobs: [job: {id: s, type: shell, command: work}]
      - job: {id: after, type: noop}
      )" + around;
}

void done(world& w, std::int64_t iteration) {
  w.done("s", w.iteration("f", iteration));
}

/// A process is killed with its iteration, for there is no back-off then.
void fail(world& w, std::int64_t iteration) {
  w.kill(w.iteration("f", iteration));
}

} // namespace

TEST_CASE("E7: after a failed iteration nothing is launched, and what runs goes on") {
  world w;
  w.push(loop_of_jobs(10, "concurrency: 2"));
  w.start();
  fail(w, 2);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[1],"FAILED":[2]})");
  CHECK(w.run() == "IN_PROGRESS");
  done(w, 1);
  CHECK(w.details("f") == R"({"FAILED":[2],"SUCCEEDED":[1]})");
  CHECK(w.steps() == "f#1 FATALLY_FAILED, after NC");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("E8: with IGNORE_FAILURE a failed loop is complete") {
  world w;
  w.push(loop_of_jobs(10, "concurrency: 2\n          failure_mode: ignore_failure"));
  w.start();
  fail(w, 2);
  done(w, 1);
  CHECK(w.loop("f").at("next_loop_index") == 2);
  CHECK(w.steps() == "f#1 COMPLETED_WITH_ERROR, after#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("E9: with FAIL_IMMEDIATELY a failed iteration ends the others and the other branches") {
  world w;
  w.push(loop_of_jobs(10, "concurrency: 3\n          failure_mode: fail_immediately",
                      "- job: {id: branch, type: sleep, sleep_seconds: 60}"));
  w.start();
  fail(w, 2);
  CHECK(w.details("f") == R"({"STOPPED":[1,3],"FAILED":[2]})");
  CHECK(w.steps() == "f#1 FATALLY_FAILED, after NC, branch#1 STOPPED");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("E10: after a stopped iteration the others are launched, and the loop ends STOPPED") {
  world w;
  w.push(loop_of_jobs(3, "concurrency: 1"));
  w.start();
  CHECK(w.stop(w.iteration("f", 1)) == "IN_PROGRESS not yet");
  done(w, 2);
  done(w, 3);
  CHECK(w.details("f") == R"({"STOPPED":[1],"SUCCEEDED":[[2,3]]})");
  CHECK(w.steps() == "f#1 STOPPED, after NC");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("E10: a timed-out iteration outranks a stopped one") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          concurrency: 1
          loop_params: {i: [1, 2, 3]}
          jobs: [job: {id: s, type: shell, command: work, timeout: 5}])");
  w.start();
  w.stop(w.iteration("f", 1));
  w.pass(5);
  done(w, 3);
  CHECK(w.details("f") == R"({"TIMED_OUT":[2],"STOPPED":[1],"SUCCEEDED":[3]})");
  CHECK(w.steps() == "f#1 TIMED_OUT");
  CHECK(w.run() == "TIMED_OUT");
}

TEST_CASE("E11: a stop of the run ends its iterations first and then the loop") {
  world w;
  w.push(loop_of_jobs(10, "concurrency: 2"));
  w.start();
  w.jobs_obey = false;
  w.stop();
  w.user_error("s", w.iteration("f", 1));
  CHECK(w.run(w.iteration("f", 1)) == "STOPPED");
  CHECK(w.steps() == "f#1 RUNNING, after NC");
  w.user_error("s", w.iteration("f", 2));
  CHECK(w.details("f") == R"({"STOPPED":[[1,2]]})");
  CHECK(w.attempts("s", w.iteration("f", 2)) == "#1 STOPPED");
  CHECK(w.steps() == "f#1 STOPPED, after NC");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("E11: iterations that are on their way when the run is stopped never begin") {
  world w;
  w.push(loop_of_jobs(100, "concurrency: 10"));
  w.post(workflow_entity("wf"), make_message(w.start_order()));
  w.post(workflow_entity("wf"), make_message(stop_instance{1, 0, stop_kind::stop, "tester"}));
  w.settle();
  CHECK(w.run() == "STOPPED");
  CHECK(w.loop("f").at("next_loop_index") == 10);
  CHECK(w.jobs.empty());
}

TEST_CASE("E12: a kill of the run stops the iterations and fails the loop") {
  world w;
  w.push(loop_of_jobs(10, "concurrency: 2"));
  w.start();
  w.kill();
  CHECK(w.details("f") == R"({"STOPPED":[[1,2]]})");
  CHECK(w.steps() == "f#1 FATALLY_FAILED, after NC");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("E13: a restart from incomplete keeps the iterations that succeeded") {
  world w;
  w.push(loop_of_jobs(5, "concurrency: 2"));
  w.start();
  done(w, 1);
  done(w, 2);
  fail(w, 3);
  done(w, 4);
  REQUIRE(w.details("f") == R"({"FAILED":[3],"SUCCEEDED":[[1,2],4]})");
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart(run_policy::restart_from_incomplete) == "CREATED");
  auto artifact = w.loop("f");
  CHECK(artifact.at("foreach_run_id") == 2);
  CHECK(artifact.at("ancestor_iteration_count") == 4);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[3,5],"SUCCEEDED":[[1,2],4]})");
  auto third = w.iteration("f", 3);
  CHECK(w.view(third).at("run_config").at("policy") == "RESTART_FROM_INCOMPLETE");
  done(w, 3);
  done(w, 5);
  CHECK(w.details("f") == R"({"SUCCEEDED":[[1,5]]})");
  CHECK(w.run({4, 2, third.workflow}) == "NC");
  CHECK(w.run({5, 2, third.workflow}) == "SUCCEEDED");
  CHECK(w.steps() == "f#1 SUCCEEDED, after#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.leaf_count() == 6);
}

TEST_CASE("E14: a restart from the beginning runs every iteration again") {
  world w;
  w.push(loop_of_jobs(5, "concurrency: 5"));
  w.start();
  for (auto i : {1, 2, 4, 5})
    done(w, i);
  fail(w, 3);
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart(run_policy::restart_from_beginning) == "CREATED");
  CHECK(w.details("f") == R"({"IN_PROGRESS":[[1,5]]})");
  for (std::int64_t i = 1; i <= 5; ++i) {
    CHECK(w.iteration("f", i).run == 2);
    done(w, i);
  }
  CHECK(w.details("f") == R"({"SUCCEEDED":[[1,5]]})");
  CHECK(w.run() == "SUCCEEDED");
}
