#include "runtime/model/validate.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group B: completion, failure modes, conditions, outputs; group J: timelines.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// Two branches: b leads to d, c leads over e to f. What b has beside its type is `more`.
std::string two_branches(const std::string& more) {
  return R"(
    jobs:
      - job: {id: a, type: noop, transition: [b, c]}
      - job: {id: b, type: shell, command: work, transition: [d])"
         + more + R"(}
      - job: {id: c, type: shell, command: work, transition: [e]}
      - job: {id: d, type: noop}
      - job: {id: e, type: noop, transition: [f]}
      - job: {id: f, type: noop})";
}

const beyond_yaml fatal_b{.retry = {{"b", R"({"error_retry_limit": 0})"}}};

const std::string branching = R"(
    p: 15
    jobs:
      - job: {id: j1, type: noop, transition: [j2]}
      - job: {id: j2, type: noop, transition: [j3]}
      - job: {id: j3, type: noop, transition: [IF p < 0 THEN j4, IF p >= 0 THEN j6]}
      - job: {id: j4, type: noop, transition: [j5]}
      - job: {id: j5, type: noop, transition: [j6]}
      - job: {id: j6, type: noop, transition: [j7]}
      - job: {id: j7, type: noop})";

} // namespace

TEST_CASE("B1: FAIL_AFTER_RUNNING lets other branches run to their end") {
  world w;
  w.push(two_branches(""), fatal_b);
  w.start();
  w.user_error("b");
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 FATALLY_FAILED, c#1 STARTING, d NC, e NC, f NC");
  CHECK(w.run() == "IN_PROGRESS");
  w.pass(3);
  w.done("c");
  CHECK(w.steps()
        == "a#1 SUCCEEDED, b#1 FATALLY_FAILED, c#1 SUCCEEDED, d NC, e#1 SUCCEEDED, f#1 SUCCEEDED");
  CHECK(w.run() == "FAILED");
  CHECK(w.time("end_time") == w.now);
}

TEST_CASE("B2: FAIL_IMMEDIATELY stops the other branches") {
  world w;
  w.push(two_branches(", failure_mode: fail_immediately"), fatal_b);
  w.start();
  w.user_error("b");
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 FATALLY_FAILED, c#1 STOPPED, d NC, e NC, f NC");
  CHECK(w.run() == "FAILED");
  CHECK(w.step_tells("c", "MAESTRO_TASK"));
}

TEST_CASE("B2: a step that becomes ready while FAIL_IMMEDIATELY stops the others is stopped, too") {
  world w;
  w.push(two_branches(", failure_mode: fail_immediately"), fatal_b);
  w.start();
  auto end = [&](const std::string& step, int exit_code) {
    job_update news;
    news.step_uuid = std::string{w.step_view(step).at("step_uuid").as_string()};
    news.phase = job_update::phase_type::ended;
    news.exit_code = exit_code;
    w.post(step_entity("wf", 1, 1, step), make_message(news));
  };
  end("b", 1);
  end("c", 0);
  w.settle();
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 FATALLY_FAILED, c#1 SUCCEEDED, d NC, e#1 STOPPED, f NC");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("B3: IGNORE_FAILURE makes a failure a completion") {
  world w;
  w.push(two_branches(", failure_mode: ignore_failure"), fatal_b);
  w.start();
  w.user_error("b");
  w.done("c");
  CHECK(w.steps()
        == "a#1 SUCCEEDED, b#1 COMPLETED_WITH_ERROR, c#1 SUCCEEDED, d#1 SUCCEEDED, "
           "e#1 SUCCEEDED, f#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("B14: FAILED outranks TIMED_OUT, which outranks STOPPED") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: shell, command: work}
      - job: {id: b, type: sleep, sleep_seconds: 60, timeout: 5}
      - job: {id: c, type: shell, command: work})",
         {.retry = {{"a", R"({"error_retry_limit": 0})"}}});
  w.starts(2);
  w.user_error("a");
  w.pass(5);
  w.stop();
  CHECK(w.steps() == "a#1 FATALLY_FAILED, b#1 TIMED_OUT, c#1 STOPPED");
  CHECK(w.run() == "FAILED");
  w.pass(5);
  w.stop(2);
  CHECK(w.steps(2) == "a#1 STOPPED, b#1 TIMED_OUT, c#1 STOPPED");
  CHECK(w.run(2) == "TIMED_OUT");
}

TEST_CASE("B17: a join runs if one of its predecessors selects it") {
  world w;
  w.push(branching);
  w.start();
  CHECK(w.steps()
        == "j1#1 SUCCEEDED, j2#1 SUCCEEDED, j3#1 SUCCEEDED, j4#1 UNSATISFIED, j5#1 UNSATISFIED, "
           "j6#1 SUCCEEDED, j7#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("B18: a run whose branches are all unsatisfied succeeds") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: j3, type: noop, transition: ["IF 1 > 2 THEN j4"]}
      - job: {id: j4, type: noop})");
  w.start();
  CHECK(w.steps() == "j3#1 SUCCEEDED, j4#1 UNSATISFIED");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("B19: a condition that throws fails the step that had succeeded") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: j3, type: noop, transition: ['IF Integer.parseInt("x") > 2 THEN j4']}
      - job: {id: j4, type: noop})");
  w.start();
  CHECK(w.steps() == "j3#1 INTERNALLY_FAILED, j4 NC");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("B20: a parameter that cannot be evaluated fails the run, whatever the failure mode") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, failure_mode: ignore_failure, p: "${missing}", transition: [b]}
      - job: {id: b, type: noop})");
  w.start();
  CHECK(w.steps() == "a#1 INTERNALLY_FAILED, b NC");
  CHECK(w.run() == "FAILED");
  CHECK(w.step_param("a", "maestro_step_satisfied") == "true");
  w.pass(1000);
  CHECK(w.attempts("a") == "#1 INTERNALLY_FAILED");
}

TEST_CASE("B21: a definition with a cycle is refused") {
  world w;
  auto cycle = R"(
    jobs:
      - job: {id: a, type: noop, transition: [b]}
      - job: {id: b, type: noop, transition: [a]})";
  CHECK_FALSE(model::check_graph(definition(cycle).workflow));
  CHECK(w.try_push(cycle) == "400");
  CHECK(w.row_count() == 0);
}

TEST_CASE("B23: a reported output is seen by the steps behind") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: shell, command: work, p: 1, transition: ["IF p > 5 THEN b"]}
      - job: {id: b, type: noop, q: "got ${a__p}"})");
  w.start();
  w.done("a", 1, R"({"p": 7})");
  CHECK(w.step_param("a", "p") == "7");
  CHECK(w.step_param("b", "q") == R"("got 7")");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("B23: an output of another type than the step defines fails it") {
  world w;
  w.push(one_job("p: 1"));
  w.start();
  w.done("a", 1, R"({"p": "some text"})");
  CHECK(w.attempts("a") == "#1 INTERNALLY_FAILED");
  CHECK(w.step_time("a", "finish_time") == w.now);
  CHECK(w.run() == "FAILED");
}

TEST_CASE("B23: an output that a process did not declare becomes a parameter of its step") {
  world w;
  w.push(one_job());
  w.start();
  w.done("a", 1, R"({"fresh": 7})");
  CHECK(w.step_param("a", "fresh") == "7");
  CHECK(w.run() == "SUCCEEDED");
}

// -- J --------------------------------------------------------------------------------------------

TEST_CASE("J3: of many messages the last 32 are kept, and a repeated one once") {
  world w;
  w.push(one_job());
  w.start();
  w.jobs_obey = false;
  auto order = [&](const std::string& who) {
    w.post(workflow_entity("wf"), make_message(stop_instance{1, 1, stop_kind::kill, who}));
    w.settle();
  };
  for (auto i = 1; i <= 40; ++i)
    order("user" + std::to_string(i));
  for (auto i = 0; i < 3; ++i)
    order("user40");
  auto view = w.step_view("a");
  // Two more tell of permits and are not stored.
  CHECK(view.at("timeline").as_array().size() == 34);
  CHECK_FALSE(w.step_tells("a", "[user8]"));
  CHECK(w.step_tells("a", "[user9]"));
  CHECK(w.step_tells("a", "[user40]"));
}

TEST_CASE("J4: only an enriched timeline has the statuses, in the order of time") {
  world w;
  w.push(one_sleep(5));
  w.start();
  w.pass(9);
  auto statuses = [&](bool enriched) {
    std::string out;
    auto run = *views::instance(w.reader(), {"wf", 1, 1}, {enriched, false});
    auto step = *views::step(w.reader(), {"wf", 1, 1}, "a", 1, enriched);
    for (auto* view : {&run, &step})
      if (auto* events = view->as_object().if_contains("timeline"))
        for (auto& x : events->as_array())
          if (x.at("type") == "STATUS")
            out += std::string{x.at("status").as_string()} + " ";
    return out;
  };
  CHECK(statuses(true)
        == "CREATED IN_PROGRESS SUCCEEDED CREATED INITIALIZED WAITING_FOR_SIGNALS "
           "EVALUATING_PARAMS WAITING_FOR_PERMITS STARTING RUNNING FINISHING SUCCEEDED ");
  CHECK(statuses(false).empty());
}
