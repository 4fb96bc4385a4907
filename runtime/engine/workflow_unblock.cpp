#include "runtime/engine/workflow_judge.hpp"

/// Failed runs that stand in nobody's way any more (spec 04a §5.5, 04d §7).
namespace tutti::engine::workflow_rules {

using model::run_status;

namespace {

model::timeline_event unblock_event(time_ms now, const std::string& caller, std::string message,
                                    std::string reason) {
  model::timeline_event event;
  event.timestamp = now;
  event.type = model::timeline_type::action;
  event.action = "UNBLOCK";
  event.author = caller;
  event.message = std::move(message);
  event.reason = std::move(reason);
  return event;
}

} // namespace

status judge::on_unblock(const unblock_runs& x) {
  if (x.instance_id == 0)
    return unblock_all(x.caller);
  // Rows that a deletion is about to erase must not be written again.
  if (mem_.state.latest_version == 0)
    return refuse(not_found(mem_.state.workflow_id));
  auto target = action_target(x.instance_id, x.run_id);
  if (!target)
    return target.error();
  if (!*target)
    return unit{};
  auto summary = summary_of(**target);
  if (!summary)
    return summary.error();
  auto run = **target;
  auto now = summary->value_or(run_summary{});
  if (now.status != run_status::failed) {
    // The list of runs does not follow each one; what is not queued and has not ended runs.
    auto shown = now.status == run_status::created && !now.queued ? run_status::in_progress
                                                                  : now.status;
    return refuse({ec::bad_request, "Cannot unblock a workflow instance [" + mem_.state.workflow_id
                                      + "][" + std::to_string(run.first) + "]["
                                      + std::to_string(run.second) + "] from status ["
                                      + std::string{to_string(shown)}
                                      + "] as it is not FAILED status"});
  }
  return unblock_one(run, std::move(now), x.caller);
}

status judge::unblock_one(run_id run, run_summary failed, const std::string& caller) {
  auto& state = mem_.state;
  auto event = unblock_event(around_.now, caller, "Unblocked the workflow instance.",
                             "[API] call to UNBLOCK a failed workflow instance run.");
  instance_acted done{state.workflow_id,    run.first, run.second, run_status::failed, true, event,
                      "The action is done."};
  if (blocks(state, failed)) {
    failed.unblocked = true;
    happen(failure_cleared{run.first, run.second, std::move(failed)});
    todo_.out.sends.push_back({instance_entity(state.workflow_id, run.first, run.second),
                               make_message(note_run{std::move(event)})});
  } else
    done.info = "The action is done without any operation.";
  todo_.out.answer = std::move(done);
  return dequeue();
}

status judge::unblock_all(const std::string& caller) {
  auto& state = mem_.state;
  auto count = state.blocking_failures;
  if (count > 0)
    happen(failures_cleared{});
  todo_.out.answer = workflow_acted{state.workflow_id, 0,
                                    unblock_event(around_.now, caller,
                                                  "Unblocked [" + std::to_string(count)
                                                    + "] failed workflow instances.",
                                                  "Unblock workflow [" + state.workflow_id + "]")};
  return dequeue();
}

} // namespace tutti::engine::workflow_rules
