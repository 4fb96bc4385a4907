#pragma once

#include "runtime/engine/run.hpp"
#include "runtime/engine/store_reader.hpp"

/// Leaf steps that earlier runs of an instance have run and a later one does not (spec 04a §9).
namespace tutti::engine {

/// Whether steps of a type have runs of their own below them.
bool has_runs_below(model::step_type type);

/// The leaves of a step as the run `x.run_id` of the same instance has left it.
result<leaf_counts> leaves_of_carried(const run_ptr& run, const carried_step& x,
                                      const row_reader& rows);

/// The leaves of all steps that `run` does not run again: the base of its rollup.
result<leaf_counts> leaves_before(const run_ptr& run, const row_reader& rows);

} // namespace tutti::engine
