#pragma once

#include "runtime/engine/outcome.hpp"

#include <string>

namespace tutti::engine {

/// What a start is made of.
struct start_inputs {
  const model::workflow* definition = nullptr;
  const model::workflow_version* version = nullptr;
  const model::properties_snapshot* snapshot = nullptr;
  std::int64_t internal_id = 0;
  const start_run* request = nullptr;
};

/// Builds the immutable part of a fresh run: merges and evaluates its parameters, checks run
/// params and tags, parses the timeout (spec 04a §4). Instance and run numbers stay 0.
/// Errors: bad_request (params, tags), unprocessable (timeout).
result<run_spec> build_run(const start_inputs& in, const surroundings& around);

/// Prepares the next run of an ended one (spec 04a §4 Restart, §8): policy, parameters and, unless
/// everything runs again, the steps to run. `view` is the aggregated view of all runs so far.
result<run_spec> build_restart(const run_context& previous, const std::vector<carried_step>& view,
                               model::run_status status, const restart_instance& request,
                               const surroundings& around);

/// The parameters of an iteration with the `changes` of a restart.
result<model::param_map> restarted_params(const run_context& run, const model::param_map& changes,
                                          const surroundings& around);

/// The first entry of a run's timeline: who or what started it.
model::timeline_event initiator_event(const model::initiator& who, time_ms now);

} // namespace tutti::engine
