#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/child_run.hpp"
#include "runtime/engine/instance_judge.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/while_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

using model::run_status;
using model::step_status;

void instance_judge::finish_if_done() {
  if (mem_.running == 0 && mem_.state.launched && !over()) {
    finish(own_result());
    write_state();
  }
}

/// FAILED before TIMED_OUT before STOPPED before SUCCEEDED; nothing at all = FAILED (04a §7.2).
run_status instance_judge::own_result() const {
  auto any = false;
  auto timed_out = false;
  auto stopped = false;
  for (auto& step : mem_.steps) {
    if (!step.ended)
      continue;
    any = true;
    if (step.brief.status == step_status::fatally_failed
        || step.brief.status == step_status::internally_failed)
      return run_status::failed;
    timed_out = timed_out || step.brief.status == step_status::timed_out;
    stopped = stopped || step.brief.status == step_status::stopped;
  }
  if (!any)
    return run_status::failed;
  if (timed_out)
    return run_status::timed_out;
  return stopped ? run_status::stopped : run_status::succeeded;
}

void instance_judge::finish(run_status own) {
  auto& state = mem_.state;
  std::vector<bool> in_dag;
  for (auto& step : mem_.steps) {
    state.steps.push_back(step.brief);
    in_dag.push_back(step.in_dag);
  }
  state.status = aggregated_status(*mem_.run, own, state.steps, in_dag);
  if (state.status != own)
    state.own_status = own;
  state.end_time = std::max(around_.now, state.start_time);
  state.leaves = mem_.leaves;
  state.ending.reset();
  state.again.clear();
  if (state.timeout_due != 0)
    out_.timers.push_back({false, timer_kind::run_timeout, state.timeout_due, 0});
  state.timeout_due = 0;
  tell_parent();
  out_.at_rest = true;
}

void instance_judge::tell_parent() {
  for (auto client : mem_.waiters)
    out_.late_answers.emplace_back(client, ended_answer());
  mem_.waiters.clear();
  tell_step();
  auto& spec = mem_.run->spec;
  run_ended news{
    spec.instance_id,  spec.run_id, mem_.state.status, mem_.state.start_time, mem_.state.end_time,
    mem_.state.leaves, {}};
  // The loop may not know with what an iteration began that it has gone back to.
  if (is_round_of_while(*mem_.run) && mem_.state.status != run_status::succeeded)
    news.values = spec.loop_values;
  else if (is_round_of_while(*mem_.run)) {
    auto values = values_after(mem_, *around_.rows);
    if (values)
      news.values = std::move(*values);
    else
      broken_ = values.error();
  }
  auto to = spec.iteration
              ? loop_part_entity(spec.workflow_id, (spec.instance_id - 1) / chunk_size, spec.run_id)
              : workflow_entity(spec.workflow_id);
  out_.sends.push_back({std::move(to), make_message(std::move(news))});
}

/// The step that has started this run and follows it.
void instance_judge::tell_step() {
  auto& spec = mem_.run->spec;
  if (!spec.is_child || !spec.initiator.ancestors.back().sync.value_or(true))
    return;
  // A run that never began has no leaves, as it has no overview.
  auto leaves = mem_.state.launched ? leaves_before(mem_.run, *around_.rows)
                                    : result<leaf_counts>{leaf_counts{}};
  if (!leaves) {
    broken_ = leaves.error();
    return;
  }
  leaves->add(mem_.state.leaves);
  out_.sends.push_back(child_ended(spec, spec.uuid, mem_.state.status, std::move(*leaves)));
}

void instance_judge::write_state() {
  auto& spec = mem_.run->spec;
  auto key = rows::run_state(spec.workflow_id, spec.instance_id, spec.run_id);
  auto value = model::encode(mem_.state);
  for (auto& row : out_.rows)
    if (row.key == key) {
      row.value = std::move(value);
      return;
    }
  out_.rows.push_back({std::move(key), std::move(value)});
}

} // namespace tutti::engine
