#include "runtime/engine/build_run.hpp"
#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/child_run.hpp"
#include "runtime/engine/instance_judge.hpp"
#include "runtime/engine/instance_progress.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"
#include "runtime/params/limits.hpp"

#include <utility>

namespace tutti::engine {

using model::run_status;
using model::step_status;

// Restarts: of a run that has ended, and of a step while its run goes on (spec 04d §5).

namespace {

/// The step with which a restart begins here, or null.
const std::string* step_of(const restart_instance& x) {
  if (!x.restart || x.restart->restart_path.empty())
    return nullptr;
  auto& step = x.restart->restart_path.back().step_id;
  return step ? &*step : nullptr;
}

error bad(std::string why) {
  return {ec::bad_request, std::move(why)};
}

/// What a client gives to the run or step that it restarts.
status check_given(const restart_instance& x, const surroundings& around) {
  if (!x.restart || x.child)
    return unit{};
  auto most = static_cast<std::size_t>(around.options->run_params_max);
  if (x.restart->restart_params)
    if (auto ok = params::check_run_params(*x.restart->restart_params, most); !ok)
      return ok;
  if (x.restart->step_restart_params)
    for (auto& step : *x.restart->step_restart_params)
      if (auto ok = params::check_run_params(step.second, most); !ok)
        return ok;
  return unit{};
}

} // namespace

/// A child that has succeeded has nothing left to run: its step goes on with it as it is.
status instance_judge::adopt_success(const restart_instance& x) {
  auto leaves = leaves_before(mem_.run, *around_.rows);
  if (!leaves)
    return leaves.error();
  leaves->add(mem_.state.leaves);
  auto spec = mem_.run->spec;
  spec.initiator = x.initiator;
  out_.sends.push_back(child_ended(spec, x.child->request, mem_.state.status, std::move(*leaves)));
  out_.at_rest = true;
  return unit{};
}

status instance_judge::on_restart(const restart_instance& x) {
  if (!mem_.run)
    return refuse(
      {ec::not_found, "Workflow instance run " + to_string(mem_.id) + " has not been created yet"});
  if (auto ok = check_given(x, around_); !ok)
    return refuse(ok.error());
  if (!over() && step_of(x) && !x.child)
    return restart_step(x);
  if (!over())
    return refuse(bad("Cannot restart workflow instance " + to_string(mem_.id) + " in status "
                      + std::string{to_string(mem_.state.status)}
                      + "; stop it first or wait for its end"));
  if (mem_.run->loop || (mem_.run->spec.is_child && !x.child))
    return refuse(
      {ec::conflict, "Workflow instance " + to_string(mem_.id)
                       + " has ended by now, so that its restart begins at the instance "
                         "above; please try again"});
  // The next run reads what this one and its loops left: that must have reached the rows.
  auto applied = end_is_applied();
  if (!applied)
    return applied.error();
  if (!*applied)
    return error{ec::unavailable, "the end of run " + to_string(mem_.id) + " is not on disk yet"};
  if (x.child && x.policy == model::run_policy::restart_from_incomplete
      && mem_.state.status == run_status::succeeded)
    return adopt_success(x);
  std::vector<bool> in_dag = dag_of_run(*mem_.run);
  auto view = aggregated_view(*mem_.run, mem_.state.steps, in_dag);
  auto next = build_restart(*mem_.run, view, mem_.state.status, x, around_);
  if (!next)
    return refuse(next.error());
  out_.sends.push_back({workflow_entity(mem_.id.workflow_id),
                        make_message(admit_restart{std::move(*next), around_.client})});
  out_.at_rest = true;
  return unit{};
}

// -- a step of a run that goes on -----------------------------------------------------------------

namespace {

/// The sentence that clients of the original see.
error not_restartable(const entity_id& step, step_status status) {
  return bad("Cannot manually RESTART the step " + to_string(step) + " as its status ["
             + std::string{to_string(status)}
             + "] is either non-terminal or complete while the workflow instance or its ancestor "
               "workflow instances is still non-terminal.");
}

bool ends_others(const model::step& definition) {
  auto mode = definition.failure_mode;
  return mode.value_or(model::failure_mode::fail_after_running)
         != model::failure_mode::fail_after_running;
}

/// The status that a dormant root has from earlier runs.
step_status status_before(const run_spec& run, const std::string& step_id) {
  for (auto& x : run.carried)
    if (x.step_id == step_id && x.run_id != 0)
      return x.status;
  return step_status::not_created;
}

bool may_begin_again(step_status x) {
  return model::is_terminal(x) && !model::is_complete(x) && !model::is_retryable(x);
}

} // namespace

status instance_judge::restart_step(const restart_instance& x) {
  auto& id = *step_of(x);
  auto at = mem_.run->workflow->position(id);
  auto step = step_entity(mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id, id);
  if (at == compiled_workflow::npos || !mem_.steps[at].in_dag)
    return refuse(bad("Cannot manually RESTART the step " + to_string(step)
                      + " as it is not in the graph of its run"));
  if (mem_.state.ending)
    return refuse({ec::conflict, "Cannot manually RESTART the step " + to_string(step)
                                   + " as its run is being ended; please try again"});
  auto& progress = mem_.steps[at];
  if (!progress.started) {
    auto status = progress.dormant && mem_.state.launched ? status_before(mem_.run->spec, id)
                                                          : step_status::not_created;
    if (!may_begin_again(status))
      return refuse(not_restartable(step, status));
    begin_again(at, {}, x);
    return unit{};
  }
  auto latest = load_step(step, mem_.run, *around_.rows);
  if (!latest)
    return latest.error();
  auto status = latest->state.state.status;
  if (!progress.ended || model::is_complete(progress.brief.status))
    return refuse(not_restartable(step, progress.ended ? progress.brief.status : status));
  // Its rows must have reached the end that this run knows of.
  if (latest->state.attempt != progress.brief.attempt || !may_begin_again(status)) {
    out_.not_yet = true;
    return unit{};
  }
  if (ends_others(mem_.run->workflow->workflow.steps[at]))
    return refuse(bad("Cannot manually RESTART the step " + to_string(step)
                      + " while its run goes on as its failure mode is not FAIL_AFTER_RUNNING"));
  begin_again(at, latest->state, x);
  return unit{};
}

void instance_judge::begin_again(std::size_t at, const step_state& before,
                                 const restart_instance& x) {
  auto& step = mem_.steps[at];
  auto& spec = mem_.run->spec;
  auto& id = mem_.run->workflow->workflow.steps[at].id;
  step_again again{id, before.attempt + 1, *x.restart, x.run_params, x.caller};
  if (step.started)
    mem_.leaves.subtract(leaves_of(before));
  step.started = true;
  step.ended = false;
  step.brief = {step_status::created, before.attempt, 0, 0};
  ++mem_.running;
  std::erase_if(mem_.state.again, [&](auto& y) { return y.step_id == id; });
  mem_.state.again.push_back(again);
  start_step order;
  order.run = mem_.run;
  order.upstream = mem_.params;
  order.again = std::move(again);
  out_.sends.push_back({step_entity(spec.workflow_id, spec.instance_id, spec.run_id, id),
                        make_message(std::move(order))});
  started done{spec.workflow_id,
               mem_.run->version_id(),
               spec.instance_id,
               spec.run_id,
               spec.uuid,
               start_status::created,
               model::log_event(around_.now, model::log_level::info, restart_note(x.caller)),
               id,
               before.attempt + 1};
  out_.answer = std::move(done);
  write_state();
}

} // namespace tutti::engine
