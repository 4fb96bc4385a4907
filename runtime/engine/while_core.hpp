#pragma once

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/step_core.hpp"

/// The loop of a while step: one iteration after the other, each with the values that the one
/// before has left (spec 04c §4). Iterations are runs of an inline workflow, placed as those of a
/// foreach; a loop part launches each and reports its end.
namespace tutti::engine {

/// Prepares the loop: names the inline workflow, takes the first values, and goes on where an
/// earlier run of the step ended. Errors: bad_request (a loop param is no scalar, too deep).
result<while_state> begin_repeat(const step_memory& memory, const surroundings& around);

/// Evaluates the condition and orders the next iteration; false if the loop is done.
/// Errors: of the condition; bad_request when there are too many iterations.
result<bool> launch_next(step_memory& memory, const step_scope& scope, const surroundings& around,
                         outcome& out);

/// Counts the end of the iteration that runs; false if the report is about no such.
bool count_iteration(while_state& loop, const iterations_ended& report);

/// Tells the iteration that runs to end.
void terminate_while(const while_state& loop, const terminate_run& how, outcome& out);

/// Whether a run is an iteration of a while.
bool is_round_of_while(const run_context& run);

/// The loop values behind an iteration: of each parameter, the value of the last step that has one
/// of that name, those that an earlier run of the iteration has completed included.
result<model::value_map> values_after(const instance_memory& iteration, const row_reader& rows);

} // namespace tutti::engine
