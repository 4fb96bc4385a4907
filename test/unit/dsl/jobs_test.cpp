#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

TEST_CASE("kinds of jobs are matched in any case") {
  auto x = read_good(jobs_with("- Job: {id: a, type: noop}\n- SUBWORKFLOW: {id: b}\n"
                               "- ForEach: {id: c, jobs: []}\n"
                               "- WHILE: {id: d, condition: x, loop_params: {}, jobs: []}"));
  REQUIRE(x.workflow.steps.size() == 4);
  CHECK(x.workflow.steps[0].kind == model::step_kind::step);
  CHECK(x.workflow.steps[1].kind == model::step_kind::subworkflow);
  CHECK(x.workflow.steps[1].type == model::step_type::subworkflow);
  CHECK(x.workflow.steps[2].kind == model::step_kind::foreach);
  CHECK(x.workflow.steps[2].type == model::step_type::foreach);
  CHECK(x.workflow.steps[3].kind == model::step_kind::while_);
  CHECK(x.workflow.steps[3].type == model::step_type::while_);
}

TEST_CASE("common keys of jobs are read, and others are params") {
  CHECK(steps_json("- job:\n    id: a\n    name: N\n    description: D\n    type: sleep\n"
                   "    failure_mode: ignore_failure\n    tags: [t]\n    timeout: 5 min\n"
                   "    failureMode: x\n    retry_policy: {error_retry_limit: 1}\n")
        == R"([{"step":{"id":"a","name":"N","description":"D","transition":{},"type":"Sleep",)"
           R"("failure_mode":"IGNORE_FAILURE","tags":[{"name":"t"}],"timeout":"5 min","params":)"
           R"({"failureMode":{"value":"x","type":"STRING"},"retry_policy":{"value":)"
           R"({"error_retry_limit":{"value":1,"type":"LONG"}},"type":"MAP"}}}}])");
}

TEST_CASE("an id with an exclamation mark is a param") {
  auto x = read_good(jobs_with("- job: {id: a, type: noop, '!id': b}"));
  CHECK(x.workflow.steps[0].id == "a");
  CHECK(x.workflow.steps[0].params->find("id")->expression == "b");
}

TEST_CASE("job_params replaces the params before it and yields to those after it") {
  auto x = read_good(jobs_with("- job: {id: a, type: noop, p: 1, job_params: {q: 2, r: 2}, q: 3}"));
  CHECK(model::json_text(*x.workflow.steps[0].params)
        == R"({"q":{"value":3,"type":"LONG"},"r":{"value":2,"type":"LONG"}})");
}

TEST_CASE("a type that is no step type names a job template") {
  std::string asked;
  auto look_up = [&](std::string_view type, std::string_view version) {
    asked += std::string{type} + "@" + std::string{version} + " ";
    return std::optional{model::step_type::notebook};
  };
  auto x = dsl::read_workflow(
    jobs_with("- job: {id: a, type: spark}\n- job: {id: b, type: spark, type_version: 2}"),
    look_up);
  REQUIRE(x.has_value());
  CHECK(asked == "spark@default spark@2 ");
  CHECK(
    model::json_text(x->workflow.steps)
    == R"([{"step":{"id":"a","transition":{},"type":"Notebook","sub_type":"spark","params":{}}},)"
       R"({"step":{"id":"b","transition":{},"type":"Notebook","sub_type":"spark","params":{}}}])");
}

TEST_CASE("a shell job is a step type with ordinary params") {
  CHECK(
    steps_json("- job: {id: a, type: shell, command: echo hi, env: {A: b}}")
    == R"([{"step":{"id":"a","transition":{},"type":"Shell","params":{"command":)"
       R"({"value":"echo hi","type":"STRING"},"env":{"value":{"A":"b"},"type":"STRING_MAP"}}}}])");
}

TEST_CASE("a subworkflow calls the workflow of its own id unless it names one") {
  CHECK(steps_json("- subworkflow: {id: a}")
        == R"([{"subworkflow":{"id":"a","transition":{},"params":{"subworkflow_id":)"
           R"({"value":"a","type":"STRING"}}}}])");
}

TEST_CASE("a subworkflow has synonyms, of which the later wins") {
  CHECK(
    steps_json("- subworkflow: {id: a, p: 1, workflow_id: x, subworkflow_id: z, "
               "subworkflow_version: latest, version: 7, sync: no, explicit_params: true}")
    == R"([{"subworkflow":{"id":"a","transition":{},"sync":false,"explicit_params":true,)"
       R"("params":{"p":{"value":1,"type":"LONG"},"subworkflow_id":{"value":"z","type":"STRING"},)"
       R"("subworkflow_version":{"value":"7","type":"STRING"}}}}])");
}

TEST_CASE("a foreach always has loop params") {
  CHECK(steps_json("- foreach: {id: a, jobs: []}")
        == R"([{"foreach":{"id":"a","transition":{},"params":{"loop_params":)"
           R"({"value":{},"type":"MAP"}},"steps":[]}}])");
}

TEST_CASE("a foreach has synonyms, of which the later wins, and strict_ordering is a param") {
  CHECK(steps_json("- foreach: {id: a, loop_params: {x: [1]}, params: {z: [2]}, concurrency: 1, "
                   "job_concurrency: 2, strict_ordering: true, jobs: []}")
        == R"([{"foreach":{"id":"a","transition":{},"concurrency":2,"params":{"strict_ordering":)"
           R"({"value":true,"type":"BOOLEAN"},"loop_params":{"value":{"z":{"value":[2],)"
           R"("type":"LONG_ARRAY"}},"type":"MAP"}},"steps":[]}}])");
}

TEST_CASE("ranges come after the loop params, win over equal names, and have defaults") {
  CHECK(
    steps_json("- foreach: {id: a, ranges: {x: {to: 3}, z: {from: -1, to: 0x10, increment: 2}}, "
               "params: {x: [9], b: [1]}, jobs: []}")
    == R"x([{"foreach":{"id":"a","transition":{},"params":{"loop_params":{"value":{)x"
       R"x("x":{"expression":"Util.intsBetween(0, 3, 1);","type":"LONG_ARRAY"},)x"
       R"x("b":{"value":[1],"type":"LONG_ARRAY"},)x"
       R"x("z":{"expression":"Util.intsBetween(-1, 16, 2);","type":"LONG_ARRAY"}},)x"
       R"x("type":"MAP"}},"steps":[]}}])x");
}

TEST_CASE("a range without an end says null there") {
  auto x = steps_json("- foreach: {id: a, ranges: {x: {from: 1}}, jobs: []}");
  CHECK(x.find("Util.intsBetween(1, null, 1);") != std::string::npos);
}

TEST_CASE("a while has a condition, loop params and jobs") {
  CHECK(
    steps_json("- while: {id: a, params: {n: 0}, condition: true, jobs: [job: {id: b, type: "
               "noop}], concurrency: 2}")
    == R"([{"while":{"id":"a","transition":{},"condition":"true","params":{"concurrency":)"
       R"({"value":2,"type":"LONG"},"loop_params":{"value":{"n":{"value":0,"type":"LONG"}},)"
       R"("type":"MAP"}},"steps":[{"step":{"id":"b","transition":{},"type":"NoOp","params":{}}}]}}])");
}

TEST_CASE("loops nest") {
  auto x = read_good(jobs_with("- foreach:\n    id: a\n    jobs:\n    - foreach:\n        id: b\n"
                               "        dag: sequential\n        jobs:\n"
                               "        - job: {id: c, type: noop}\n"
                               "        - job: {id: d, type: noop}\n"));
  const auto& inner = x.workflow.steps[0].steps->front();
  CHECK(inner.id == "b");
  CHECK(transitions_of(*inner.steps)
        == std::vector<std::string>{R"({"successors":{"d":"true"}})", "{}"});
}

} // namespace tutti::test
