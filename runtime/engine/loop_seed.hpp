#pragma once

#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/ids.hpp"

/// What foreach and while begin with: the name of the loop, what its iterations share, and what
/// earlier runs of the step have left (spec 04c §1, §2).
namespace tutti::engine {

model::loop_place place_of_loop(const step_memory& memory);

/// The shared part of all iterations, without loop values. `target`: the iteration that the restart
/// asks for and that has something left to run; 0 = none.
loop_spec make_loop_spec(const step_memory& memory, const std::string& inline_id,
                         std::int64_t inline_run, std::int64_t target, time_ms now);

/// Marks the shard as one that was given the loop; false if it was before.
bool seed(std::vector<std::uint64_t>& seeded, shard_no shard);

/// What the step hands down to its iterations. Errors: bad_request (the path goes on elsewhere).
result<restart_below> restart_of_loop(const step_memory& memory, const std::string& inline_id);

/// The iteration that the restart asks for; 0 = none.
std::int64_t target_of(const restart_below& below);

/// The attempt in which the runs before left the loop, if this attempt goes on with it: the latest
/// one since a run began from the beginning.
result<std::optional<step_state>> loop_before(const step_memory& memory, const row_reader& rows,
                                              bool (*has_begun)(const step_state&));

} // namespace tutti::engine
