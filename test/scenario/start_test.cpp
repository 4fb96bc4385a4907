#include "test/scenario/support/world.hpp"

/// Group A: start, ids, de-duplication.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

TEST_CASE("A1: a diamond of steps succeeds, and its overview says when") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, transition: [b, c]}
      - job: {id: b, type: noop, transition: [d]}
      - job: {id: c, type: noop, transition: [d]}
      - job: {id: d, type: noop})");
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 SUCCEEDED, c#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.step_overview()
        == R"({"SUCCEEDED":{"cnt":4,"steps":[[1,1700000000000,1700000000000],)"
           R"([2,1700000000000,1700000000000],[3,1700000000000,1700000000000],)"
           R"([4,1700000000000,1700000000000]]}})");
  CHECK(w.leaf_count() == 4);
  CHECK(w.view().at("correlation_id") == "wf:1:1");
}

TEST_CASE("A1: a join begins only after all its predecessors") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, transition: [b, c]}
      - job: {id: b, type: sleep, sleep_seconds: 5, transition: [d]}
      - job: {id: c, type: sleep, sleep_seconds: 9, transition: [d]}
      - job: {id: d, type: noop})");
  w.start();
  w.pass(5);
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 SUCCEEDED, c#1 RUNNING, d NC");
  CHECK(w.run() == "IN_PROGRESS");
  w.pass(4);
  CHECK(w.steps() == "a#1 SUCCEEDED, b#1 SUCCEEDED, c#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.time("end_time") - w.time("start_time") == 9000);
}

TEST_CASE("A2: instances are numbered from 1 without gaps, each with run 1") {
  world w;
  w.push(one_noop());
  CHECK(w.start() == 1);
  w.pass(1);
  CHECK(w.start() == 2);
  CHECK(w.start() == 3);
  CHECK(w.time("create_time", 1) < w.time("create_time", 2));
  CHECK(w.time("create_time", 2) == w.time("create_time", 3));
  for (std::int64_t i = 1; i <= 3; ++i)
    CHECK(w.view(i).at("workflow_run_id") == 1);
}

TEST_CASE("A3: a second start with the same request id is DUPLICATED and writes nothing") {
  world w;
  w.push(one_noop());
  auto order = w.start_order();
  auto first = w.start_with(order);
  auto rows = w.row_count();
  auto second = w.start_with(order);
  REQUIRE(said(first) == "CREATED");
  CHECK(first->instance_id == 1);
  CHECK(first->run_id == 1);
  CHECK(first->uuid == order.uuid);
  REQUIRE(said(second) == "DUPLICATED");
  CHECK(second->instance_id == 0);
  CHECK(second->run_id == 0);
  CHECK(second->uuid == order.uuid);
  CHECK(w.row_count() == rows);
  CHECK(w.run(2) == "NC");
}

TEST_CASE("A4: the same request id may start another workflow") {
  world w;
  w.push(one_noop());
  w.push(one_noop(), {.workflow = "other"});
  auto order = w.start_order();
  CHECK(said(w.start_with(order)) == "CREATED");
  CHECK(said(w.start_with(order, "other")) == "CREATED");
  CHECK(w.run({1, 1, "other"}) == "SUCCEEDED");
}

TEST_CASE("A5: a fresh start is always run 1 of a new instance") {
  world w;
  w.push(one_job());
  w.start();
  w.kill();
  w.restart();
  auto got = w.start_with(w.start_order());
  REQUIRE(got);
  CHECK(got->instance_id == 2);
  CHECK(got->run_id == 1);
}

TEST_CASE("A6: a start of an unknown workflow is 404 and writes nothing") {
  world w;
  CHECK(said(w.start_with(w.start_order(), "no")) == "404");
  CHECK(w.row_count() == 0);
}

TEST_CASE("A7: a start whose parameters throw is refused and writes nothing") {
  world w;
  w.push(one_noop() + R"("!p<long>": Integer.parseInt("x"))");
  auto rows = w.row_count();
  auto got = w.start_with(w.start_order());
  REQUIRE_FALSE(got);
  CHECK(code(got.error()).starts_with("4"));
  CHECK(w.row_count() == rows);
}

TEST_CASE("A23: a launch that comes twice, or after the end, is ignored") {
  world w;
  w.push(one_sleep(5));
  w.starts(2);
  w.pass(7);
  auto run = instance_entity("wf", 2, 1);
  w.post(run, make_message(launch_run{w.now}));
  w.settle();
  CHECK(w.steps(2) == "a#1 RUNNING");
  CHECK(w.time("start_time", 2) == w.now - 2000);
  w.pass(3);
  REQUIRE(w.run(2) == "SUCCEEDED");
  w.post(run, make_message(launch_run{w.now}));
  w.settle();
  CHECK(w.run(2) == "SUCCEEDED");
}

TEST_CASE("A24: a launch of a run that was stopped in the queue changes nothing") {
  world w;
  w.push(one_sleep(5));
  w.starts(2);
  w.stop(2);
  w.post(instance_entity("wf", 2, 1), make_message(launch_run{w.now}));
  w.settle();
  w.pass(9);
  CHECK(w.run(2) == "STOPPED");
  CHECK(w.steps(2) == "a NC");
  CHECK_FALSE(w.view(2).contains("execution_id"));
}
