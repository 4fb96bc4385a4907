#pragma once

#include "runtime/engine/run.hpp"
#include "runtime/engine/store_reader.hpp"

#include <optional>
#include <string>
#include <vector>

/// An iteration of a restarted loop goes on where its latest earlier run ended (spec 04c §3.4).
namespace tutti::engine {

struct iteration_restart {
  /// The earlier run succeeded: nothing is left to run.
  bool complete = false;
  std::vector<std::string> start_steps;
  std::vector<carried_step> carried;
  /// Leaves that the loop has counted and that run again.
  leaf_counts taken_back;
};

/// What is left of iteration `iteration` before run `run`; nothing if it never ran.
/// Errors: unavailable (an earlier run is not seen to be over yet: try again), corrupt.
result<std::optional<iteration_restart>> restart_of_iteration(const loop_ptr& loop,
                                                              std::int64_t iteration,
                                                              std::int64_t run,
                                                              const row_reader& reader);

} // namespace tutti::engine
