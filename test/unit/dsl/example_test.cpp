#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

constexpr std::string_view example_yaml = R"yaml(workflow:
  id: sample_etl
  owner: alice
  run_strategy: parallel
  workflow_concurrency: 3
  timeout: 2 hours
  tags: [team_a]
  day: 20240101
  "label(constant)": "run-${day}"
  "!next<long>(mutable_on_start)": day + 1
  "cfg<pmap>":
    name: x
    "!size<long>": 1 + 1
  jobs:
    - job:
        id: prep
        type: NoOp
        msg: "hi ${day}"
        transition:
          - IF day > 10 THEN work
          - OTHERWISE skip_it
    - foreach:
        id: work
        concurrency: 2
        ranges:
          i: {from: 1, to: 10, increment: 3}
        loop_params:
          name: [a, b, c]
        jobs:
          - job: {id: inner, type: Sleep, sleep_seconds: 1}
    - while:
        id: loop
        condition: n < 3
        loop_params: {n: 0}
        jobs:
          - job: {id: body, type: NoOp, "!n<long>": n + 1}
    - subworkflow:
        id: skip_it
        workflow_id: other_wf
        version: active
        sync: false
  dag: {loop: [prep]}
)yaml";

constexpr std::string_view example_json = R"json(
{"properties":{"owner":"alice","run_strategy":{"rule":"PARALLEL","workflow_concurrency":3},"step_concurrency":20},
 "workflow":{"id":"sample_etl","tags":[{"name":"team_a"}],"timeout":"2 hours",
  "params":{"day":{"value":20240101,"type":"LONG"},
   "label":{"value":"run-${day}","type":"STRING","mode":"CONSTANT"},
   "next":{"expression":"day + 1","type":"LONG","mode":"MUTABLE_ON_START"},
   "cfg":{"value":{"name":{"value":"x","type":"STRING"},"size":{"expression":"1 + 1","type":"LONG"}},"type":"MAP"}},
  "steps":[
   {"step":{"id":"prep","transition":{"successors":{"work":"day > 10","skip_it":"!((day > 10))"}},"type":"NoOp",
     "params":{"msg":{"value":"hi ${day}","type":"STRING"}}}},
   {"foreach":{"id":"work","transition":{},"concurrency":2,
     "params":{"loop_params":{"value":{"name":{"value":["a","b","c"],"type":"STRING_ARRAY"},
       "i":{"expression":"Util.intsBetween(1, 10, 3);","type":"LONG_ARRAY"}},"type":"MAP"}},
     "steps":[{"step":{"id":"inner","transition":{},"type":"Sleep","params":{"sleep_seconds":{"value":1,"type":"LONG"}}}}]}},
   {"while":{"id":"loop","transition":{"successors":{"prep":"true"}},"condition":"n < 3",
     "params":{"loop_params":{"value":{"n":{"value":0,"type":"LONG"}},"type":"MAP"}},
     "steps":[{"step":{"id":"body","transition":{},"type":"NoOp","params":{"n":{"expression":"n + 1","type":"LONG"}}}}]}},
   {"subworkflow":{"id":"skip_it","transition":{},"sync":false,
     "params":{"subworkflow_id":{"value":"other_wf","type":"STRING"},
               "subworkflow_version":{"value":"active","type":"STRING"}}}}]},
 "is_active":true}
)json";

} // namespace

TEST_CASE("the example of the manual becomes exactly the request shown beside it") {
  auto expected = model::parse_json<model::workflow_create_request>(example_json);
  REQUIRE_MESSAGE(expected.has_value(), (expected ? "" : expected.error().message));
  auto got = read_good(example_yaml);
  CHECK(model::json_text(got) == model::json_text(*expected));
  CHECK(got == *expected);
}

TEST_CASE("the output of one step feeds a foreach, as in the article on backfills") {
  auto steps = steps_json(R"(- job:
    id: step1
    type: shell
    command: [backfill, --list]
    transition: [step2]
- foreach:
    id: step2
    loop_params:
      date: ${dates@step1}
    jobs:
      - job: {id: load, type: shell, script: "load ${date}"})");
  CHECK(
    steps
    == R"x([{"step":{"id":"step1","transition":{"successors":{"step2":"true"}},"type":"Shell",)x"
       R"x("params":{"command":{"value":["backfill","--list"],"type":"STRING_ARRAY"}}}},)x"
       R"x({"foreach":{"id":"step2","transition":{},"params":{"loop_params":{"value":{"date":)x"
       R"x({"expression":"step1__dates","type":"LONG_ARRAY"}},"type":"MAP"}},"steps":[{"step":)x"
       R"x({"id":"load","transition":{},"type":"Shell","params":{"script":)x"
       R"x({"value":"load ${date}","type":"STRING"}}}}]}}])x");
}

} // namespace tutti::test
