#include "test/support/engine_world.hpp"

#include <set>

using namespace tutti;
using namespace tutti::engine;
using test::engine_world;
namespace json = boost::json;

namespace {

/// A loop over 1..n whose body is two processes, one behind the other.
std::string loop_over(int n, const std::string& more = {}) {
  std::string values;
  for (auto i = 1; i <= n; ++i)
    values += (i == 1 ? "" : ",") + std::to_string(i);
  auto job = [](const std::string& id, const std::string& rest) {
    return R"({"step":{"id":")" + id + R"(","type":"Shell","params":{"command":{"value":"x",)"
           R"("type":"STRING"}},"retry_policy":{"error_retry_limit":0})" + rest + "}}";
  };
  return R"({"id":"w","steps":[{"foreach":{"id":"f","concurrency":100)" + more
         + R"(,"params":{"loop_params":{"type":"MAP","value":{"i":{"value":[)" + values
         + R"(],"type":"LONG_ARRAY"}}}},"steps":[)"
         + job("a", R"(,"transition":{"successors":{"b":"true"}})") + "," + job("b", "") + "]}}]}";
}

json::object step_of(engine_world& world, std::int64_t run) {
  auto step = views::step(world.reader(), {"w", 1, run}, "f", 0, true);
  REQUIRE_MESSAGE(step, (step ? std::string{} : step.error().message));
  return step->as_object();
}

json::object artifact_of(engine_world& world, std::int64_t run) {
  return step_of(world, run)["artifacts"].as_object()["maestro_foreach"].as_object();
}

std::string overview_of(engine_world& world, std::int64_t run) {
  return model::to_text(artifact_of(world, run)["foreach_overview"]);
}

void restart(engine_world& world, std::int64_t run,
             model::run_policy policy = model::run_policy::restart_from_incomplete) {
  restart_instance order;
  order.policy = policy;
  order.caller = "tester";
  order.uuid = world.make_uuid();
  auto got = world.ask(instance_entity("w", 1, run), order);
  REQUIRE_MESSAGE(got, (got ? std::string{} : got.error().message));
}

/// The jobs that ran since the last look, as `iteration step`.
std::multiset<std::string> jobs_of(engine_world& world) {
  std::multiset<std::string> out;
  for (auto& x : world.ended_jobs)
    out.insert(std::to_string(x.instance_id) + " " + x.step_id);
  world.ended_jobs.clear();
  return out;
}

using jobs = std::multiset<std::string>;

} // namespace

TEST_CASE("a restarted loop runs only what was not complete, down to the steps") {
  engine_world world;
  std::set<std::string> failing{"2 b", "4 a"};
  world.exit_code_of = [&](const entity_id& x) {
    return failing.contains(std::to_string(x.instance_id) + " " + x.step_id) ? 1 : 0;
  };
  world.push(loop_over(5));
  world.start("w");
  CHECK(jobs_of(world).size() == 9);
  CHECK(step_of(world, 1)["runtime_state"].as_object()["status"] == "FATALLY_FAILED");
  failing.clear();
  restart(world, 1);
  CHECK(jobs_of(world) == jobs{"2 b", "4 a", "4 b"});
  CHECK(step_of(world, 2)["runtime_state"].as_object()["status"] == "SUCCEEDED");
  CHECK(overview_of(world, 2)
        == R"({"checkpoint":6,"stats":{"SUCCEEDED":5},"rollup":{"total_leaf_count":10,)"
           R"("overview":{"SUCCEEDED":{"cnt":10}}},"details":{"SUCCEEDED":[[1,5]]}})");
  auto artifact = artifact_of(world, 2);
  CHECK(artifact["foreach_run_id"] == 2);
  CHECK(artifact["ancestor_iteration_count"] == 5);
}

TEST_CASE("a restart of a restart goes on from where each iteration ended last") {
  engine_world world;
  std::set<std::string> failing{"1 a", "3 b"};
  world.exit_code_of = [&](const entity_id& x) {
    return failing.contains(std::to_string(x.instance_id) + " " + x.step_id) ? 1 : 0;
  };
  world.push(loop_over(3));
  world.start("w");
  jobs_of(world);
  failing = {"3 b"};
  restart(world, 1);
  CHECK(jobs_of(world) == jobs{"1 a", "1 b", "3 b"});
  failing.clear();
  restart(world, 2);
  CHECK(jobs_of(world) == jobs{"3 b"});
  CHECK(overview_of(world, 3).find(R"("rollup":{"total_leaf_count":6,"overview":{"SUCCEEDED")")
        != std::string::npos);
}

TEST_CASE("iterations that were never launched start fresh in the restarted loop") {
  engine_world world;
  auto failing = true;
  world.exit_code_of = [&](const entity_id& x) { return failing && x.instance_id == 70 ? 1 : 0; };
  world.push(loop_over(200));
  world.start("w");
  auto first = jobs_of(world);
  CHECK(first.size() < 400);
  CHECK(first.contains("70 a"));
  failing = false;
  restart(world, 1);
  auto second = jobs_of(world);
  CHECK(second.contains("70 a"));
  CHECK(first.size() + second.size() == 401);
  CHECK(overview_of(world, 2).find(R"("details":{"SUCCEEDED":[[1,200]]})") != std::string::npos);
}

TEST_CASE("a restart from the beginning runs all iterations again") {
  engine_world world;
  auto failing = true;
  world.exit_code_of = [&](const entity_id& x) { return failing && x.instance_id == 2 ? 1 : 0; };
  world.push(loop_over(3));
  world.start("w");
  jobs_of(world);
  failing = false;
  restart(world, 1, model::run_policy::restart_from_beginning);
  CHECK(jobs_of(world).size() == 6);
  CHECK(overview_of(world, 2).find(R"("total_leaf_count":6)") != std::string::npos);
}

TEST_CASE("clients find the newest loop run though its first iteration was kept") {
  engine_world world;
  auto failing = true;
  world.exit_code_of = [&](const entity_id& x) { return failing && x.instance_id == 3 ? 1 : 0; };
  world.push(loop_over(3));
  world.start("w");
  failing = false;
  restart(world, 1);
  std::string inline_id{artifact_of(world, 2)["foreach_workflow_id"].as_string()};
  auto page = views::instances(world.reader(), inline_id, {5, {}, {}}, true);
  REQUIRE(page);
  std::vector<std::string> runs;
  for (auto& x : page->as_object()["elements"].as_array())
    runs.push_back(model::to_text(x.as_object()["workflow_run_id"]));
  CHECK(runs == std::vector<std::string>{"2", "1", "1"});
  auto overview = views::overview(world.reader(), inline_id);
  REQUIRE(overview);
  CHECK(overview->as_object()["failed_instances"] == 0);
}

TEST_CASE("a loop that would exceed the leaf steps of an instance is refused when it begins") {
  engine_world world;
  world.options().leaf_steps_max = 9;
  world.exit_code_of = [](const entity_id&) { return 0; };
  world.push(loop_over(5));
  world.start("w");
  CHECK(world.ended_jobs.empty());
  auto step = step_of(world, 1);
  CHECK(step["runtime_state"].as_object()["status"] == "FATALLY_FAILED");
  CHECK(model::to_text(step["timeline"]).find("would run 5 × 2 leaf steps; an instance may have 9")
        != std::string::npos);
}

TEST_CASE("a tree that grows over the leaf steps of an instance is stopped on the way") {
  engine_world world;
  world.options().leaf_steps_max = 20;
  world.exit_code_of = [](const entity_id&) { return 0; };
  // The outer loop does not know how much its inner loops will run.
  world.push(R"({"id":"w","steps":[{"foreach":{"id":"f","concurrency":1,"params":{"loop_params":
    {"type":"MAP","value":{"i":{"value":[1,2,3,4,5],"type":"LONG_ARRAY"}}}},"steps":[
    {"foreach":{"id":"g","params":{"loop_params":{"type":"MAP","value":
    {"j":{"value":[1,2,3,4,5,6,7,8],"type":"LONG_ARRAY"}}}},
    "steps":[{"step":{"id":"s","type":"NoOp"}}]}}]}}]})");
  world.start("w");
  auto run = views::instance(world.reader(), {"w", 1, 1}, {true, true});
  REQUIRE(run);
  CHECK(run->as_object()["status"] == "STOPPED");
  CHECK(overview_of(world, 1).ends_with(R"("details":{"STOPPED":[4],"SUCCEEDED":[[1,3]]}})"));
}
