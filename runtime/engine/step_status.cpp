#include "runtime/engine/step_judge.hpp"

#include <algorithm>
#include <cassert>

namespace tutti::engine {

using model::step_status;

bool is_own_timeout(const terminate_run& how) {
  return how.kind == stop_kind::time_out && !how.from_ancestor && how.reason == step_timeout_reason;
}

/// The legal transitions of one attempt (spec 04b §3), in one place.
bool is_legal_step(step_status from, step_status to) {
  using enum step_status;
  if (from == to || model::is_terminal(from))
    return from == fatally_failed && to == completed_with_error;
  switch (to) {
    case created:
      return from == not_created;
    case unsatisfied:
      return from == created;
    case initialized:
      return from == created;
    case waiting_for_signals:
      return from == initialized || from == paused;
    case evaluating_params:
      return from == waiting_for_signals;
    case waiting_for_permits:
      return from == evaluating_params;
    case starting:
      return from == waiting_for_permits;
    case running:
      return from == starting;
    case finishing:
      return from == running;
    case succeeded:
      return from == finishing;
    case completed_with_error:
      return false;
    default:
      // Failures, stops, skips and timeouts may hit any status that is not terminal.
      return from != not_created;
  }
}

void stamp(model::step_runtime_state& state, step_status to, time_ms now) {
  using enum step_status;
  // Another node may lead now, whose clock is behind.
  now = std::max(now, state.modify_time.value_or(0));
  state.status = to;
  state.modify_time = now;
  switch (to) {
    case created:
      state.create_time = now;
      break;
    case initialized:
      state.initialize_time = now;
      break;
    case paused:
      state.pause_time = now;
      break;
    case waiting_for_signals:
      state.wait_signal_time = now;
      break;
    case evaluating_params:
      state.evaluate_param_time = now;
      break;
    case waiting_for_permits:
      state.wait_permit_time = now;
      break;
    case starting:
      state.start_time = now;
      break;
    case running:
      state.execute_time = now;
      break;
    case finishing:
      state.finish_time = now;
      break;
    default:
      if (model::is_terminal(to))
        state.end_time = now;
  }
}

} // namespace tutti::engine
