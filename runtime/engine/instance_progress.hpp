#pragma once

#include "runtime/engine/instance_core.hpp"

/// How far the steps of a run are: the inside of `instance_core`.
namespace tutti::engine {

/// Makes the progress of all steps of a run that has not begun.
void set_up_steps(instance_memory& memory);

/// A complete step opens the way to its successors as far as its conditions say.
void release_children(instance_memory& memory, std::size_t at, const ordered_map<bool>& conditions);

/// Whether the step was told to begin again, and no attempt behind `attempt` is known yet.
bool is_to_begin_again(const instance_memory& memory, std::string_view step_id,
                       std::int64_t attempt);

} // namespace tutti::engine
