#pragma once

#include "runtime/dsl/params.hpp"
#include "runtime/model/definition.hpp"

#include <optional>
#include <string>
#include <vector>

/// Edges between jobs (spec 01 §15.6).
namespace tutti::dsl {

/// Reads a list of `job_id`, `IF condition THEN job_id` and `OTHERWISE job_id` into successors and
/// their conditions. @pre the node is a list
ordered_map<std::string> read_transition(const node& list, const path& where, report& out);

struct job {
  model::step step;
  /// Whether it lists transitions itself; then a `dag` does not touch it.
  bool own_transition = false;
};

/// Adds the edges of a `dag` (`sequential`, `parallel`, or a map) to the jobs of its level.
void apply_dag(const entry& dag, std::vector<job>& jobs, const path& where, report& out);

} // namespace tutti::dsl
