#include "runtime/dsl/schema.hpp"
#include "runtime/dsl/yaml_json.hpp"
#include "test/support/json_schema.hpp"
#include "test/support/places.hpp"
#include "test/unit/dsl/reading.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tutti;

namespace {

const test::json_schema_checker& checker() {
  static const test::json_schema_checker one{dsl::json_schema()};
  return one;
}

std::string flaw_of(const std::string& yaml) {
  const auto value = dsl::yaml_to_json(yaml);
  REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
  return checker().flaw_of(*value);
}

/// Documents that the reader takes.
const char* const good[] = {
  "workflow: {id: w, jobs: []}",
  "Workflow: {id: 12, jobs: [], name: ~, owner: ann, run_strategy: Parallel, workflow_concurrency: "
  "3}",
  "workflow: {id: w, tags: [a, 1], timeout: 2 hours, criticality: hIgH, dag: sequential, jobs: []}",
  "workflow: {id: w, jobs: [], a: 1, b: [1, 2], c: {x: y}, d: {x: 1, '!e': 1 + 1}, '!f<long>': g}",
  "workflow: {id: w, jobs: [], 'x<Long> (Mutable)': 1, 'y<array<string>>': [], '!z': [1, [2]]}",
  "workflow: {id: w, jobs: [], m: {'content type': text}, workflow_params: {a: b}}",
  "workflow: {id: w, jobs: [JOB: {id: a, type: NoOp, x: 1, transition: [b, IF x THEN c, ~]}]}",
  "workflow: {id: w, jobs: [job: {id: a, type: my_template, type_version: 3, job_params: {a: 1}}]}",
  "workflow: {id: w, jobs: [subworkflow: {id: a, version: 3, sync: no}], dag: {a: [a]}}",
  "workflow: {id: w, jobs: [foreach: {id: f, params: {a: [1]}, ranges: {i: {to: 3}}, jobs: []}]}",
  "workflow: {id: w, jobs: [while: {id: f, loop_params: {n: 0}, condition: n < 3, jobs: []}]}",
};

/// Documents with one mistake each.
const char* const bad[] = {
  "workflow: [1]",
  "workflows: {id: w, jobs: []}",
  "{workflow: {id: w, jobs: []}, Workflow: {id: w, jobs: []}}",
  "workflow: {jobs: []}",
  "workflow: {id: w}",
  "workflow: {id: w, jobs: {}}",
  "workflow: {id: w, jobs: ~}",
  "workflow: {id: w, jobs: [], owner: 1}",
  "workflow: {id: w, jobs: [], run_strategy: some}",
  "workflow: {id: w, jobs: [], workflow_concurrency: many}",
  "workflow: {id: w, jobs: [], tags: [a, a]}",
  "workflow: {id: w, jobs: [], tags: a}",
  "workflow: {id: w, jobs: [], 'x<int>': 1}",
  "workflow: {id: w, jobs: [], 'x(fixed)': 1}",
  "workflow: {id: w, jobs: [], 'x y': 1}",
  "workflow: {id: w, jobs: [], x: ~}",
  "workflow: {id: w, jobs: [], x: [1, a]}",
  "workflow: {id: w, jobs: [], x: [[1]]}",
  "workflow: {id: w, jobs: [], '!x': {a: b}}",
  "workflow: {id: w, jobs: [task: {id: a, type: NoOp}]}",
  "workflow: {id: w, jobs: [{job: {id: a, type: NoOp}, while: {}}]}",
  "workflow: {id: w, jobs: [job: {type: NoOp}]}",
  "workflow: {id: w, jobs: [job: {id: a}]}",
  "workflow: {id: w, jobs: [job: {id: a, type: NoOp, failure_mode: never}]}",
  "workflow: {id: w, jobs: [job: {id: a, type: NoOp, transition: b}]}",
  "workflow: {id: w, jobs: [], dag: [a]}",
  "workflow: {id: w, jobs: [], dag: {a: b}}",
  "workflow: {id: w, jobs: [foreach: {id: f}]}",
  "workflow: {id: w, jobs: [foreach: {id: f, jobs: [], ranges: {i: {till: 3}}}]}",
  "workflow: {id: w, jobs: [foreach: {id: f, jobs: [], ranges: {i: {to: x}}}]}",
  "workflow: {id: w, jobs: [while: {id: f, condition: x, jobs: []}]}",
};

} // namespace

TEST_CASE("documents that are read are valid by the schema") {
  for (const std::string text : good) {
    INFO(text);
    CHECK(
      dsl::read_workflow(text, [](auto, auto) { return std::optional{model::step_type::noop}; }));
    CHECK(flaw_of(text) == "");
  }
}

TEST_CASE("mistakes that a schema can see are seen") {
  for (const std::string text : bad) {
    INFO(text);
    CHECK(!dsl::read_workflow(text));
    CHECK(flaw_of(text) != "");
  }
}

TEST_CASE("all documents of the examples and the fixtures are valid by the schema") {
  namespace fs = std::filesystem;
  std::size_t count = 0;
  for (auto folder : {"/examples", "/../shared/fixtures/maestro"}) {
    const fs::path place = test::in_sources(folder);
    if (!fs::exists(place)) {
      MESSAGE("skipped: there is no " << folder);
      continue;
    }
    for (const auto& x : fs::recursive_directory_iterator{place}) {
      if (!x.is_regular_file())
        continue;
      std::ifstream in{x.path(), std::ios::binary};
      const std::string text{std::istreambuf_iterator<char>{in}, {}};
      if (x.path().extension() != ".yaml" || text.find("orkflow:") == std::string::npos)
        continue;
      ++count;
      INFO(x.path().filename().string());
      CHECK(flaw_of(text) == "");
    }
  }
  CHECK(count > 0);
}
