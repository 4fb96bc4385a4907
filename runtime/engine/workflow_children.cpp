#include "runtime/engine/child_run.hpp"
#include "runtime/engine/workflow_judge.hpp"

/// Runs that steps of other workflows have ordered (spec 04c §5).
namespace tutti::engine::workflow_rules {

/// An order that came again finds the run that the first one made.
status judge::tell_known(const start_run& order, const rows::run_reference& known) {
  auto summary = summary_of({known.instance_id, known.run_id});
  if (!summary)
    return summary.error();
  run_spec twin;
  twin.workflow_id = mem_.state.workflow_id;
  twin.instance_id = known.instance_id;
  twin.run_id = known.run_id;
  twin.uuid = order.uuid;
  twin.version_id = *summary ? (*summary)->version_id : 0;
  twin.initiator = order.request.initiator;
  todo_.out.sends.push_back(child_started(twin));
  return unit{};
}

status judge::on_terminate_child(const terminate_child& x) {
  auto known = request_of(x.request);
  if (!known)
    return known.error();
  if (!*known)
    return unit{}; // It was refused, or its order is on its way: then the step says it again.
  run_id run{(*known)->instance_id, (*known)->run_id};
  auto summary = summary_of(run);
  if (!summary)
    return summary.error();
  if (!*summary || is_terminal((*summary)->status))
    return unit{};
  if ((*summary)->queued)
    return end_queued(run, model::run_status::stopped, x.how.caller, x.how.reason);
  todo_.out.sends.push_back(
    {instance_entity(mem_.state.workflow_id, run.first, run.second), make_message(x.how)});
  return unit{};
}

} // namespace tutti::engine::workflow_rules
