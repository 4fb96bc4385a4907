#include "test/scenario/support/world.hpp"

/// Group B: timeouts of steps and runs.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

TEST_CASE("B11: a step that exceeds its timeout ends TIMED_OUT, whatever the failure mode") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: shell, command: work, timeout: 2, transition: [b]}
      - job: {id: b, type: noop}
      - job: {id: c, type: sleep, sleep_seconds: 30, timeout: 3, failure_mode: ignore_failure})");
  w.start();
  w.pass(2);
  CHECK(w.steps() == "a#1 TIMED_OUT, b NC, c#1 RUNNING");
  w.pass(1);
  CHECK(w.steps() == "a#1 TIMED_OUT, b NC, c#1 TIMED_OUT");
  CHECK(w.step_time("c", "end_time") == w.now);
  CHECK(w.run() == "TIMED_OUT");
}

TEST_CASE("B12: a timeout may be tried again") {
  world w;
  w.push(one_job("timeout: 2"), {.retry = {{"a", R"({"timeout_retry_limit": 1,
    "backoff": {"type": "FIXED_BACKOFF", "timeout_retry_backoff_in_secs": 5}})"}}});
  w.start();
  w.pass(2);
  CHECK(w.attempts("a") == "#1 TIMEOUT_FAILED");
  w.pass(4);
  CHECK(w.attempts("a") == "#1 TIMEOUT_FAILED");
  w.pass(1);
  CHECK(w.has_job("a"));
  w.pass(2);
  CHECK(w.attempts("a") == "#1 TIMEOUT_FAILED, #2 TIMED_OUT");
  CHECK(w.run() == "TIMED_OUT");
}

TEST_CASE("B12: a sleep that exceeds its timeout may be tried again") {
  world w;
  w.push("jobs: [job: {id: a, type: sleep, sleep_seconds: 9, timeout: 2}]",
         {.retry = {{"a", R"({"timeout_retry_limit": 1,
    "backoff": {"type": "FIXED_BACKOFF", "timeout_retry_backoff_in_secs": 5}})"}}});
  w.start();
  w.pass(2);
  CHECK(w.attempts("a") == "#1 TIMEOUT_FAILED");
  w.pass(7);
  CHECK(w.attempts("a") == "#1 TIMEOUT_FAILED, #2 TIMED_OUT");
}

TEST_CASE("B13: the timeout of a step counts anew for each attempt, without the back-off") {
  world w;
  w.push(one_job("timeout: 5"));
  w.start();
  w.pass(4);
  w.user_error("a");
  w.pass(60 + 4);
  CHECK(w.attempts("a") == "#1 USER_FAILED, #2 STARTING");
  w.done("a");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("B15: the timeout of a run ends all that is not complete, also in back-off") {
  world w;
  w.push(R"(
    timeout: 5
    jobs:
      - job: {id: a, type: sleep, sleep_seconds: 60, transition: [b]}
      - job: {id: b, type: noop}
      - job: {id: c, type: shell, command: work})");
  w.start();
  w.user_error("c");
  w.pass(5);
  CHECK(w.steps() == "a#1 TIMED_OUT, b NC, c#2 TIMED_OUT");
  CHECK(w.attempts("c") == "#1 USER_FAILED, #2 TIMED_OUT");
  CHECK(w.run() == "TIMED_OUT");
  CHECK(w.time("end_time") - w.time("start_time") == 5000);
}

TEST_CASE("B15: the timeout of a run is not tried again, though the step's own one would be") {
  world w;
  w.push("timeout: 5\n" + one_job(), {.retry = {{"a", R"({"timeout_retry_limit": 3})"}}});
  w.start();
  w.pass(5);
  CHECK(w.attempts("a") == "#1 TIMED_OUT");
  CHECK(w.run() == "TIMED_OUT");
}

TEST_CASE("B16: the timeout of a run counts from its begin, not from its place in the queue") {
  world w;
  w.push("timeout: 1min\n" + one_job());
  w.starts(2);
  w.jobs_obey = false;
  w.pass(3600);
  CHECK(w.run(2) == "CREATED");
  w.user_error("a", 1);
  CHECK(w.run(1) == "TIMED_OUT");
  w.jobs_obey = true;
  w.pass(59);
  CHECK(w.run(2) == "IN_PROGRESS");
  w.pass(1);
  CHECK(w.run(2) == "TIMED_OUT");
}
