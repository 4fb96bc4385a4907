#include "runtime/engine/intervals.hpp"
#include "test/scenario/support/world.hpp"

#include <boost/json.hpp>

/// Group E: foreach; what it launches, and what it amounts to.
using namespace tutti;
using namespace tutti::engine;
using namespace tutti::scenario;

namespace {

/// A loop f over 1..n whose body is one process s. `more` is keys such as `concurrency: 2`.
std::string loop_of_jobs(int n, const std::string& more = "", const std::string& around = "") {
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

} // namespace

TEST_CASE("E1: a loop runs one instance of its body per element") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          loop_params: {i: [1, 2, 3]}
          jobs: [job: {id: s, type: noop, seen: "${loop_index} ${i}"}])");
  w.start();
  CHECK(w.steps() == "f#1 SUCCEEDED");
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.details("f") == R"({"SUCCEEDED":[[1,3]]})");
  auto artifact = w.loop("f");
  CHECK(artifact.at("next_loop_index") == 3);
  CHECK(artifact.at("total_loop_count") == 3);
  CHECK(artifact.at("foreach_overview").at("checkpoint") == 4);
  for (std::int64_t k = 1; k <= 3; ++k) {
    auto one = w.iteration("f", k);
    CHECK(one.run == 1);
    CHECK(w.run(one) == "SUCCEEDED");
    CHECK(w.step_param("s", "seen", one)
          == "\"" + std::to_string(k - 1) + " " + std::to_string(k) + "\"");
  }
}

TEST_CASE("E2: of several loop parameters the first one varies fastest") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          loop_params: {i: [1, 2], j: [a, b]}
          jobs: [job: {id: s, type: noop, seen: "${i}${j}"}])");
  w.start();
  std::string seen;
  for (std::int64_t k = 1; k <= 4; ++k)
    seen += w.step_param("s", "seen", w.iteration("f", k)) + " ";
  CHECK(seen == R"("1a" "2a" "1b" "2b" )");
}

TEST_CASE("E3: a loop over nothing succeeds without children") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          loop_params: {j: [1, 2]}
          ranges: {i: {from: 1, to: 1}}
          transition: [after]
          jobs: [job: {id: s, type: noop}]
      - job: {id: after, type: noop})");
  w.start();
  CHECK(w.steps() == "f#1 SUCCEEDED, after#1 SUCCEEDED");
  CHECK(w.loop("f").at("total_loop_count") == 0);
  CHECK(w.run(w.iteration("f", 1)) == "NC");
}

TEST_CASE("E4: a loop with too many iterations fails before the first one") {
  world w;
  w.options().foreach_iterations_max = 25'000;
  w.push(R"(
    jobs:
      - foreach:
          id: f
          ranges: {i: {from: 1, to: 25002}}
          jobs: [job: {id: s, type: shell, command: work}])");
  w.start();
  CHECK(w.attempts("f") == "#1 FATALLY_FAILED");
  CHECK(w.run() == "FAILED");
  CHECK(w.step_tells("f", "25001 iterations"));
  CHECK(w.jobs.empty());
}

TEST_CASE("E5: without a step concurrency a loop runs at most 20 iterations at a time") {
  world w;
  w.push(loop_of_jobs(100, "concurrency: 50"));
  w.start();
  CHECK(w.running("f") == 20);
  CHECK(w.loop("f").at("next_loop_index") == 20);
  done(w, 7);
  CHECK(w.running("f") == 20);
  CHECK(w.has_job("s", w.iteration("f", 21)));
}

TEST_CASE("E5: a step concurrency lets a loop run as many as its own concurrency says") {
  world w;
  w.push(loop_of_jobs(100, "concurrency: 50"), {.step_concurrency = 100});
  w.start();
  CHECK(w.running("f") == 50);
}

TEST_CASE("E5: the least of the concurrencies counts") {
  world w;
  w.push(loop_of_jobs(100, "concurrency: 50"),
         {.step_concurrency = 100, .instance_step_concurrency = 10});
  w.start();
  CHECK(w.running("f") == 10);
}

TEST_CASE("E6: with strict ordering an iteration waits for the one that far before it") {
  world w;
  w.push(loop_of_jobs(5, "concurrency: 2"), {.strict_loop = "f"});
  w.start();
  done(w, 2);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[1],"SUCCEEDED":[2]})");
  done(w, 1);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[[3,4]],"SUCCEEDED":[[1,2]]})");
}

TEST_CASE("E6: without strict ordering the next iteration begins in any free place") {
  world w;
  w.push(loop_of_jobs(5, "concurrency: 2"));
  w.start();
  done(w, 2);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[1,3],"SUCCEEDED":[2]})");
}

TEST_CASE("E18: interval sets join, and split where a number is taken out") {
  using list = std::vector<interval_set::interval>;
  interval_set set{list{{10, 10}, {16, 20}, {22, 22}}};
  set.add(21);
  CHECK(set.intervals() == list{{10, 10}, {16, 22}});
  interval_set failed{list{{8, 9}, {11, 15}}};
  CHECK(failed.remove(8));
  CHECK(failed.intervals() == list{{9, 9}, {11, 15}});
  CHECK_FALSE(failed.remove(10));
  CHECK(failed.remove(13));
  CHECK(failed.intervals() == list{{9, 9}, {11, 12}, {14, 15}});
}

TEST_CASE("E21: an order to launch that comes again launches nothing twice") {
  world w;
  w.push(loop_of_jobs(5, "concurrency: 2"));
  w.start();
  auto first = w.iteration("f", 1);
  auto before = w.view(first);
  done(w, 2);
  auto rows = w.row_count();
  w.post(loop_part_entity(first.workflow, 0, 1), make_message(run_iterations{1, 2, {}, {}}));
  w.settle();
  CHECK(w.row_count() == rows);
  CHECK(w.view(first) == before);
  CHECK(w.details("f") == R"({"IN_PROGRESS":[1,3],"SUCCEEDED":[2]})");
}

TEST_CASE("E20: inner loops of one definition differ by iteration and share their prefix") {
  world w;
  w.push(R"(
    jobs:
      - foreach:
          id: outer
          loop_params: {i: [1, 2]}
          jobs:
            - foreach:
                id: inner
                loop_params: {j: [1, 2]}
                jobs:
                  - job: {id: s, type: noop, seen: "${i}${j}", transition: [t]}
                  - job: {id: t, type: noop})");
  w.start();
  CHECK(w.run() == "SUCCEEDED");
  CHECK(w.leaf_count() == 8);
  auto inner_id = [&](std::int64_t of) {
    return w.iteration("inner", 1, w.iteration("outer", of)).workflow;
  };
  auto first = inner_id(1);
  auto second = inner_id(2);
  CHECK(first != second);
  CHECK(first.substr(0, first.rfind('_')) == second.substr(0, second.rfind('_')));
  CHECK(w.step_param("s", "seen", w.iteration("inner", 2, w.iteration("outer", 1))) == R"("12")");
  CHECK(w.leaf_count(w.iteration("outer", 2)) == 4);
}
