#pragma once

#include "runtime/engine/message.hpp"
#include "runtime/engine/store_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A restart goes from the run where it begins down to the run or step that was asked for
/// (spec 04d §5). Its path is kept reversed, so the node of the run at hand is the last one.
namespace tutti::engine {

/// How the runs below a step begin.
struct restart_below {
  model::run_policy policy = model::run_policy::start_fresh_new_run;
  /// Only where the path goes on below the step; its last node is the child then.
  std::optional<model::restart_config> restart;
};

/// What a step hands down. `own`: the step was begun again by hand, which counts before the run.
restart_below restart_below_step(const run_context& run, const std::optional<step_again>& own,
                                 std::string_view step_id);

/// The policy of the run that the path ends with.
model::run_policy policy_at_end(const model::restart_config& x);

/// The step that a run restarts, or null. Other roots of its graph are dormant.
const std::string* restarted_step(const run_spec& run);

/// The run is what was asked for: restart parameters count here.
bool is_target(const model::restart_config& x);

/// The parameters that a restart gives to a step, or null.
const model::param_map* step_restart_params(const run_context& run,
                                            const std::optional<step_again>& own,
                                            std::string_view step_id);

/// Roots that wait for a restart of their own, by position (spec 04a §8).
std::vector<bool> dormant_roots(const run_context& run, const std::vector<bool>& in_dag);

/// Steps that a restart begins with: those that are not complete, and the one that was asked for.
std::vector<std::string> first_steps(const std::vector<carried_step>& view,
                                     const model::restart_config* restart);

/// What clients of the original read where a step was begun again by hand.
std::string restart_note(const std::string& caller);

/// The lowest number for the runs of a loop that no earlier run or attempt of the step has used:
/// the number of its run, unless the step was begun again by hand before.
result<std::int64_t> next_loop_run(const entity_id& step, std::int64_t attempt,
                                   const row_reader& rows);

} // namespace tutti::engine
