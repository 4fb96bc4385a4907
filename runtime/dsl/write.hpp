#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"

#include <string>
#include <vector>

/// Definitions as documents of the DSL, the way back of `dsl.hpp` (spec 01 §15).
namespace tutti::dsl {

/// A document and how it differs from the definition, found by reading it again. Each difference
/// begins with a path in the JSON form, `workflow.steps[2].step.retry_policy`.
struct written_workflow {
  std::string yaml;
  /// What the document does not say, as the DSL has no way to: triggers, signals, retry policies,
  /// job templates, … In the order of the JSON form; at most `mistake_limit`.
  std::vector<std::string> lost;
  /// What it says in addition: reading a document fills in a run strategy and a step concurrency.
  std::vector<std::string> added;
};

/// Writes as much of a definition as the DSL can say. `ec::bad_request` if not even that is
/// readable as a document: it has no id, no jobs, names that no key can hold, or is over the limits
/// of documents; the reasons are in `details`, with the document at the end.
result<written_workflow> write_workflow(const model::workflow_create_request& x);

} // namespace tutti::dsl
