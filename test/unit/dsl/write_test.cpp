#include "runtime/dsl/write.hpp"
#include "test/support/random_definition.hpp"
#include "test/unit/dsl/reading.hpp"

#include <doctest/doctest.h>

using namespace tutti;
using namespace tutti::test;

namespace {

dsl::written_workflow written(const model::workflow_create_request& x) {
  auto out = dsl::write_workflow(x);
  if (!out)
    FAIL(out.error().message << "\n" << out.error().details.back());
  return out ? std::move(*out) : dsl::written_workflow{};
}

dsl::written_workflow written_json(const std::string& json) {
  const auto x = model::parse_json<model::workflow_create_request>(json);
  REQUIRE_MESSAGE(x, (x ? std::string{} : x.error().message));
  return written(*x);
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a document of every kind of key comes back as people write it") {
  const std::string text = R"yaml(workflow:
  id: etl
  name: "yes"
  owner: ann
  run_strategy: PARALLEL
  workflow_concurrency: 3
  step_concurrency: 20
  timeout: 2 hours
  tags: [team_a]
  day: 20240101
  label(constant): run-${day}
  "!next<long>(mutable_on_start)": day + 1
  cfg<pmap>:
    name: x
    "!size<long>": 1 + 1
  id<string>: a param
  none<array<long>>: []
  rate: 1.50
  script: |
    first
      second
  jobs:
    - job:
        id: prep
        type: NoOp
        msg: hi ${day}
        transition:
          - IF day > 10 THEN work
          - OTHERWISE skip
    - foreach:
        id: work
        concurrency: 2
        loop_params:
          name: [a, "b,c", "1"]
        ranges:
          i: {from: 1, to: 10, increment: 3}
        transition: [loop]
        jobs:
          - job:
              id: inner
              type: Sleep
              sleep_seconds: 1
    - while:
        id: loop
        condition: n < 3
        loop_params:
          n: 0
        jobs:
          - job:
              id: body
              type: NoOp
    - subworkflow:
        id: skip
        workflow_id: other
        version: "3"
        sync: false
)yaml";
  const auto out = written(read_good(text));
  CHECK(out.yaml == text);
  CHECK(out.lost.empty());
  CHECK(out.added.empty());
}

TEST_CASE("what the DSL has no key for is told") {
  const auto out = written_json(R"({"properties":{"owner":"ann"},"is_active":false,"workflow":{
    "id":"w","instance_step_concurrency":3,"steps":[
      {"step":{"id":"a","type":"NoOp","retry_policy":{"error_retry_limit":3}}},
      {"foreach":{"id":"f","strict_ordering":true,"params":{"loop_params":{"type":"MAP","value":{}}},
       "steps":[{"step":{"id":"b","type":"NoOp",
                 "params":{"p":{"type":"STRING","value":"x","validator":"true"}}}}]}}]}})");
  const auto cannot = ": the DSL cannot say this";
  CHECK(out.lost
        == texts{std::string{"workflow.instance_step_concurrency"} + cannot,
                 std::string{"workflow.steps[0].step.retry_policy"} + cannot,
                 std::string{"workflow.steps[1].foreach.strict_ordering"} + cannot,
                 std::string{"workflow.steps[1].foreach.steps[0].step.params.p.validator"} + cannot,
                 "is_active: false becomes true"});
  CHECK(out.added
        == texts{"properties.run_strategy: an object is added",
                 "properties.step_concurrency: 20 is added"});
}

TEST_CASE("a job template is named by its type, its version is lost") {
  const auto out = written_json(R"({"workflow":{"id":"w","steps":[{"step":{"id":"a",
    "type":"Kubernetes","sub_type":"spark","sub_type_version":"v1"}}]}})");
  CHECK(out.yaml.find("type: spark\n") != std::string::npos);
  CHECK(out.lost == texts{"workflow.steps[0].step.sub_type_version: the DSL cannot say this"});
}

TEST_CASE("a timeout in seconds stays the same timeout") {
  const auto out = written_json(
    R"({"workflow":{"id":"w","timeout":60,"steps":[{"step":{"id":"a","type":"NoOp"}}]}})");
  CHECK(out.lost.empty());
}

TEST_CASE("a definition that is no document is refused with reasons") {
  model::workflow_create_request x;
  const auto out = dsl::write_workflow(x);
  REQUIRE(out);
  x.workflow.params = model::param_map{{"bad name", model::make_param(model::value{true})}};
  const auto refused = dsl::write_workflow(x);
  REQUIRE(!refused);
  CHECK(refused.error().code == ec::bad_request);
  CHECK(refused.error().message.find("bad name") != std::string::npos);
}

TEST_CASE("generated definitions are the same after writing and reading documents") {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    INFO("seed " << seed);
    const auto made = definition_maker{seed, true}.make();
    const auto out = written(made);
    INFO(out.yaml);
    CHECK(out.lost == texts{});
    CHECK(out.added == texts{});
    CHECK(model::json_text(read_good(out.yaml)) == model::json_text(made));
  }
}
