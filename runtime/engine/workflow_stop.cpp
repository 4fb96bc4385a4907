#include "runtime/engine/workflow_judge.hpp"

namespace tutti::engine::workflow_rules {

using model::run_rule;
using model::run_status;

status judge::on_stop_all(const stop_workflow& x) {
  auto queued = mem_.queue.size();
  auto as = x.kind == stop_kind::kill ? run_status::failed : run_status::stopped;
  auto why = "All workflow instances of workflow id [" + mem_.state.workflow_id
             + "] are terminated to status [" + std::string{to_string(as)} + "] by the caller ["
             + x.caller + "]";
  while (!mem_.queue.empty())
    if (auto ok = end_queued(mem_.queue.front(), as, x.caller, why); !ok)
      return ok;
  auto running = mem_.running.size();
  for (auto run : mem_.running)
    terminate(run, x.kind, x.caller, why);
  model::timeline_event event;
  event.timestamp = around_.now;
  event.type = model::timeline_type::action;
  event.action = to_string(x.kind);
  event.author = x.caller;
  event.message = "Terminated [" + std::to_string(queued) + "] queued instances and terminating ["
                  + std::to_string(running) + "] running instances";
  todo_.out.answer = workflow_acted{mem_.state.workflow_id, 0, std::move(event)};
  return unit{};
}

/// The run that a client's action is about: the latest of the instance. None: refused already.
result<std::optional<run_id>> judge::action_target(std::int64_t instance, std::int64_t run) {
  auto name = "[" + mem_.state.workflow_id + "][" + std::to_string(instance) + "]";
  auto latest = latest_run(instance);
  if (!latest)
    return latest.error();
  std::optional<error> why;
  if (!*latest)
    why = error{ec::not_found, "Workflow instance " + name + " has not been created yet"};
  else if (run != 0 && run != (*latest)->second)
    why = error{ec::bad_request, "Cannot take the action on run [" + std::to_string(run)
                                   + "] of workflow instance " + name + ": the latest run is ["
                                   + std::to_string((*latest)->second) + "]"};
  if (!why)
    return latest;
  todo_.out.refusal = std::move(why);
  return std::optional<run_id>{};
}

status judge::on_stop(const stop_instance& x) {
  auto& state = mem_.state;
  auto target_run = action_target(x.instance_id, x.run_id);
  if (!target_run)
    return target_run.error();
  if (!*target_run)
    return unit{};
  auto run = **target_run;
  auto name = "[" + state.workflow_id + "][" + std::to_string(x.instance_id) + "]";
  auto summary = summary_of(run);
  if (!summary)
    return summary.error();
  auto now = summary->value_or(run_summary{});
  auto target = x.kind == stop_kind::kill ? run_status::failed : run_status::stopped;
  model::timeline_event event = model::log_event(around_.now, model::log_level::info,
                                                 "User [" + x.caller + "] take an action to "
                                                   + std::string{to_string(x.kind)}
                                                   + " the running workflow instance run");
  // The list of runs does not follow each one; what is not queued and has not ended runs.
  auto shown = now.status == run_status::created && !now.queued ? run_status::in_progress
                                                                : now.status;
  instance_acted done{state.workflow_id, run.first, run.second, shown, false, event, {}};
  if (now.status == target)
    done.completed = true;
  else if (is_terminal(now.status))
    return refuse({ec::bad_request, "Cannot " + std::string{to_string(x.kind)}
                                      + " workflow instance " + name + ": it has ended as "
                                      + std::string{to_string(now.status)}});
  else if (now.queued) {
    if (auto ok = end_queued(run, target, x.caller, event.message); !ok)
      return ok;
    done.status = target;
    done.completed = true;
  } else
    terminate(run, x.kind, x.caller, {});
  todo_.out.answer = std::move(done);
  return unit{};
}

} // namespace tutti::engine::workflow_rules
