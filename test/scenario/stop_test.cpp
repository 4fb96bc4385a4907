#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group C: stop and kill of runs and workflows.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

const std::string sleep_then_noop = R"(
    jobs:
      - job: {id: a, type: sleep, sleep_seconds: 60, transition: [b]}
      - job: {id: b, type: noop})";

} // namespace

TEST_CASE("C1: a stop ends what runs and starts nothing more") {
  world w;
  w.push(sleep_then_noop);
  w.start();
  w.pass(1);
  CHECK(w.stop() == "IN_PROGRESS not yet");
  CHECK(w.steps() == "a#1 STOPPED, b NC");
  CHECK(w.run() == "STOPPED");
  CHECK(w.step_tells("a", "[tester]"));
  CHECK(w.time("end_time") == w.now);
}

TEST_CASE("C2: a kill fails the run, whatever the failure modes of its steps") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: shell, command: work, failure_mode: fail_immediately, transition: [d]}
      - job: {id: b, type: shell, command: work, failure_mode: ignore_failure, transition: [d]}
      - job: {id: c, type: shell, command: work}
      - job: {id: d, type: noop})");
  w.start();
  CHECK(w.kill() == "IN_PROGRESS not yet");
  CHECK(w.steps() == "a#1 FATALLY_FAILED, b#1 FATALLY_FAILED, c#1 FATALLY_FAILED, d NC");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("C3: a queued run is stopped or killed at once") {
  world w;
  w.push(one_sleep(60));
  w.starts(3);
  w.pass(1);
  CHECK(w.stop(2) == "STOPPED completed");
  CHECK(w.kill(3) == "FAILED completed");
  CHECK(w.runs(3) == "IN_PROGRESS STOPPED FAILED");
  CHECK_FALSE(w.view(2).contains("execution_id"));
  CHECK(w.time("end_time", 2) == w.now);
  CHECK(w.steps(3) == "a NC");
}

TEST_CASE("C4: a second stop changes nothing, and another action on an ended run is refused") {
  world w;
  w.push(one_sleep(60));
  w.start();
  w.stop();
  CHECK(w.stop() == "STOPPED completed");
  CHECK(w.kill() == "400");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("C4: a stop of a run that is not the latest is refused") {
  world w;
  w.push(one_sleep(60));
  w.start();
  w.stop();
  w.restart();
  CHECK(w.stop({1, 1}) == "400");
  CHECK(w.stop({1, 3}) == "400");
  CHECK(w.stop(2) == "404");
  CHECK(w.run({1, 2}) == "IN_PROGRESS");
  CHECK(w.stop({1, 2}) == "IN_PROGRESS not yet");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("C5: a stop of a run in which a branch has failed leaves it FAILED") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: shell, command: work}
      - job: {id: b, type: sleep, sleep_seconds: 60})",
         {.retry = {{"a", R"({"error_retry_limit": 0})"}}});
  w.start();
  w.user_error("a");
  w.stop();
  CHECK(w.steps() == "a#1 FATALLY_FAILED, b#1 STOPPED");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("C7: a stop in the back-off of a step ends it with one more attempt at once") {
  world w;
  w.push(one_job());
  w.start();
  w.user_error("a");
  w.pass(30);
  w.stop();
  CHECK(w.attempts("a") == "#1 USER_FAILED, #2 STOPPED");
  CHECK(w.step_retry("a", "error_retries") == 1);
  CHECK(w.step_time("a", "end_time") == w.now);
  CHECK(w.run() == "STOPPED");
  w.pass(100);
  CHECK(w.attempts("a") == "#1 USER_FAILED, #2 STOPPED");
}

TEST_CASE("C7: a stop in the back-off after a timeout counts as a retry of the timeout") {
  world w;
  w.push(one_job("timeout: 2"), {.retry = {{"a", R"({"timeout_retry_limit": 3})"}}});
  w.start();
  w.pass(2);
  w.stop();
  CHECK(w.attempts("a") == "#1 TIMEOUT_FAILED, #2 STOPPED");
  CHECK(w.step_retry("a", "timeout_retries") == 1);
  CHECK(w.step_retry("a", "platform_retries") == 0);
}

TEST_CASE("C20: a stop of a workflow ends what waits at once and then what runs") {
  world w;
  w.push(one_job());
  w.starts(26);
  w.jobs_obey = false;
  auto text = w.stop_all();
  CHECK(text.find("[25] queued") != std::string::npos);
  CHECK(text.find("[1] running") != std::string::npos);
  for (std::int64_t i = 2; i <= 26; ++i)
    CHECK(w.run(i) == "STOPPED");
  CHECK(w.run(1) == "IN_PROGRESS");
  w.user_error("a", 1);
  CHECK(w.run(1) == "STOPPED");
  CHECK(w.start() == 27);
  CHECK(w.run(27) == "IN_PROGRESS");
}

TEST_CASE("C21: a stop that meets the end of a failed attempt still stops the step") {
  world w;
  w.push(one_job());
  w.start();
  job_update failed;
  failed.step_uuid = std::string{w.step_view("a").at("step_uuid").as_string()};
  failed.phase = job_update::phase_type::ended;
  failed.exit_code = 1;
  w.post(workflow_entity("wf"), make_message(stop_instance{1, 0, stop_kind::stop, "tester"}));
  w.post(step_entity("wf", 1, 1, "a"), make_message(failed));
  w.settle();
  CHECK(w.attempts("a") == "#1 USER_FAILED, #2 STOPPED");
  CHECK(w.run() == "STOPPED");
}

TEST_CASE("C21: a stop while a timed-out job is ended still stops the step") {
  world w;
  w.push(one_job("timeout: 2"), {.retry = {{"a", R"({"timeout_retry_limit": 3})"}}});
  w.start();
  w.jobs_obey = false;
  w.pass(2);
  CHECK(w.is_told_to_end("a"));
  w.stop();
  w.user_error("a");
  CHECK(w.attempts("a") == "#1 STOPPED");
  CHECK(w.run() == "STOPPED");
}
