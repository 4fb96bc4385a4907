#pragma once

#include "runtime/dsl/params.hpp"
#include "runtime/model/definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

/// Edges between jobs (spec 01 §15.6).
namespace tutti::dsl {

/// The ids of the jobs of one level, which transitions may lead to.
struct level_ids {
  std::vector<std::string_view> list;
  std::unordered_set<std::string_view> all;
};

/// Reads a list of `job_id`, `IF condition THEN job_id` and `OTHERWISE job_id` into successors and
/// their conditions. An id that is not among `ids` is hinted at: the graph check refuses it later,
/// without its place. Without `ids` nobody knows yet which jobs there are.
/// @pre the node is a list
ordered_map<std::string> read_transition(const node& list, const path& where, const level_ids* ids,
                                         report& out);

struct job {
  model::step step;
  /// Whether it lists transitions itself; then a `dag` does not touch it.
  bool own_transition = false;
};

/// Adds the edges of a `dag` (`sequential`, `parallel`, or a map) to the jobs of its level.
void apply_dag(const entry& dag, std::vector<job>& jobs, const path& where, const level_ids* ids,
               report& out);

} // namespace tutti::dsl
