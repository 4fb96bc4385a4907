#include "runtime/model/json.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// `params.getFrom…`: what expressions of a step ask of other steps and runs (spec 02 §8).
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// A loop f over 1..n whose step s has a param p, and a step behind it that asks for all of them.
std::string loop_and_question(int n, const std::string& p,
                              const std::string& type = "array<long>") {
  return R"(
    dag: sequential
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: )"
         + std::to_string(n + 1) + R"(}}
          jobs: [job: {id: s, type: noop, )"
         + p + R"(}]
      - job: {id: a, type: noop, "!all<)"
         + type + R"(>": "params.getFromForeach('f', 's', 'p');"})";
}

} // namespace

TEST_CASE("the values of a loop are an array, one for each iteration") {
  world w;
  w.push(loop_and_question(3, R"("!p<long>": "i * 10")"));
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.step_param("a", "all") == "[10,20,30]");
}

TEST_CASE("values of a loop come from all its parts, in order, and leave nothing behind") {
  world w;
  w.push(loop_and_question(2000, R"("!p<string>": "'x' + i")", "array<string>"));
  w.start();
  REQUIRE(w.run() == "SUCCEEDED");
  auto all = boost::json::parse(w.step_param("a", "all")).as_array();
  REQUIRE(all.size() == 2000);
  CHECK(all[0] == "x1");
  CHECK(all[1999] == "x2000");
  CHECK(w.rows_of('G') == 0);
}

TEST_CASE("iterations without a value give a zero or an empty text") {
  world w;
  w.push(R"~(
    dag: sequential
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: 4}}
          jobs:
            - job: {id: look, type: noop, transition: [IF i == 2 THEN s]}
            - job: {id: s, type: noop, "!p<long>": "i"}
      - job: {id: a, type: noop, "!all<array<long>>": "params.getFromForeach('f', 's', 'p')"})~");
  w.start();
  CHECK(w.step_param("a", "all") == "[0,2,0]");
}

TEST_CASE("a loop that is not complete, or no loop, has no values") {
  world w;
  w.push(R"~(
    jobs:
      - job: {id: b, type: noop, transition: [a]}
      - job: {id: a, type: noop, "!all<array<long>>": "params.getFromForeach('b', 's', 'p')"})~");
  w.start();
  CHECK(w.attempts("a") == "#1 INTERNALLY_FAILED");
  CHECK(w.step_tells("a", "[b] is no completed foreach step before this step"));
}

TEST_CASE("more values than params may have characters are refused without being fetched") {
  world w;
  w.options().params_max_chars = 2000;
  w.push(R"~(
    dag: sequential
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 0, to: 60}, j: {from: 0, to: 60}}
          jobs: [job: {id: s, type: noop, "!p<long>": "i"}]
      - job: {id: a, type: noop, "!all<array<long>>": "params.getFromForeach('f', 's', 'p')"})~");
  w.start();
  CHECK(w.attempts("a") == "#1 INTERNALLY_FAILED");
  CHECK(w.step_tells("a", "option params-max-chars"));
}

TEST_CASE("values of a restarted loop come from all its runs") {
  world w;
  w.push(R"~(
    dag: sequential
    jobs:
      - foreach:
          id: f
          concurrency: 2
          ranges: {i: {from: 1, to: 4}}
          jobs: [job: {id: s, type: shell, command: work, "!p<long>": "i * 10"}]
      - job: {id: a, type: noop, "!all<array<long>>": "params.getFromForeach('f', 's', 'p')"})~");
  w.start();
  w.done("s", w.iteration("f", 1));
  w.kill();
  w.restart();
  w.done("s", w.iteration("f", 2));
  w.done("s", w.iteration("f", 3));
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.step_param("a", "all") == "[10,20,30]");
}

TEST_CASE("a value of a step in a subworkflow") {
  world w;
  w.push("q: none\njobs: [job: {id: k, type: noop, out: \"from ${q}\"}]", {.workflow = "child"});
  w.push(R"~(
    dag: sequential
    jobs:
      - subworkflow: {id: s, workflow_id: child, q: parent}
      - job: {id: a, type: noop, "!x": "params.getFromSubworkflow('s', 'k', 'out')"})~");
  w.start();
  CHECK(w.step_param("a", "x") == R"("from parent")");
  CHECK(w.run() == "SUCCEEDED");
}

TEST_CASE("a subworkflow without such a step or param has no value") {
  world w;
  w.push(one_noop(), {.workflow = "child"});
  w.push(R"~(
    dag: sequential
    jobs:
      - subworkflow: {id: s, workflow_id: child}
      - job: {id: a, type: noop, "!x": "params.getFromSubworkflow('s', 'k', 'out')"})~");
  w.start();
  CHECK(w.attempts("a") == "#1 INTERNALLY_FAILED");
  CHECK(
    w.step_tells("a", "the subworkflow of step [s] has no step [k] with an evaluated param [out]"));
}

TEST_CASE("status and end time of a step that has completed, also in conditions") {
  world w;
  w.push(R"~(
    jobs:
      - job: {id: a, type: noop, transition: [b]}
      - job:
          id: b
          type: noop
          "!status": "params.getFromStep('a', 'MAESTRO_STEP_STATUS')"
          "!ended<long>": "params.getFromStep('a', 'MAESTRO_STEP_END_TIME')"
          transition:
            - IF params.getFromStep('a', 'MAESTRO_STEP_STATUS') == 'SUCCEEDED' THEN c
            - OTHERWISE d
      - job: {id: c, type: noop}
      - job: {id: d, type: noop})~");
  w.start();
  CHECK(w.step_param("b", "status") == R"("SUCCEEDED")");
  CHECK(w.step_param("b", "ended") == std::to_string(w.step_time("a", "end_time")));
  CHECK(w.attempts("c") == "#1 SUCCEEDED");
  CHECK(w.attempts("d") == "#1 UNSATISFIED");
}

TEST_CASE("the status of a step that a restarted run does not repeat") {
  world w;
  w.push(R"~(
    dag: sequential
    jobs:
      - job: {id: a, type: noop}
      - job: {id: b, type: shell, command: work}
      - job: {id: c, type: noop, "!status": "params.getFromStep('a', 'MAESTRO_STEP_STATUS')"})~");
  w.start();
  w.kill();
  w.restart();
  w.done("b");
  CHECK(w.step_param("c", "status") == R"("SUCCEEDED")");
}

TEST_CASE("a stop ends a step that waits for values") {
  world w;
  w.push(loop_and_question(3, R"("!p<long>": "i")"));
  w.hold_back = [](const entity_id&, const message& x) {
    return std::holds_alternative<values_told>(x);
  };
  w.start();
  CHECK(w.attempts("a") == "#1 EVALUATING_PARAMS");
  w.stop();
  CHECK(w.attempts("a") == "#1 STOPPED");
  CHECK(w.run() == "STOPPED");
}
