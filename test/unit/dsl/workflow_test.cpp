#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

std::string run_strategy_of(std::string_view keys) {
  return model::json_text(read_good(workflow_with(keys)).properties.value());
}

} // namespace

TEST_CASE("both spellings of the root key are read") {
  CHECK(read_good("workflow: {id: w, jobs: []}") == read_good("Workflow: {id: w, jobs: []}"));
}

TEST_CASE("a workflow that says little gets the defaults of the DSL") {
  CHECK(
    model::json_text(read_good("workflow: {id: w, jobs: []}"))
    == R"({"properties":{"run_strategy":{"rule":"SEQUENTIAL","workflow_concurrency":1},)"
       R"("step_concurrency":20},"workflow":{"id":"w","params":{},"steps":[]},"is_active":true})");
}

TEST_CASE("members of the workflow are read") {
  auto x = read_good(workflow_with("name: My flow\ndescription: 5 steps\ncriticality: Low\n"
                                   "tags: [a, 7]\ntimeout: 3600\nowner: bob"));
  CHECK(x.workflow.name == "My flow");
  CHECK(x.workflow.description == "5 steps");
  CHECK(x.workflow.criticality == model::criticality::low);
  CHECK(model::json_text(*x.workflow.tags) == R"([{"name":"a"},{"name":"7"}])");
  CHECK(model::json_text(*x.workflow.timeout) == R"("3600")");
  CHECK(model::json_text(*x.properties->owner) == R"("bob")");
  CHECK(x.workflow.params->empty());
}

TEST_CASE("text members keep what the author wrote") {
  auto x = read_good("workflow: {id: 20240101, name: on, description: 1.10, jobs: []}");
  CHECK(x.workflow.id == "20240101");
  CHECK(x.workflow.name == "on");
  CHECK(x.workflow.description == "1.10");
}

TEST_CASE("the run strategy has the concurrency that is given, else that of its rule") {
  CHECK(
    run_strategy_of("run_strategy: parallel")
    == R"({"run_strategy":{"rule":"PARALLEL","workflow_concurrency":20},"step_concurrency":20})");
  CHECK(
    run_strategy_of("workflow_concurrency: 3\nrun_strategy: Parallel")
    == R"({"run_strategy":{"rule":"PARALLEL","workflow_concurrency":3},"step_concurrency":20})");
  CHECK(
    run_strategy_of("run_strategy: first_only")
    == R"({"run_strategy":{"rule":"FIRST_ONLY","workflow_concurrency":1},"step_concurrency":20})");
}

TEST_CASE("a concurrency without a run strategy is ignored") {
  CHECK(
    run_strategy_of("workflow_concurrency: 3")
    == R"({"run_strategy":{"rule":"SEQUENTIAL","workflow_concurrency":1},"step_concurrency":20})");
}

TEST_CASE("workflow_params replaces the params before it and yields to those after it") {
  CHECK(params_json("a: 1\nb: 1\nworkflow_params: {c: 2, d: 2}\nd: 3\ne: 3")
        == R"({"c":{"value":2,"type":"LONG"},"d":{"value":3,"type":"LONG"},)"
           R"("e":{"value":3,"type":"LONG"}})");
}

TEST_CASE("keys that the DSL does not know are params") {
  CHECK(params_json("instance_step_concurrency: 5\n'!id': a\nname<string>: b")
        == R"({"instance_step_concurrency":{"value":5,"type":"LONG"},)"
           R"("id":{"expression":"a","type":"STRING"},"name":{"value":"b","type":"STRING"}})");
}

TEST_CASE("members without a value count as absent") {
  auto x = read_good("workflow:\n  id: w\n  name:\n  tags: ~\n  timeout:\n  dag:\n  jobs: []");
  CHECK_FALSE(x.workflow.name.has_value());
  CHECK_FALSE(x.workflow.tags.has_value());
  CHECK_FALSE(x.workflow.timeout.has_value());
}

TEST_CASE("what the Python client sends is read") {
  auto x = read_good("Workflow:\n  id: w\n  owner: me\n  tags: []\n  jobs:\n"
                     "  - foreach:\n      id: f\n      tags: []\n      transition: []\n"
                     "      loop_params: {}\n      ranges: {}\n      jobs: []\n  dag: sequential\n"
                     "  '!p': 1 + 1\n");
  CHECK(model::json_text(x.workflow)
        == R"({"id":"w","tags":[],"params":{"p":{"expression":"1 + 1","type":"STRING"}},"steps":)"
           R"([{"foreach":{"id":"f","transition":{},"tags":[],"params":{"loop_params":)"
           R"({"value":{},"type":"MAP"}},"steps":[]}}]})");
}

} // namespace tutti::test
