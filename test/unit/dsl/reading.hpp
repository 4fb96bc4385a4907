#pragma once

#include "runtime/dsl/dsl.hpp"
#include "runtime/model/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

/// Short forms for the tests of the DSL.
namespace tutti::test {

/// Reads a document that must be good.
inline model::workflow_create_request read_good(std::string_view yaml) {
  auto got = dsl::read_workflow(yaml);
  if (!got) {
    FAIL(got.error().message);
    return {};
  }
  return std::move(*got);
}

/// All mistakes of a document that must be bad.
inline std::vector<std::string> mistakes_of(std::string_view yaml) {
  auto got = dsl::read_workflow(yaml);
  if (got)
    return {"none"};
  CHECK(got.error().code == ec::bad_request);
  return got.error().details;
}

/// Lines of a block, indented for their place in a document.
inline std::string indented(std::string_view block, std::size_t by) {
  std::string out;
  while (!block.empty()) {
    auto end = block.find('\n');
    out += std::string(by, ' ') + std::string{block.substr(0, end)} + "\n";
    block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
  }
  return out;
}

/// A workflow `w` of one job `a`, and these keys, which begin in line 4, column 3.
inline std::string workflow_with(std::string_view keys) {
  return "workflow:\n  id: w\n  jobs: [job: {id: a, type: noop}]\n" + indented(keys, 2);
}

/// A workflow `w` with these jobs, which begin in line 4, column 5.
inline std::string jobs_with(std::string_view jobs) {
  return "workflow:\n  id: w\n  jobs:\n" + indented(jobs, 4);
}

/// The JSON of the workflow params that these keys give.
inline std::string params_json(std::string_view keys) {
  return model::json_text(read_good(workflow_with(keys)).workflow.params.value());
}

/// The JSON of the steps that these jobs give.
inline std::string steps_json(std::string_view jobs) {
  return model::json_text(read_good(jobs_with(jobs)).workflow.steps);
}

/// The JSON of the transition of each step, `{}` for none.
inline std::vector<std::string> transitions_of(const std::vector<model::step>& steps) {
  std::vector<std::string> out;
  for (const auto& x : steps)
    out.push_back(model::json_text(x.transition));
  return out;
}

} // namespace tutti::test
