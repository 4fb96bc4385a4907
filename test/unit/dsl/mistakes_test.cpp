#include "test/unit/dsl/reading.hpp"

namespace tutti::test {

namespace {

using texts = std::vector<std::string>;

/// The mistakes of a workflow with these keys, without its path.
texts of_keys(std::string_view keys) {
  return mistakes_of(workflow_with(keys));
}

texts of_jobs(std::string_view jobs) {
  return mistakes_of(jobs_with(jobs));
}

bool ends_with_hint(const texts& found, std::string_view word) {
  return found.size() == 1 && found[0].ends_with("; did you mean \"" + std::string{word} + "\"?");
}

bool begins_with(const texts& found, std::string_view text) {
  return found.size() == 1 && found[0].starts_with(text);
}

} // namespace

// -- the document ---------------------------------------------------------------------------------

TEST_CASE("an error names line, column, path, what was found and what is expected") {
  auto got = dsl::read_workflow(jobs_with("- foreach:\n    id: f\n    jobs: []\n    ranges:\n"
                                          "      i: {from: 1, to: ten}\n"));
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().code == ec::bad_request);
  CHECK(
    got.error().message
    == "line 8, column 28: workflow.jobs[0].foreach.ranges.i.to: found text \"ten\", expected an "
       "integer");
  CHECK(got.error().details == texts{got.error().message});
}

TEST_CASE("all mistakes are told at once, in the order of their places") {
  auto got
    = dsl::read_workflow("workflow:\n  dag: sequental\n  id: w\n  jobs: 5\n  '!x<lng>': a\n");
  REQUIRE_FALSE(got.has_value());
  const auto& all = got.error().details;
  REQUIRE(all.size() == 3);
  CHECK(all[0].starts_with("line 2, column 8: workflow.dag: found text \"sequental\""));
  CHECK(all[1] == "line 4, column 9: workflow.jobs: found integer 5, expected a list of jobs");
  CHECK(all[2].starts_with("line 5, column 3: workflow.!x<lng>: unknown param type \"lng\""));
  CHECK(got.error().message == all[0] + " (and 2 more)");
}

TEST_CASE("of many mistakes the first twenty are told and all are counted") {
  std::string keys;
  for (auto i = 0; i < 3000; ++i)
    keys += "k" + std::to_string(i) + ":\n";
  auto got = dsl::read_workflow(workflow_with(keys));
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().details.size() == dsl::mistake_limit);
  CHECK(got.error().details.front()
        == "line 4, column 3: workflow.k0: found nothing, expected a value");
  CHECK(got.error().message.ends_with("(and 2999 more)"));
}

TEST_CASE("columns count characters") {
  CHECK(of_keys("{ä: ö, x: }").size() == 1);
  CHECK(mistakes_of("workflow: {id: w, jobs: [], ä: ö, x: }")
        == texts{"line 1, column 35: workflow.x: found nothing, expected a value"});
}

TEST_CASE("an empty document has no root key") {
  CHECK(mistakes_of("")
        == texts{"line 1, column 1: the document is empty, expected the root key "
                 "workflow"});
  CHECK(mistakes_of("# nothing\n") == mistakes_of(""));
}

TEST_CASE("another root key is refused, with a hint where it is nearly right") {
  CHECK(
    mistakes_of("workflw:\n  id: w")
    == texts{"line 1, column 1: found the root key \"workflw\", expected a map with one root key, "
             "workflow; did you mean \"workflow\"?"});
  CHECK(mistakes_of("WORKFLOW: {id: w}")[0].ends_with("did you mean \"workflow\"?"));
  CHECK(mistakes_of("id: w\njobs: []")[0].ends_with("indent the other keys below it"));
  CHECK(
    begins_with(mistakes_of("workflow:\nid: w"), "line 2, column 1: found the root key \"id\""));
  CHECK(begins_with(mistakes_of("workflow: {}\nWorkflow: {}"),
                    "line 2, column 1: found a second root key"));
  CHECK(mistakes_of("[1]")
        == texts{"line 1, column 1: found a list, expected a map with one root key, workflow"});
  CHECK(mistakes_of("workflow: x")
        == texts{"line 1, column 11: workflow: found text \"x\", expected a map"});
}

TEST_CASE("broken YAML is refused with its place and a hint") {
  auto why = [](const std::string& line) {
    return mistakes_of("workflow:\n  id: w\n  " + line + "\n  jobs: []\n");
  };
  CHECK(begins_with(why("a: b: c"), "line 3, column 7: the text is not valid YAML: "));
  CHECK(begins_with(why("\ta: b"), "line 3, column "));
  CHECK(why("a: @b")[0].ends_with("; a text that begins with @ must be put in quotes"));
  CHECK(why("a: *b")[0].ends_with("; a text that begins with * must be put in quotes"));
  CHECK(
    why("a: {x: ${b}}")[0].ends_with("a text that has one of []{}, in it must be put in quotes"));
  CHECK(why("!next: day")[0].ends_with("; a key that begins with ! must be put in quotes"));
  CHECK(why("!next<long>: day")[0].ends_with("; a key that begins with ! must be put in quotes"));
}

TEST_CASE("a quote that is never closed is found") {
  CHECK(mistakes_of("workflow:\n  id: w\n  a: \"b\n  jobs: []\n")
        == texts{"line 3, column 6: the text is not valid YAML: this quote is never closed"});
  CHECK(mistakes_of("workflow:\n  id: w\n  jobs: []\n  a: &k 'it''s\n")[0].ends_with(
    "this quote is never closed"));
}

TEST_CASE("a text that is closed on the last line is fine") {
  CHECK(params_json("a: \"x\\\"\"") == R"({"a":{"value":"x\"","type":"STRING"}})");
  CHECK(params_json("a: 'it''s'") == R"({"a":{"value":"it's","type":"STRING"}})");
}

TEST_CASE("bytes that are no text are refused") {
  CHECK(mistakes_of("workflow: {id: w, jobs: [], a: \"\xFF\"}")
        == texts{"line 1, column 33: the text is not UTF-8 from here on"});
  CHECK(mistakes_of("workflow: {id: w, jobs: []}\n\x04 more")
        == texts{"line 2, column 1: found the control character 4, which YAML does not allow"});
}

TEST_CASE("a second document is refused, an end mark is not") {
  CHECK(begins_with(mistakes_of("workflow: {id: w, jobs: []}\n---\na: 1\n"),
                    "line 3, column 1: a second document begins here"));
  CHECK(mistakes_of("---\nworkflow: {id: w, jobs: []}\n...\n") == texts{"none"});
}

TEST_CASE("keys that are used twice are found at every level") {
  CHECK(
    of_keys("a: 1\na: 2\nb: {c: 1, c: 2}")
    == texts{"line 5, column 3: workflow: the key \"a\" is used twice; it stands already in line 4",
             "line 6, column 13: workflow.b: the key \"c\" is used twice; it stands already in "
             "line 6"});
}

TEST_CASE("tags, merge keys and keys that are no names are refused") {
  CHECK(of_keys("a: !!python/tuple [1, 2]")
        == texts{"line 4, column 6: workflow.a: the YAML tag !!python/tuple is not supported"});
  CHECK(begins_with(of_keys("<<: {a: 1}"), "line 4, column 3: workflow: merge keys (<<) are not"));
  CHECK(
    begins_with(of_keys("? [a]\n: 1"), "line 4, column 5: workflow: found a list or map in place"));
  CHECK(
    begins_with(of_keys("~: 1"), "line 4, column 3: workflow: found nothing in place of a key"));
}

// -- params ---------------------------------------------------------------------------------------

TEST_CASE("unknown types and modes list the known ones and may have a hint") {
  CHECK(of_keys("x(imutable): 1")
        == texts{
          "line 4, column 3: workflow.x(imutable): unknown param mode \"imutable\", expected one "
          "of mutable, mutable_on_start_restart, mutable_on_start, immutable, constant; did you "
          "mean \"immutable\"?"});
  CHECK(ends_with_hint(of_keys("x<sting>: a"), "string"));
  CHECK(of_keys("x<pigeon>: a")[0].find("expected one of string, long,") != std::string::npos);
}

TEST_CASE("keys that do not parse show the form of keys") {
  for (auto key : {"'! x'", "'x<long'", "'x)'", "'a b'", "''", "'!'", "'<long>'"}) {
    CAPTURE(key);
    CHECK(of_keys(std::string{key} + ": 1")[0].find("expected a name such as x, !x, x<long>")
          != std::string::npos);
  }
}

TEST_CASE("two keys that give one name are a mistake") {
  CHECK(of_keys("x: 1\n'!x<long>': 2")
        == texts{
          "line 5, column 3: workflow.!x<long>: the param \"x\" is given twice in this map, here "
          "and as \"x\""});
}

TEST_CASE("a given type must be the type of the value") {
  CHECK(of_keys("y<long>: 1.5")
        == texts{"line 4, column 12: workflow.y<long>: Type mismatch for param [y]: specified type "
                 "[LONG] does not match implied type [DOUBLE] of number 1.5"});
  CHECK(begins_with(of_keys("w<map>: {}"), "line 4, column 11: workflow.w<map>: Type mismatch"));
  CHECK(begins_with(of_keys("x<string_map>: {a: 1}"), "line 4, column 18: "));
  CHECK(of_keys("x<double>: 1")[0].ends_with("write it with a point, such as 1.0"));
  CHECK(of_keys("x<array<double>>: [1]")[0].ends_with(
    "write the first item with a point, such as 1.0"));
  CHECK(of_keys("x<long>: a + 1")[0].ends_with("if it is an expression, begin the key with !"));
}

TEST_CASE("values of params that have no type are refused") {
  CHECK(of_keys("x:") == texts{"line 4, column 3: workflow.x: found nothing, expected a value"});
  CHECK(begins_with(of_keys("x: 99999999999999999999"),
                    "line 4, column 6: workflow.x: found an integer of more than 64 bits"));
  CHECK(
    begins_with(of_keys("x: .inf"), "line 4, column 6: workflow.x: found a number that is not"));
  CHECK(begins_with(of_keys("'!x': {a: 1}"),
                    "line 4, column 9: workflow.!x: found a map, expected an"));
  CHECK(begins_with(of_keys("'!x':"), "line 4, column 3: workflow.!x: found nothing"));
}

TEST_CASE("items that do not fit their list are refused") {
  CHECK(of_keys("x: [1, a]")
        == texts{
          "line 4, column 10: workflow.x[1]: found text \"a\", expected an integer like the first "
          "item of the list"});
  CHECK(begins_with(of_keys("x: [a, 1]"), "line 4, column 10: workflow.x[1]: found integer 1"));
  CHECK(begins_with(of_keys("x: [a, ~]"), "line 4, column 10: workflow.x[1]: found nothing"));
  CHECK(
    begins_with(of_keys("x: [1.5, yes]"), "line 4, column 12: workflow.x[1]: found boolean yes"));
  CHECK(begins_with(of_keys("x: [on, 1]"), "line 4, column 11: workflow.x[1]: found integer 1"));
  CHECK(begins_with(of_keys("x: [[1]]"), "line 4, column 7: workflow.x[0]: found a list"));
  CHECK(begins_with(of_keys("x: [{a: 1}]"), "line 4, column 7: workflow.x[0]: found a map"));
  CHECK(
    begins_with(of_keys("x: [1, 1e30]"), "line 4, column 10: workflow.x[1]: found number 1e30"));
}

TEST_CASE("mistakes inside a map have the path of the entry") {
  CHECK(begins_with(of_keys("x: {y: {'z<lng>': 1}}"), "line 4, column 11: workflow.x.y.z<lng>: "));
}

// -- workflow -------------------------------------------------------------------------------------

TEST_CASE("a workflow needs an id and jobs") {
  CHECK(mistakes_of("workflow: {a: 1}")
        == texts{"line 1, column 1: workflow.id: missing, expected a text",
                 "line 1, column 1: workflow.jobs: missing, expected a list of jobs"});
}

TEST_CASE("members of the workflow are checked") {
  CHECK(of_keys("owner: {name: a}")
        == texts{"line 4, column 10: workflow.owner: found a map, expected a text"});
  CHECK(of_keys("owner: 5")
        == texts{"line 4, column 10: workflow.owner: found integer 5, expected a text; put it in "
                 "quotes"});
  CHECK(ends_with_hint(of_keys("run_strategy: paralel"), "PARALLEL"));
  CHECK(ends_with_hint(of_keys("criticality: hig"), "HIGH"));
  CHECK(begins_with(of_keys("workflow_concurrency: many"), "line 4, column 25: "));
  CHECK(begins_with(of_keys("run_strategy: sequential\nworkflow_concurrency: 2"),
                    "line 5, column 25: workflow.workflow_concurrency: found 2, expected 1"));
  CHECK(begins_with(of_keys("tags: a"), "line 4, column 9: workflow.tags: found text \"a\""));
  CHECK(begins_with(of_keys("tags: [a, {name: b}]"),
                    "line 4, column 13: workflow.tags[1]: found a map"));
  CHECK(
    begins_with(of_keys("tags: [a, a]"), "line 4, column 13: workflow.tags[1]: the tag \"a\" is"));
  CHECK(begins_with(of_keys("timeout: [1]"), "line 4, column 12: workflow.timeout: found a list"));
  CHECK(
    begins_with(of_keys("workflow_params: 5"), "line 4, column 20: workflow.workflow_params: "));
}

// -- jobs -----------------------------------------------------------------------------------------

TEST_CASE("an item of jobs is a map with one key, its kind") {
  CHECK(
    of_jobs("- jop: {id: a}")
    == texts{"line 4, column 7: workflow.jobs[0]: found the key \"jop\", expected a map with one "
             "key, one of job, subworkflow, foreach, while; did you mean \"job\"?"});
  CHECK(begins_with(of_jobs("- a"), "line 4, column 7: workflow.jobs[0]: found text \"a\""));
  CHECK(begins_with(of_jobs("- {}"), "line 4, column 7: workflow.jobs[0]: found an empty map"));
  CHECK(
    begins_with(of_jobs("- job: a"), "line 4, column 12: workflow.jobs[0].job: found text \"a\""));
  CHECK(of_jobs("- job:\n  id: a")
        == texts{
          "line 5, column 7: workflow.jobs[0]: found the key \"id\" beside \"job\", expected one "
          "key; indent the keys of the job deeper than its kind"});
}

TEST_CASE("a job needs an id and a type") {
  CHECK(
    of_jobs("- job: {name: a}")
    == texts{"line 4, column 7: workflow.jobs[0].job.id: missing, expected a text",
             "line 4, column 7: workflow.jobs[0].job.type: missing, expected a step type or a job "
             "template"});
}

TEST_CASE("an unknown type of a job may have a hint") {
  CHECK(
    of_jobs("- job: {id: a, type: Slep}")
    == texts{"line 4, column 26: workflow.jobs[0].job.type: found text \"Slep\", which is no step "
             "type, and there is no job template of that name in version \"default\"; did you mean "
             "\"Sleep\"?"});
}

TEST_CASE("a type that has a key of its own is refused as the type of a job") {
  CHECK(
    begins_with(of_jobs("- job: {id: a, type: FOREACH}"),
                "line 4, column 26: workflow.jobs[0].job.type: found text \"FOREACH\", expected"));
}

TEST_CASE("an id that is used twice is found, in other levels too") {
  CHECK(
    of_jobs("- foreach:\n    id: a\n    jobs:\n    - job: {id: a, type: noop}")
    == texts{"line 7, column 21: workflow.jobs[0].foreach.jobs[0].job.id: the job id \"a\" is used "
             "already in line 5"});
}

TEST_CASE("members of jobs are checked") {
  CHECK(ends_with_hint(of_jobs("- job: {id: a, type: noop, failure_mode: ignore_failur}"),
                       "IGNORE_FAILURE"));
  CHECK(begins_with(of_jobs("- job: {id: a, type: noop, job_params: x}"), "line 4, column 44: "));
  CHECK(begins_with(of_jobs("- job: {id: a, type: noop, transition: b}"), "line 4, column 44: "));
  CHECK(begins_with(of_jobs("- subworkflow: {id: a, sync: maybe}"),
                    "line 4, column 34: workflow.jobs[0].subworkflow.sync: found text \"maybe\", "
                    "expected true or false"));
  CHECK(begins_with(of_jobs("- foreach: {id: a, jobs: [], concurrency: 1.5}"),
                    "line 4, column 47: workflow.jobs[0].foreach.concurrency: found number 1.5"));
}

TEST_CASE("loops need jobs, and a while needs loop params and a condition") {
  CHECK(
    of_jobs("- foreach: {id: a}")
    == texts{"line 4, column 7: workflow.jobs[0].foreach.jobs: missing, expected a list of jobs"});
  auto found = of_jobs("- while: {id: a}");
  REQUIRE(found.size() == 3);
  CHECK(found[0].starts_with("line 4, column 7: workflow.jobs[0].while.loop_params: missing"));
  CHECK(found[1].starts_with("line 4, column 7: workflow.jobs[0].while.condition: missing"));
  CHECK(found[2].starts_with("line 4, column 7: workflow.jobs[0].while.jobs: missing"));
}

TEST_CASE("ranges are maps of from, to and increment") {
  auto range = [](const std::string& text) {
    return of_jobs("- foreach: {id: a, jobs: [], ranges: {i: " + text + "}}");
  };
  CHECK(
    begins_with(range("5"), "line 4, column 46: workflow.jobs[0].foreach.ranges.i: found integer"));
  CHECK(ends_with_hint(range("{to: 1, incremnt: 2}"), "increment"));
  CHECK(
    begins_with(range("{to: n + 1}"), "line 4, column 51: workflow.jobs[0].foreach.ranges.i.to: "));
}

// -- transitions ----------------------------------------------------------------------------------

TEST_CASE("entries of a transition that do not parse say what is expected") {
  auto entry = [](const std::string& text) {
    auto found = of_jobs("- job: {id: a, type: noop, transition: [" + text + "]}");
    CHECK(begins_with(found, "line 4, column 45: workflow.jobs[0].job.transition[0]: "));
    return found[0];
  };
  CHECK(entry("IF x b").ends_with("expected THEN and a job id after the condition"));
  CHECK(entry("IF").ends_with("expected THEN and a job id after the condition"));
  CHECK(entry("IF THEN b").ends_with("expected a condition between IF and THEN"));
  CHECK(entry("IF x THEN b c").ends_with("expected one job id after THEN"));
  CHECK(entry("OTHERWISE").ends_with("expected one job id after OTHERWISE"));
  CHECK(entry("OTHRWISE b").ends_with("did you mean \"OTHERWISE\"?"));
  CHECK(entry("b c").ends_with(
    R"(expected "job_id", "IF condition THEN job_id" or "OTHERWISE job_id")"));
  CHECK(entry("{IF x: y}").find("put the text in quotes if it has a colon in it")
        != std::string::npos);
}

TEST_CASE("OTHERWISE that is not the last entry is a mistake") {
  CHECK(
    of_jobs("- job: {id: a, type: noop, transition: [OTHERWISE b, c]}")
    == texts{"line 4, column 45: workflow.jobs[0].job.transition[0]: OTHERWISE must be the last "
             "entry"});
}

TEST_CASE("a dag is a known word or a map of known jobs to lists") {
  CHECK(of_keys("dag: sequental")
        == texts{"line 4, column 8: workflow.dag: found text \"sequental\", expected sequential, "
                 "parallel, or a map of job ids; did you mean \"sequential\"?"});
  CHECK(begins_with(of_keys("dag: [a]"), "line 4, column 8: workflow.dag: found a list"));
  CHECK(begins_with(of_keys("dag: {a: a}"),
                    "line 4, column 12: workflow.dag.a: found text \"a\", expected a list"));
  CHECK(mistakes_of("workflow: {id: w, jobs: [job: {id: load, type: noop}], dag: {laod: [load]}}")
        == texts{
          "line 1, column 62: workflow.dag.laod: there is no job \"laod\" among the jobs of this "
          "dag; did you mean \"load\"?"});
}

} // namespace tutti::test
