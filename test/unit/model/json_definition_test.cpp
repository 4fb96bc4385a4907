#include "runtime/model/json.hpp"

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

namespace tutti::model {

namespace {

template <class T>
std::string again(std::string_view text) {
  auto x = parse_json<T>(text);
  return x ? json_text(*x) : x.error().message;
}

/// A request with one step of kind `step`, with more members.
std::string with_step(const std::string& members) {
  return R"({"workflow":{"id":"w","steps":[{"step":{"id":"a","type":"noop")" + members + "}}]}}";
}

} // namespace

TEST_CASE("the create request of the specification comes back in its normal form") {
  auto request = R"({"properties":{"owner":"alice","run_strategy":"parallel","step_concurrency":50},
 "is_active":true,"git_info":{"branch":"main","sha":"abc"},"dsl_lang":"json",
 "workflow":{"id":"demo","tags":["team_a",{"name":"b","namespace":"platform","cost":7}],
  "timeout":"6 hours","criticality":"low","instance_step_concurrency":10,
  "params":{"day":{"type":"LONG","value":20240101}},
  "steps":[
   {"step":{"id":"a","type":"noop","transition":{"successors":{"b":"true"}},
     "retry_policy":{"error_retry_limit":1,
       "backoff":{"type":"FIXED_BACKOFF","error_retry_backoff_in_secs":"1 min"}}}},
   {"foreach":{"id":"b","concurrency":3,"strict_ordering":true,
     "params":{"loop_params":{"type":"MAP","value":{"i":{"type":"LONG_ARRAY","value":[1,2]}}}},
     "steps":[{"step":{"id":"c","type":"Sleep",
       "params":{"sleep_seconds":{"type":"LONG","value":1}}}}]}}]}})";
  CHECK(again<workflow_create_request>(request)
        == R"({"properties":{"owner":"alice","run_strategy":{"rule":"PARALLEL",)"
           R"("workflow_concurrency":20},"step_concurrency":50},"workflow":{"id":"demo",)"
           R"("tags":[{"name":"team_a"},{"name":"b","namespace":"PLATFORM","cost":7}],)"
           R"("timeout":"6 hours","criticality":"LOW","instance_step_concurrency":10,)"
           R"("params":{"day":{"value":20240101,"type":"LONG"}},"steps":[{"step":{"id":"a",)"
           R"("transition":{"successors":{"b":"true"}},"type":"NoOp","retry_policy":)"
           R"({"error_retry_limit":1,"backoff":{"error_retry_backoff_in_secs":"1 min",)"
           R"("type":"FIXED_BACKOFF"}}}},{"foreach":{"id":"b","transition":{},"concurrency":3,)"
           R"("strict_ordering":true,"params":{"loop_params":{"value":{"i":{"value":[1,2],)"
           R"("type":"LONG_ARRAY"}},"type":"MAP"}},"steps":[{"step":{"id":"c","transition":{},)"
           R"("type":"Sleep","params":{"sleep_seconds":{"value":1,"type":"LONG"}}}}]}}]},)"
           R"("is_active":true,"git_info":{"branch":"main","sha":"abc"},"dsl_lang":"json"})");
}

TEST_CASE("a run strategy has four short forms") {
  CHECK(again<run_strategy>(R"("parallel")") == R"({"rule":"PARALLEL","workflow_concurrency":20})");
  CHECK(again<run_strategy>(R"("Last_Only")")
        == R"({"rule":"LAST_ONLY","workflow_concurrency":1})");
  CHECK(again<run_strategy>("7") == R"({"rule":"PARALLEL","workflow_concurrency":7})");
  CHECK(again<run_strategy>(R"({"rule":"parallel"})")
        == R"({"rule":"PARALLEL","workflow_concurrency":20})");
  CHECK(again<run_strategy>(R"({"rule":"sequential","workflow_concurrency":0})")
        == R"({"rule":"SEQUENTIAL","workflow_concurrency":0})");
}

TEST_CASE("other run strategies are refused") {
  for (auto x :
       {R"("5")", "1.5", "true", "[]", R"({"workflow_concurrency":1})",
        R"({"rule":"SEQUENTIAL","workflow_concurrency":2})", R"({"rule":"PARALLEL","x":1})"})
    CHECK_MESSAGE(!parse_json<run_strategy>(x), x);
}

TEST_CASE("a user is a text, or an object when it came as one") {
  CHECK(again<user>(R"("demo")") == R"("demo")");
  CHECK(again<user>(R"({"name":"demo"})") == R"({"name":"demo"})");
  CHECK(again<user>(R"({"name":"demo","x":{"y":1},"z":null})") == R"({"name":"demo","x":{"y":1}})");
  CHECK(!parse_json<user>("5"));
  CHECK(!parse_json<user>(R"({"x":1})"));
}

TEST_CASE("members that a step kind does not have are refused by path with the known ones") {
  CHECK(again<workflow_create_request>(with_step(R"(,"dependencies":[])"))
        == "workflow.steps[0].step.dependencies: unknown member, expected one of id, name, "
           "description, transition, type, sub_type, sub_type_version, failure_mode, retry_policy, "
           "tags, timeout, signal_dependencies, signal_outputs, params");
  CHECK(!parse_json<step>(R"({"foreach":{"id":"a","retry_policy":{}}})"));
  CHECK(!parse_json<step>(R"({"step":{"id":"a","type":"NoOp","sync":true}})"));
}

TEST_CASE("an error names the path, what is expected and what is found") {
  CHECK(again<workflow_create_request>(with_step(R"(,"retry_policy":{"error_retry_limit":true})"))
        == "workflow.steps[0].step.retry_policy.error_retry_limit: expected a number or text, "
           "found true");
  CHECK(again<workflow_create_request>(with_step(R"(,"timeout":-1)"))
        == "workflow.steps[0].step.timeout: expected a number that is not negative and has at most "
           "64 bits, found -1");
  CHECK(again<workflow_create_request>(with_step(R"(,"failure_mode":"NOPE")"))
        == "workflow.steps[0].step.failure_mode: expected one of FAIL_AFTER_RUNNING, "
           "FAIL_IMMEDIATELY, IGNORE_FAILURE, found \"NOPE\"");
}

TEST_CASE("unknown members can be skipped") {
  auto x = parse_text(with_step(R"(,"new":1)"));
  REQUIRE(x);
  CHECK(!from_json<workflow_create_request>(*x));
  CHECK(from_json<workflow_create_request>(*x, {.skip_unknown = true}));
}

TEST_CASE("the root of the paths can be given") {
  auto x = parse_text("[]");
  REQUIRE(x);
  auto read = from_json<git_info>(*x, {.root = "git_info"});
  REQUIRE(!read);
  CHECK(read.error().message == "git_info: expected an object, found a list");
}

TEST_CASE("a step has one wrapper of any letter case, and loops ignore a type") {
  CHECK(again<step>(R"({"Step":{"id":"a","type":"HTTP"}})")
        == R"({"step":{"id":"a","transition":{},"type":"Http"}})");
  CHECK(again<step>(R"({"while":{"id":"a","type":"x","condition":"true","steps":[]}})")
        == R"({"while":{"id":"a","transition":{},"condition":"true","steps":[]}})");
  CHECK(again<step>(R"({"template":{"id":"a","sub_type":"t","description":"d"}})")
        == R"({"template":{"description":"d","id":"a","sub_type":"t","transition":{}}})");
  CHECK(again<step>(R"({"subworkflow":{"id":"a","sync":"false"}})")
        == R"({"subworkflow":{"id":"a","transition":{},"sync":false}})");
  CHECK(!parse_json<step>(R"({"step":{"id":"a","type":"NoOp"},"foreach":{}})"));
  CHECK(!parse_json<step>(R"({"job":{"id":"a"}})"));
  CHECK(!parse_json<step>(R"({"step":{"id":"a"}})"));
}

TEST_CASE("conditions of other kinds are taken as their text") {
  CHECK(again<step_transition>(R"({"successors":{"b":true,"c":1}})")
        == R"({"successors":{"b":"true","c":"1"}})");
  CHECK(again<step_transition>(R"({"predecessors":["a","b","a"]})")
        == "predecessors: duplicate step id [a]");
  CHECK(!parse_json<step>(R"({"step":{"id":"a","type":"NoOp","transition":null}})"));
}

TEST_CASE("a backoff has the members of its type only") {
  CHECK(again<backoff>(R"({"type":"exponential_backoff","error_retry_exponent":2})")
        == R"({"error_retry_exponent":2,"type":"EXPONENTIAL_BACKOFF"})");
  CHECK(!parse_json<backoff>(R"({"type":"FIXED_BACKOFF","error_retry_exponent":2})"));
  CHECK(!parse_json<backoff>("{}"));
}

TEST_CASE("members that the server sets cannot be extras of a push") {
  auto text = std::string{R"({"workflow":{"id":"w"},"source":"s","create_time":1})"};
  CHECK(again<workflow_create_request>(text)
        == "create_time: is set by the server, expected no such member");
}

TEST_CASE("an explicit null for is_active is refused and an absent one means true") {
  CHECK(!parse_json<workflow_create_request>(R"({"workflow":{},"is_active":null})"));
  CHECK(parse_json<workflow_create_request>(R"({"workflow":{}})")->is_active);
}

TEST_CASE("a push without workflow is a violation") {
  auto x = parse_json<workflow_create_request>(R"({"workflow":null})");
  REQUIRE(!x);
  CHECK(x.error().details
        == std::vector<std::string>{"workflow [workflow definition] cannot be null"});
}

TEST_CASE("duplicate workflow tags and unknown tag namespaces are refused") {
  CHECK(again<workflow>(R"({"id":"w","tags":["a","a"]})") == "tags[1]: duplicate tag name [a]");
  CHECK(!parse_json<tag>(R"({"name":"a","namespace":"NOPE"})"));
  CHECK(!parse_json<std::vector<tag>>(R"("x")"));
}

TEST_CASE("access control must be absent or null") {
  CHECK(parse_json<properties>(R"({"access_control":null})"));
  CHECK(again<properties>(R"({"access_control":{}})")
        == "access_control: expected null, found an object");
}

TEST_CASE("a snapshot has its properties flat") {
  auto text
    = R"({"workflow_id":"w","create_time":5,"author":"a","owner":"o","step_concurrency":3})";
  CHECK(again<properties_snapshot>(text) == text);
  CHECK(!parse_json<properties_snapshot>(R"({"workflow_id":"w","properties":{}})"));
}

TEST_CASE("metadata keeps other members") {
  auto text = R"({"workflow_id":"w","workflow_version_id":1,"create_time":5,"version_author":"a",)"
              R"("git_info":{"sha":"s"},"source":{"x":[1.50]}})";
  CHECK(again<metadata>(text) == text);
}

} // namespace tutti::model
