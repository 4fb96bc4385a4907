#include "runtime/engine/asked_values.hpp"
#include "runtime/engine/instance_judge.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

using model::run_status;

namespace {

constexpr std::size_t waiters_max = 1000;

} // namespace

// -- stop, timeout --------------------------------------------------------------------------------

/// The sentences that clients of the original see.
model::timeline_event instance_judge::ended_in_queue(const terminate_run& x, run_status as,
                                                     const std::string& asked) const {
  if (x.caller == strategy_caller)
    return model::log_event(around_.now, model::log_level::info, "[\"" + x.reason + "\"]");
  return model::log_event(around_.now, model::log_level::warn,
                          "Workflow instance status becomes [" + std::string{to_string(as)}
                            + "] due to reason [" + (x.reason.empty() ? asked : x.reason) + "]");
}

status instance_judge::on_terminate(const terminate_run& x) {
  auto& id = mem_.id;
  if (!mem_.run && around_.client == 0)
    return not_here_yet();
  if (!mem_.run)
    return refuse(
      {ec::not_found, "Workflow instance run " + to_string(id) + " has not been created yet"});
  auto target = x.kind == stop_kind::kill && !x.from_ancestor ? run_status::failed
                                                              : run_status::stopped;
  instance_acted done{id.workflow_id,
                      id.instance_id,
                      id.run_id,
                      mem_.state.status,
                      false,
                      model::log_event(around_.now, model::log_level::info,
                                       "User [" + x.caller + "] take an action to "
                                         + std::string{to_string(x.kind)}
                                         + " the running workflow instance run")};
  if (over()) {
    done.completed = mem_.state.status == target;
    if (!done.completed)
      return refuse({ec::bad_request, "Cannot " + std::string{to_string(x.kind)}
                                        + " workflow instance run " + to_string(id)
                                        + ": it has ended as "
                                        + std::string{to_string(mem_.state.status)}});
    out_.answer = std::move(done);
    return unit{};
  }
  if (!mem_.state.launched) {
    model::append_timeline(mem_.state.timeline, ended_in_queue(x, target, done.event.message));
    mem_.state.status = target;
    mem_.state.end_time = std::max(around_.now, mem_.run->spec.create_time);
    tell_parent();
    out_.at_rest = true;
    done.status = target;
    done.completed = true;
  } else if (!mem_.state.ending || x.kind == stop_kind::kill) {
    mem_.state.ended_by = done.event.message + (x.reason.empty() ? "" : " (" + x.reason + ")");
    mem_.state.ending = x;
    stop_running(x);
  }
  out_.answer = std::move(done);
  write_state();
  return unit{};
}

/// The workflow timeout: every step that is not complete ends TIMED_OUT (spec 04a §7.5).
status instance_judge::on_timer(const timer_fired& x) {
  if (x.kind != timer_kind::run_timeout || over() || mem_.state.timeout_due != x.due)
    return unit{};
  mem_.state.timeout_due = 0;
  if (!mem_.state.ending) {
    mem_.state.ending = terminate_run{stop_kind::time_out, "maestro", false,
                                      "The workflow instance run reached its timeout."};
    mem_.state.ended_by = mem_.state.ending->reason;
    stop_running(*mem_.state.ending);
  }
  write_state();
  return unit{};
}

// -- waiting clients ------------------------------------------------------------------------------

/// The run may still be on its way from its workflow, so an unknown one is waited for as well.
status instance_judge::on_await() {
  if (over())
    out_.answer = ended_answer();
  else if (mem_.waiters.size() >= waiters_max)
    return refuse({ec::overloaded, "too many clients wait for run " + to_string(mem_.id)});
  else
    mem_.waiters.push_back(around_.client);
  return unit{};
}

instance_acted instance_judge::ended_answer() const {
  return {mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id, mem_.state.status, true, {}};
}

// -- values for steps of other runs
// ----------------------------------------------------------------

result<bool> instance_judge::end_is_applied() const {
  auto row
    = around_.rows->get(rows::run_state(mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id));
  if (!row)
    return row.error();
  auto applied = *row ? model::decode<run_state>(**row) : result<run_state>{run_state{}};
  return applied && is_terminal(applied->status);
}

/// Of a run that goes on, what its steps have by now.
status instance_judge::on_ask(const ask_values& x) {
  if (!mem_.run)
    return not_here_yet();
  auto applied = over() ? end_is_applied() : result<bool>{true};
  if (!applied)
    return applied.error();
  if (!*applied) {
    out_.not_yet = true;
    return unit{};
  }
  auto value = value_of_step(mem_.id, x.step_id, x.param, *around_.rows);
  if (!value)
    return value.error();
  out_.sends.push_back(told(x, {std::move(*value)}));
  out_.at_rest = over();
  return unit{};
}

} // namespace tutti::engine
