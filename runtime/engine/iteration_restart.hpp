#pragma once

#include "runtime/engine/run.hpp"
#include "runtime/engine/store_reader.hpp"

#include <optional>
#include <string>
#include <vector>

/// An iteration of a restarted loop goes on where its latest earlier run ended (spec 04c §3.4).
namespace tutti::engine {

struct iteration_restart {
  /// The earlier run succeeded, and nothing was asked of it: nothing is left to run.
  bool complete = false;
  model::run_policy policy = model::run_policy::restart_from_incomplete;
  model::run_status status = model::run_status::succeeded; ///< of the earlier run
  model::value_map loop_values;                            ///< of a while: what it began with
  std::vector<std::string> start_steps;
  std::vector<carried_step> carried;
  /// Leaves that the loop has counted and that run again.
  leaf_counts taken_back;
};

/// The restart that a loop has for one of its iterations; null if it is not the one.
const model::restart_config* restart_for(const loop_spec& loop, std::int64_t iteration);

/// What is left of iteration `iteration` before run `run`, or what the restart asks for; nothing if
/// it never ran.
/// Errors: unavailable (an earlier run is not seen to be over yet: try again), corrupt.
result<std::optional<iteration_restart>> restart_of_iteration(const loop_ptr& loop,
                                                              std::int64_t iteration,
                                                              std::int64_t run,
                                                              const row_reader& reader);

} // namespace tutti::engine
