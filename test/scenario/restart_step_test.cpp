#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Groups D and C: restarts of single steps, in a run that has ended and in one that goes on.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// The catalogue's graph, where b and c are processes.
const std::string diamond = R"(
    jobs:
      - job: {id: a, type: noop, transition: [b, c]}
      - job: {id: b, type: shell, command: work, transition: [d]}
      - job: {id: c, type: shell, command: work, transition: [d]}
      - job: {id: d, type: noop})";

const std::string no_retry = R"({"error_retry_limit": 0})";
const beyond_yaml fatal_b{.retry = {{"b", no_retry}}};
const beyond_yaml fatal_both{.retry = {{"b", no_retry}, {"c", no_retry}}};

/// c is complete, b failed, d was not created.
void fail_b(world& w) {
  w.push(diamond, fatal_b);
  w.start();
  w.user_error("b");
  w.done("c");
  REQUIRE(w.run() == "FAILED");
}

/// b fails, c goes on, e waits for b.
const std::string branches = R"(
    jobs:
      - job: {id: a, type: noop, transition: [b, c]}
      - job: {id: b, type: shell, command: work, transition: [e]}
      - job: {id: c, type: shell, command: work}
      - job: {id: e, type: noop})";

std::string text(const boost::json::value& x) {
  return model::to_text(x);
}

} // namespace

TEST_CASE("D4: a restart of a complete step runs it and leaves the failed one alone") {
  world w;
  fail_b(w);
  CHECK(w.restart_step("c") == "CREATED");
  CHECK(w.steps() == "b NC, c#1 STARTING, d NC");
  w.done("c");
  CHECK(w.steps() == "b NC, c#1 SUCCEEDED, d NC");
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.view().at("runtime_overview").as_object().at("run_status") == "SUCCEEDED");
  CHECK(w.aggregate() == "a 1 SUCCEEDED, c 2 SUCCEEDED, b 1 FATALLY_FAILED, d 0 NOT_CREATED");
  CHECK(text(w.view().at("run_config"))
        == R"({"policy":"RESTART_FROM_SPECIFIC","restart_config":{"restart_path":[)"
           R"({"workflow_id":"wf","instance_id":1,"step_id":"c"}],)"
           R"("restart_policy":"RESTART_FROM_SPECIFIC",)"
           R"("downstream_policy":"RESTART_FROM_INCOMPLETE","step_restart_params":{"c":{}}}})");
}

TEST_CASE("D5: a step that a restart left alone can be restarted while the run goes on") {
  world w;
  fail_b(w);
  w.restart_step("c");
  auto got = w.restart_step_with("b");
  REQUIRE(got);
  CHECK(got->run_id == 2);
  CHECK(got->step_id == "b");
  CHECK(got->attempt == 1);
  CHECK(w.steps() == "b#1 STARTING, c#1 STARTING, d NC");
  w.done("b");
  w.done("c");
  CHECK(w.steps() == "b#1 SUCCEEDED, c#1 SUCCEEDED, d#1 SUCCEEDED");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(w.run({1, 3}) == "NC");
}

TEST_CASE("D6: two failed branches are restarted one after the other") {
  world w;
  w.push(diamond, fatal_both);
  w.start();
  w.user_error("b");
  w.user_error("c");
  REQUIRE(w.run() == "FAILED");
  CHECK(w.restart_step("b") == "CREATED");
  w.done("b");
  CHECK(w.run({1, 2}) == "FAILED");
  CHECK(w.restart_step("c") == "CREATED");
  w.done("c");
  CHECK(w.run({1, 3}) == "SUCCEEDED");
  CHECK(w.aggregate() == "a 1 SUCCEEDED, b 2 SUCCEEDED, c 3 SUCCEEDED, d 3 SUCCEEDED");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("D7: a step is restarted in place while another branch runs") {
  world w;
  w.push(branches, fatal_b);
  w.start();
  w.user_error("b");
  auto got = w.restart_step_with("b");
  REQUIRE(got);
  CHECK(got->run_id == 1);
  CHECK(got->attempt == 2);
  CHECK(got->event.message == "User [tester] take action [RESTART] on the step");
  CHECK(w.attempts("b") == "#1 FATALLY_FAILED, #2 STARTING");
  w.done("b");
  CHECK(w.step_retry("b", "manual_retries") == 1);
  CHECK(w.step_tells("b", "User [tester] take action [RESTART] on the step"));
  auto view = w.step_view("b");
  CHECK(text(view.at("step_run_params")) == "{}");
  CHECK(view.at("restart_config").as_object().at("restart_policy") == "RESTART_FROM_SPECIFIC");
  w.done("c");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.run({1, 2}) == "NC");
  CHECK(w.leaf_count() == 4);
}

TEST_CASE("D7: a step that was stopped with its run cannot begin again in it") {
  world w;
  w.jobs_obey = false;
  w.push(branches, fatal_b);
  w.start();
  w.user_error("b");
  w.stop();
  CHECK(w.restart_step("b") == "409");
  w.user_error("c");
  CHECK(w.run() == "FAILED");
}

TEST_CASE("D8: after a restart in place the system retries nothing") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: b, type: shell, command: work, timeout: 5}
      - job: {id: c, type: shell, command: work})");
  w.start();
  w.pass(5);
  REQUIRE(w.attempts("b") == "#1 TIMED_OUT");
  CHECK(w.restart_step("b") == "CREATED");
  w.user_error("b");
  CHECK(w.attempts("b") == "#1 TIMED_OUT, #2 FATALLY_FAILED");
  CHECK(w.restart_step("b") == "CREATED");
  w.done("b");
  CHECK(w.attempts("b") == "#1 TIMED_OUT, #2 FATALLY_FAILED, #3 SUCCEEDED");
  CHECK(w.step_retry("b", "manual_retries") == 2);
  w.done("c");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("D9: a restart in place is refused for a step whose failure ends others") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: b, type: shell, command: work, timeout: 5, failure_mode: ignore_failure}
      - job: {id: c, type: shell, command: work})");
  w.start();
  w.pass(5);
  REQUIRE(w.attempts("b") == "#1 TIMED_OUT");
  CHECK(w.restart_step("b") == "400");
  w.done("c");
}

TEST_CASE("D9: a restart in place is refused unless the step has ended and is not complete") {
  world w;
  w.push(branches);
  w.start();
  CHECK(w.restart_step("b") == "400");
  w.user_error("b");
  REQUIRE(w.attempts("b") == "#1 USER_FAILED");
  CHECK(w.restart_step("b") == "400");
  CHECK(w.restart_step("a") == "400");
  CHECK(w.restart_step("e") == "400");
  CHECK(w.restart_step("nobody") == "400");
  w.stop();
  CHECK(w.restart_step("e") == "400");
}

TEST_CASE("D11: parameters of a step restart are for that step alone") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, p: 1, transition: [b]}
      - job: {id: b, type: noop, p: 1, "!q<long>": "p + 1", transition: [c]}
      - job: {id: c, type: noop, p: 1})");
  w.start();
  CHECK(w.restart_step("b", 1, run_policy::restart_from_incomplete,
                       R"({"p": {"value": 7, "type": "LONG"}})")
        == "CREATED");
  CHECK(w.steps() == "b#1 SUCCEEDED, c#1 SUCCEEDED");
  CHECK(w.step_param("b", "p") == "7");
  CHECK(w.step_param("b", "q") == "8");
  CHECK(w.step_param("c", "p") == "1");
  // The next restart does not inherit them.
  w.restart_step("b");
  CHECK(w.step_param("b", "p") == "1");
}

TEST_CASE("D11: a step that has no parameters may be given some") {
  world w;
  w.push(branches, fatal_b);
  w.start();
  w.user_error("b");
  CHECK(w.restart_step("b", 1, run_policy::restart_from_incomplete,
                       R"({"p": {"value": 7, "type": "LONG"}})")
        == "CREATED");
  CHECK(w.step_param("b", "p") == "7");
  w.done("b");
  w.done("c");
}

TEST_CASE("D13: a second restart of a step with the same request id is DUPLICATED") {
  world w;
  fail_b(w);
  model::restart_config wanted;
  wanted.restart_path.push_back({"wf", 1, "b"});
  wanted.restart_policy = run_policy::restart_from_specific;
  auto point = views::find_restart_point(w.reader(), wanted);
  REQUIRE(point);
  point->order.uuid = w.make_uuid();
  CHECK(said(w.restart_with(point->order, {1, 1})) == "CREATED");
  CHECK(said(w.restart_with(point->order, {1, 1})) == "DUPLICATED");
  w.done("b");
  CHECK(w.run({1, 3}) == "NC");
}

TEST_CASE("D10: a restart that was prepared from an older run is a conflict") {
  world w;
  w.push(one_noop());
  w.start();
  restart_instance order;
  order.policy = run_policy::restart_from_beginning;
  CHECK(said(w.restart_with(order, {1, 1})) == "CREATED");
  CHECK(w.run({1, 2}) == "SUCCEEDED");
  CHECK(said(w.restart_with(order, {1, 1})) == "409");
  CHECK(w.run({1, 3}) == "NC");
}

TEST_CASE("D17: a step behind a restarted one sees what it gives now") {
  world w;
  w.push(R"(
    jobs:
      - job: {id: a, type: noop, p: 1, transition: [b]}
      - job: {id: b, type: noop, q: "got ${a__p}"})");
  w.start();
  w.restart_step("a", 1, run_policy::restart_from_incomplete,
                 R"({"p": {"value": 7, "type": "LONG"}})");
  CHECK(w.step_param("b", "q") == R"("got 7")");
}
