#pragma once

#include "runtime/engine/outcome.hpp"

#include <string>

/// What a run that a step has started lets that step know (spec 04c §5).
namespace tutti::engine {

/// The run has its number.
envelope child_started(const run_spec& child);

/// The run is over. `request` names the step's order.
envelope child_ended(const run_spec& child, const std::string& request, model::run_status status,
                     leaf_counts leaves);

/// Turns the refusal of a step's order into news for the step; other refusals stay.
void tell_refusal(const message& order, outcome& out);

} // namespace tutti::engine
