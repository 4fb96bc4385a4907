#include "runtime/dsl/near_keys.hpp"
#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

using texts = std::vector<std::string>;

texts hints_of(std::string_view yaml) {
  std::vector<dsl::mistake> found;
  (void)dsl::read_workflow(yaml, {}, &found);
  texts out;
  for (const auto& x : found)
    out.push_back(to_string(x));
  return out;
}

/// What is said about a key of a workflow.
std::string in_workflow(std::string_view key) {
  return dsl::near_key_text(key, {});
}

std::string in_job(std::string_view key) {
  return dsl::near_key_text(key, model::step_kind::step);
}

std::string meant(std::string_view key) {
  return "found a key that becomes a param; did you mean \"" + std::string{key} + "\"?";
}

} // namespace

TEST_CASE("a key that becomes a param and looks like another gets a hint with its place") {
  CHECK(hints_of(workflow_with("stepConcurrency: 5"))
        == texts{"line 4, column 3: workflow.stepConcurrency: " + meant("step_concurrency")});
  CHECK(hints_of(jobs_with("- job: {id: a, type: noop, failureMode: x}"))
        == texts{"line 4, column 32: workflow.jobs[0].job.failureMode: " + meant("failure_mode")});
}

TEST_CASE("a hint changes nothing: the key is a param") {
  CHECK(params_json("runStrategy: x") == R"({"runStrategy":{"value":"x","type":"STRING"}})");
}

TEST_CASE("other spellings and slips of the pen are near a key") {
  CHECK(in_workflow("Run-Strategy") == meant("run_strategy"));
  CHECK(in_workflow("ID") == meant("id"));
  CHECK(in_workflow("workflow_concurency") == meant("workflow_concurrency"));
  CHECK(in_job("timout") == meant("timeout"));
  CHECK(in_job("failuer_mode") == meant("failure_mode"));
  CHECK(dsl::near_key_text("loopParams", model::step_kind::foreach) == meant("loop_params"));
  CHECK(dsl::near_key_text("subworkflowId", model::step_kind::subworkflow)
        == meant("subworkflow_id"));
  CHECK(dsl::near_key_text("Condition", model::step_kind::while_) == meant("condition"));
  CHECK(dsl::is_near("tpye", "type"));
  CHECK_FALSE(dsl::is_near("tope", "type"));
}

TEST_CASE("keys of the JSON form and of other tools get a hint") {
  for (auto key : {"retry_policy", "retryPolicy", "retries"})
    CHECK(in_job(key)
          == "found a key that becomes a param; the DSL has no key for a retry policy, definitions "
             "in JSON have \"retry_policy\"");
  CHECK(in_job("depends_on").find("\"transition\"") != std::string::npos);
  CHECK(in_job("params") == meant("job_params"));
  CHECK(in_workflow("params") == meant("workflow_params"));
  CHECK(in_workflow("steps") == meant("jobs"));
  CHECK(in_workflow("instance_step_concurrency").find("JSON") != std::string::npos);
}

TEST_CASE("names that params may well have get no hint") {
  for (auto key :
       {"day", "date", "script", "command", "env", "owned_by", "limit", "names", "n", ""})
    CHECK(in_workflow(key).empty());
  for (auto key :
       {"script", "command", "sleep_seconds", "interpreter", "working_dir", "env", "jobs"})
    CHECK(in_job(key).empty());
  CHECK(in_workflow(std::string(5000, 'x')).empty());
  CHECK(hints_of(workflow_with("\"!stepConcurrency<long>\": a")).empty());
}

TEST_CASE("a transition to a job that does not exist gets a hint with its place") {
  CHECK(
    hints_of(jobs_with("- job: {id: load, type: noop, transition: [IF x THEN sore]}\n"
                       "- job: {id: store, type: noop}"))
    == texts{"line 4, column 48: workflow.jobs[0].job.transition[0]: there is no job \"sore\" at "
             "this level, expected one of load, store; did you mean \"store\"?"});
  CHECK(
    hints_of("workflow:\n  id: w\n  jobs: [job: {id: a, type: noop}]\n  dag: {a: [b]}")
    == texts{"line 4, column 13: workflow.dag.a[0]: there is no job \"b\" at this level, expected "
             "one of a"});
}

TEST_CASE("jobs are known at their own level only, and not where one has no id") {
  CHECK(hints_of(jobs_with("- job: {id: a, type: noop, transition: [f]}\n"
                           "- foreach:\n    id: f\n    jobs:\n"
                           "      - job: {id: x, type: noop, transition: [y, a]}\n"
                           "      - job: {id: y, type: noop}\n"
                           "- job: {id: b, type: noop, transition: [x]}"))
          .size()
        == 2);
  CHECK(hints_of(jobs_with("- job: {id: a, type: noop, transition: [b]}\n- job: {type: noop}"))
          .empty());
}

TEST_CASE("hints are given beside mistakes, and the first twenty at most") {
  CHECK(hints_of(workflow_with("runStrategy: x\ndag: 5")).size() == 1);
  std::string keys;
  for (auto i = 0; i < 30; ++i)
    keys += "step_concurrency" + std::to_string(i) + ": 1\n";
  CHECK(hints_of(workflow_with(keys)).size() == dsl::mistake_limit);
}

TEST_CASE("a key that is missing names the one that was probably meant") {
  CHECK(mistakes_of("workflow:\n  id: w\n  Jobs: []\n")
        == texts{"line 1, column 1: workflow.jobs: missing, expected a list of jobs; found the key "
                 "\"Jobs\" in line 3, did you mean \"jobs\"?"});
  CHECK(mistakes_of(jobs_with("- job: {ID: a, type: noop}"))
        == texts{"line 4, column 7: workflow.jobs[0].job.id: missing, expected a text; found the "
                 "key \"ID\" in line 4, did you mean \"id\"?"});
}

TEST_CASE("step_concurrency is a key of the workflow") {
  auto x = read_good(workflow_with("step_concurrency: 100"));
  CHECK(x.properties->step_concurrency == 100);
  CHECK(x.workflow.params->empty());
  CHECK(read_good(workflow_with("step_concurrency:")).properties->step_concurrency == 20);
  CHECK(mistakes_of(workflow_with("step_concurrency: many"))
        == texts{"line 4, column 21: workflow.step_concurrency: found text \"many\", expected an "
                 "integer"});
}

TEST_CASE("a typed key or an expression named step_concurrency stays a param") {
  auto x = read_good(workflow_with("\"step_concurrency<long>\": 7"));
  CHECK(x.properties->step_concurrency == 20);
  CHECK(x.workflow.params->size() == 1);
}

} // namespace tutti::test
