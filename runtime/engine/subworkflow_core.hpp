#pragma once

#include "runtime/engine/step_core.hpp"

/// The child of a subworkflow or template step: an ordinary run of another workflow, which lives in
/// shards of its own (spec 04c §5). The step orders it by a request id that its attempt always
/// makes the same, and hears of it by `child_news`.
///
/// A template step runs the workflow that its `sub_type` names, with the parameters of the step
/// only; its param `template_version` says which version, `active` if absent.
namespace tutti::engine {

/// Orders the child: a new instance, or, in a restarted run, the next run of the child that the
/// step had in its latest earlier run. Errors: bad_request (no target, too deep); corrupt.
result<child_state> order_subworkflow(const step_memory& memory, const surroundings& around,
                                      outcome& out);

/// Tells the child to end, wherever it is on its way. An asynchronous one is left alone.
void terminate_subworkflow(const child_state& child, const terminate_run& how, outcome& out);

} // namespace tutti::engine
