#pragma once

#include "runtime/engine/step_core.hpp"

/// The loop of a foreach step: a bounded window over iterations that live on all shards
/// (spec 04c §3). Only counters, intervals and the bits of what runs are kept.
namespace tutti::engine {

/// Prepares the loop: counts iterations, names the inline workflow, finds the limit.
/// Errors: bad_request (no array, too many iterations): the step fails fatally.
result<foreach_state> begin_loop(const step_memory& memory, const surroundings& around);

/// Orders the iteration that a restart asks for, if it does; once, before any other.
void launch_target(step_memory& memory, const surroundings& around, outcome& out);

/// Orders as many iterations as the window has room for.
void launch_iterations(step_memory& memory, const surroundings& around, outcome& out);

/// Counts iterations that ended. Bits that were not running are ignored: a report counts once.
void count_iterations(foreach_state& loop, const iterations_ended& report);

/// Tells all chunks that run something to end it.
void terminate_loop(const step_memory& memory, const terminate_run& how, outcome& out);

std::int64_t running_count(const foreach_state& loop);

/// Nothing runs and nothing will be launched any more.
bool loop_is_over(const step_memory& memory);

/// What the loop amounts to once it is over (spec 04c §3.2 item 7).
model::step_status loop_result(const foreach_state& loop);

} // namespace tutti::engine
