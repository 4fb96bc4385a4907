#include "runtime/engine/views_rows.hpp"
#include "runtime/model/validate.hpp"
#include "test/scenario/support/world.hpp"

/// Group A: run strategies.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

std::string strategy(const std::string& rule, int concurrency = 1) {
  return "run_strategy: " + rule
         + (concurrency > 1 ? "\nworkflow_concurrency: " + std::to_string(concurrency) : "") + "\n";
}

} // namespace

TEST_CASE("A9: SEQUENTIAL runs one at a time in the order of starts, whatever becomes of it") {
  world w;
  w.push(one_job());
  w.starts(4);
  CHECK(w.runs(4) == "IN_PROGRESS CREATED CREATED CREATED");
  CHECK_FALSE(w.view(2).contains("execution_id"));
  w.pass(5);
  w.stop(1);
  CHECK(w.runs(4) == "STOPPED IN_PROGRESS CREATED CREATED");
  CHECK(w.time("start_time", 2) == w.now);
  w.kill(2);
  CHECK(w.runs(4) == "STOPPED FAILED IN_PROGRESS CREATED");
  w.done("a", 3);
  CHECK(w.runs(4) == "STOPPED FAILED SUCCEEDED IN_PROGRESS");
}

TEST_CASE("A10: PARALLEL 2 runs two at a time") {
  world w;
  w.push(strategy("parallel", 2) + one_sleep(5));
  w.start();
  w.pass(2);
  w.starts(2);
  CHECK(w.runs(3) == "IN_PROGRESS IN_PROGRESS CREATED");
  w.pass(3);
  CHECK(w.runs(3) == "SUCCEEDED IN_PROGRESS IN_PROGRESS");
}

TEST_CASE("A10: a raised concurrency lets a waiting run begin without a new start") {
  world w;
  w.push(strategy("parallel", 2) + one_sleep(50));
  w.starts(3);
  CHECK(w.runs(3) == "IN_PROGRESS IN_PROGRESS CREATED");
  w.push(strategy("parallel", 3) + one_sleep(50));
  CHECK(w.runs(3) == "IN_PROGRESS IN_PROGRESS IN_PROGRESS");
}

TEST_CASE("A11: a workflow concurrency of 0 is refused") {
  auto asked = definition("run_strategy: parallel\nworkflow_concurrency: 0\n" + one_noop());
  CHECK_FALSE(model::violations(asked).empty());
}

TEST_CASE("A12: a long queue begins in order and as a whole when there is room") {
  world w;
  w.push(one_sleep(50));
  w.starts(61);
  w.push(strategy("parallel", 1000) + one_sleep(50));
  for (std::int64_t i = 1; i <= 61; ++i) {
    CAPTURE(i);
    CHECK(w.run(i) == "IN_PROGRESS");
  }
}

TEST_CASE("A13: STRICT_SEQUENTIAL is blocked by a failed run") {
  world w;
  w.push(strategy("strict_sequential") + one_job());
  w.starts(3);
  w.kill(1);
  w.pass(100);
  CHECK(w.runs(3) == "FAILED CREATED CREATED");
  CHECK(w.start() == 4);
  CHECK(w.run(4) == "CREATED");
}

TEST_CASE("A14: a restart of the failed run overtakes the queue of STRICT_SEQUENTIAL") {
  world w;
  w.push(strategy("strict_sequential") + one_job());
  w.starts(2);
  w.kill(1);
  CHECK(w.restart() == "CREATED");
  CHECK(w.run({1, 2}) == "IN_PROGRESS");
  CHECK(w.run(2) == "CREATED");
  w.done("a");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.run(2) == "IN_PROGRESS");
  CHECK(w.run({1, 1}) == "FAILED");
}

TEST_CASE("A14: a failed run that was restarted is marked, so that it counts no more") {
  world w;
  w.push(one_job());
  w.start();
  w.kill();
  auto marked = [&] { return (*views::read_summary(w.reader(), {"wf", 1, 1}))->unblocked; };
  CHECK_FALSE(marked());
  w.restart();
  CHECK(marked());
  CHECK(w.run({1, 1}) == "FAILED");
}

TEST_CASE("A14: a restart that fails blocks STRICT_SEQUENTIAL again") {
  world w;
  w.push(strategy("strict_sequential") + one_job());
  w.starts(2);
  w.kill(1);
  w.restart();
  w.kill(1);
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.run(2) == "CREATED");
}

namespace {

result<answer> unblock(world& w, std::int64_t instance = 0, std::int64_t run = 0) {
  return w.ask(workflow_entity("wf"), unblock_runs{instance, run, "tester"});
}

std::string info_of(const result<answer>& x) {
  return x ? std::get<instance_acted>(*x).info : code(x.error());
}

std::string message_of(const result<answer>& x) {
  return x ? std::get<workflow_acted>(*x).event.message : code(x.error());
}

} // namespace

TEST_CASE("A13: an unblocked run lets the queue of STRICT_SEQUENTIAL go, and its timeline tells") {
  world w;
  w.push(strategy("strict_sequential") + one_job());
  w.starts(3);
  w.kill(1);
  CHECK(info_of(unblock(w, 1)) == "The action is done.");
  CHECK(w.runs(3) == "FAILED IN_PROGRESS CREATED");
  CHECK(w.tells("Unblocked the workflow instance."));
  CHECK(info_of(unblock(w, 1, 1)) == "The action is done without any operation.");
}

TEST_CASE("A13: only the latest run of an instance can be unblocked, and only a failed one") {
  world w;
  w.push(strategy("strict_sequential") + one_job());
  w.starts(2);
  CHECK(info_of(unblock(w, 1)) == "400");
  CHECK(info_of(unblock(w, 9)) == "404");
  w.kill(1);
  CHECK(info_of(unblock(w, 1, 2)) == "400");
  CHECK(w.run(2) == "CREATED");
  w.stop(2);
}

TEST_CASE("A13: all failed runs are unblocked at once, those that fail later are not") {
  world w;
  w.push(one_job());
  w.starts(3);
  w.kill(1);
  w.kill(2);
  w.kill(3);
  w.push(one_job());
  CHECK(w.try_push(strategy("strict_sequential") + one_job()) == "412");
  CHECK(message_of(unblock(w)) == "Unblocked [3] failed workflow instances.");
  CHECK(message_of(unblock(w)) == "Unblocked [0] failed workflow instances.");
  w.push(strategy("strict_sequential") + one_job());
  w.starts(2);
  w.kill(4);
  CHECK(w.run(5) == "CREATED");
  // What was unblocked before counts no more, even if it is restarted.
  CHECK(w.restart(run_policy::restart_from_beginning, {1}) == "CREATED");
  CHECK(w.run({1, 2}) == "CREATED");
  CHECK(message_of(unblock(w)) == "Unblocked [1] failed workflow instances.");
  CHECK(w.run({1, 2}) == "IN_PROGRESS");
}

TEST_CASE("A15: STRICT_SEQUENTIAL is not blocked by STOPPED or TIMED_OUT runs") {
  world w;
  w.push("timeout: 5\n" + strategy("strict_sequential") + one_sleep(60));
  w.starts(3);
  w.stop(1);
  CHECK(w.runs(3) == "STOPPED IN_PROGRESS CREATED");
  w.pass(5);
  CHECK(w.runs(3) == "STOPPED TIMED_OUT IN_PROGRESS");
}

TEST_CASE("A16: FIRST_ONLY stops a start beside an unfinished run, and names that run") {
  world w;
  w.push(strategy("first_only") + one_sleep(60));
  auto first = w.start_order();
  CHECK(said(w.start_with(first)) == "CREATED");
  w.pass(1);
  CHECK(said(w.start_with(w.start_order())) == "STOPPED");
  CHECK(w.run(2) == "STOPPED");
  CHECK(w.steps(2) == "a NC");
  for (auto member : {"create_time", "start_time", "end_time"})
    CHECK(w.time(member, 2) == w.now);
  CHECK(w.tells("[wf][1][1]", 2));
  CHECK(said(w.start_with(first)) == "DUPLICATED");
  w.pass(60);
  CHECK(w.run(1) == "SUCCEEDED");
  CHECK(w.start() == 3);
  CHECK(w.run(3) == "IN_PROGRESS");
}

TEST_CASE("A16: FIRST_ONLY stops a restart as well") {
  world w;
  w.push(strategy("first_only") + one_sleep(60));
  w.start();
  w.pass(60);
  w.start();
  CHECK(w.restart(run_policy::restart_from_beginning) == "STOPPED");
  CHECK(w.run({1, 2}) == "STOPPED");
  CHECK(w.run(2) == "IN_PROGRESS");
}

TEST_CASE("A17: LAST_ONLY displaces a run that is only just made") {
  world w;
  w.push(strategy("last_only") + one_sleep(60));
  w.post(workflow_entity("wf"), make_message(w.start_order()));
  w.post(workflow_entity("wf"), make_message(w.start_order()));
  w.settle();
  CHECK(w.runs(2) == "STOPPED IN_PROGRESS");
}

TEST_CASE("A17: LAST_ONLY displaces a run that waits for the end of another") {
  world w;
  w.push(strategy("last_only") + one_job());
  w.jobs_obey = false;
  w.starts(2);
  CHECK(w.runs(2) == "IN_PROGRESS CREATED");
  w.start();
  CHECK(w.runs(3) == "IN_PROGRESS STOPPED CREATED");
  w.user_error("a", 1);
  CHECK(w.runs(3) == "STOPPED STOPPED IN_PROGRESS");
}

TEST_CASE("A18: LAST_ONLY ends the running run, and only then the new one begins") {
  world w;
  w.push(strategy("last_only") + one_job());
  w.jobs_obey = false;
  w.starts(2);
  CHECK(w.runs(2) == "IN_PROGRESS CREATED");
  CHECK(w.is_told_to_end("a", 1));
  w.pass(7);
  w.user_error("a", 1);
  CHECK(w.runs(2) == "STOPPED IN_PROGRESS");
  CHECK(w.time("start_time", 2) == w.time("end_time", 1));
  w.done("a", 2);
  CHECK(w.run(2) == "SUCCEEDED");
}

TEST_CASE("A19: SERIAL_LATEST_ONLY displaces what waits and leaves what runs") {
  world w;
  w.push(strategy("serial_latest_only") + one_sleep(60));
  w.starts(3);
  CHECK(w.runs(3) == "IN_PROGRESS STOPPED CREATED");
  CHECK(w.time("start_time", 2) == 0);
  CHECK(w.time("end_time", 2) == w.now);
  CHECK(w.tells("SERIAL_LATEST_ONLY run strategy", 2));
  w.pass(60);
  CHECK(w.runs(3) == "SUCCEEDED STOPPED IN_PROGRESS");
}

TEST_CASE("A21: FIRST_ONLY and LAST_ONLY cannot be set while two runs are unfinished") {
  world w;
  w.push(one_sleep(60));
  w.starts(2);
  CHECK(w.try_push(strategy("first_only") + one_sleep(60)) == "412");
  CHECK(w.try_push(strategy("last_only") + one_sleep(60)) == "412");
  w.stop(2);
  CHECK(w.try_push(strategy("first_only") + one_sleep(60)) == "pushed");
}

TEST_CASE("A21: STRICT_SEQUENTIAL cannot be set while a run is failed") {
  world w;
  w.push(one_job());
  w.start();
  w.kill();
  CHECK(w.try_push(strategy("strict_sequential") + one_job()) == "412");
  w.restart();
  CHECK(w.try_push(strategy("strict_sequential") + one_job()) == "pushed");
}
