#include "runtime/base/overload.hpp"
#include "runtime/engine/child_run.hpp"
#include "runtime/engine/instance_judge.hpp"
#include "runtime/engine/instance_progress.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

using model::run_status;
using model::step_status;

bool run_state::operator==(const run_state&) const = default;

namespace {

constexpr std::int64_t default_timeout_ms = 10LL * 24 * 3600 * 1000;

} // namespace

status instance_judge::handle(const message& what) {
  catch_up();
  auto ok = dispatch(what);
  if (ok && broken_)
    return *broken_;
  return ok;
}

status instance_judge::dispatch(const message& what) {
  return std::visit(overload{
                      [&](const create_run& x) { return on_create(x); },
                      [&](const launch_run& x) { return on_launch(x); },
                      [&](const step_ended& x) { return on_step_ended(x); },
                      [&](const terminate_run& x) { return on_terminate(x); },
                      [&](const timer_fired& x) { return on_timer(x); },
                      [&](const restart_instance& x) { return on_restart(x); },
                      [&](const await_end&) { return on_await(); },
                      [&](const note_run& x) { return on_note(x); },
                      [&](const ask_values& x) { return on_ask(x); },
                      // Nothing else is meant for a run.
                      [&](const auto&) { return status{unit{}}; },
                    },
                    what);
}

// -- made, queued, launched -----------------------------------------------------------------------

result<run_ptr> instance_judge::context_of(const create_run& x) const {
  if (x.spec.iteration && x.loop)
    return std::make_shared<const run_context>(x.spec, x.loop->body, x.loop);
  if (x.compiled)
    return std::make_shared<const run_context>(x.spec, x.compiled, nullptr);
  if (x.definition) {
    auto made = compile(*x.definition);
    if (!made)
      return made.error();
    return std::make_shared<const run_context>(x.spec, *made, nullptr);
  }
  return load_context(x.spec, *around_.rows);
}

status instance_judge::on_create(const create_run& x) {
  if (mem_.run)
    return unit{};
  auto run = context_of(x);
  if (!run)
    return run.error();
  mem_.run = std::move(*run);
  set_up_steps(mem_);
  auto& spec = mem_.run->spec;
  out_.rows.push_back(
    {rows::run_spec(spec.workflow_id, spec.instance_id, spec.run_id), model::encode(spec)});
  if (x.definition)
    out_.rows.push_back({rows::definition(spec.workflow_id, spec.internal_id, spec.version_id),
                         model::encode(*x.definition)});
  if (x.ended_as) {
    mem_.state.status = *x.ended_as;
    mem_.state.start_time = mem_.state.end_time = std::max(around_.now, spec.create_time);
    if (!x.note.empty())
      model::append_timeline(mem_.state.timeline,
                             model::log_event(around_.now, model::log_level::info, x.note));
    tell_step();
    write_state();
    out_.at_rest = true;
    return unit{};
  }
  if (x.launch)
    begin();
  else
    out_.at_rest = true;
  write_state();
  return unit{};
}

status instance_judge::on_note(const note_run& x) {
  // A run that is not there was deleted meanwhile.
  if (!mem_.run)
    return unit{};
  model::append_timeline(mem_.state.timeline, x.event);
  write_state();
  return unit{};
}

status instance_judge::on_launch(const launch_run&) {
  if (!mem_.run)
    return not_here_yet();
  if (mem_.state.launched || over())
    return unit{};
  begin();
  write_state();
  return unit{};
}

void instance_judge::begin() {
  mem_.state.launched = true;
  mem_.state.status = run_status::in_progress;
  auto& spec = mem_.run->spec;
  // The workflow may be led by another node, whose clock is ahead.
  mem_.state.start_time = std::max(around_.now, spec.create_time);
  if (!spec.iteration) {
    model::append_timeline(mem_.state.timeline,
                           model::log_event(around_.now, model::log_level::info,
                                            "Workflow instance is dequeued."));
    // Iterations have no timeout of their own: their loop's run has one.
    mem_.state.timeout_due = around_.now
                             + (spec.timeout_ms > 0 ? spec.timeout_ms : default_timeout_ms);
    out_.timers.push_back({true, timer_kind::run_timeout, mem_.state.timeout_due, 0});
  }
  start_all_ready();
}

void instance_judge::start_all_ready() {
  for (std::size_t i = 0; i < mem_.steps.size(); ++i)
    if (mem_.steps[i].in_dag && mem_.steps[i].parents_left == 0 && !mem_.steps[i].dormant)
      start_ready(i);
  finish_if_done();
}

/// The rows from which this memory was made may know more than was acted on.
void instance_judge::catch_up() {
  if (!mem_.from_rows)
    return;
  mem_.from_rows = false;
  if (!mem_.run || !mem_.state.launched || over())
    return;
  auto& steps = mem_.run->workflow->workflow.steps;
  for (std::size_t i = 0; i < mem_.steps.size(); ++i)
    if (mem_.steps[i].ends_all)
      fail_immediately(steps[i].id);
  start_all_ready();
}

// -- steps ----------------------------------------------------------------------------------------

void instance_judge::start_ready(std::size_t at) {
  auto& step = mem_.steps[at];
  if (step.started)
    return;
  step.started = true;
  step.brief.status = step_status::created;
  ++mem_.running;
  auto& spec = mem_.run->spec;
  start_step order;
  order.satisfied = step.selected;
  order.ending = mem_.state.ending;
  order.run = mem_.run;
  order.upstream = mem_.params;
  order.fresh = true;
  out_.sends.push_back({step_entity(spec.workflow_id, spec.instance_id, spec.run_id,
                                    mem_.run->workflow->workflow.steps[at].id),
                        make_message(std::move(order))});
}

status instance_judge::on_step_ended(const step_ended& x) {
  if (!mem_.run || over())
    return unit{};
  auto at = mem_.run->workflow->position(x.step_id);
  if (at == compiled_workflow::npos || mem_.steps[at].ended
      || is_to_begin_again(mem_, x.step_id, x.attempt))
    return unit{};
  auto& step = mem_.steps[at];
  step.ended = true;
  step.brief = {x.status, x.attempt, x.start_time, x.end_time};
  --mem_.running;
  mem_.leaves.add(x.leaves);
  if ((x.params && !x.params->empty()) || mem_.run->workflow->asks_of_steps) {
    // Steps that were started hold the old list, so a new one is made.
    auto next = mem_.params ? std::make_shared<step_params>(*mem_.params)
                            : std::make_shared<step_params>();
    next->push_back({x.step_id, x.params, x.status, x.end_time});
    mem_.params = std::move(next);
  }
  auto fatal = x.status == step_status::fatally_failed && !x.ignore_failure_mode;
  if (fatal && x.failure_mode == model::failure_mode::fail_immediately)
    fail_immediately(x.step_id);
  // A loop counts on its own while it runs; here several of them add up.
  if (mem_.run->initiator().ancestors.empty() && !mem_.state.ending
      && mem_.leaves.total() > around_.options->leaf_steps_max) {
    model::append_timeline(mem_.state.timeline,
                           model::log_event(around_.now, model::log_level::error,
                                            "The run has more than "
                                              + std::to_string(around_.options->leaf_steps_max)
                                              + " leaf steps (option leaf-steps-max): it is "
                                                "stopped"));
    mem_.state.ending = terminate_run{stop_kind::stop, "maestro_end", false,
                                      "The run has too many leaf steps."};
    stop_running(*mem_.state.ending);
    write_state();
  }
  if (is_complete(x.status)) {
    release_children(mem_, at, x.conditions);
    for (auto child : mem_.run->workflow->dag.children[at])
      if (mem_.steps[child].in_dag && mem_.steps[child].parents_left == 0)
        start_ready(child);
  }
  finish_if_done();
  return unit{};
}

/// The failure mode FAIL_IMMEDIATELY of a step that failed (spec 04b §8).
void instance_judge::fail_immediately(const std::string& step_id) {
  if (mem_.state.ending)
    return;
  mem_.state.ending = terminate_run{stop_kind::stop, "MAESTRO_TASK", false,
                                    "Stop all steps because step [" + step_id
                                      + "] with FAIL_IMMEDIATELY mode is failed."};
  stop_running(*mem_.state.ending);
  write_state();
}

void instance_judge::stop_running(const terminate_run& how) {
  auto& spec = mem_.run->spec;
  for (std::size_t i = 0; i < mem_.steps.size(); ++i)
    if (mem_.steps[i].started && !mem_.steps[i].ended)
      out_.sends.push_back({step_entity(spec.workflow_id, spec.instance_id, spec.run_id,
                                        mem_.run->workflow->workflow.steps[i].id),
                            make_message(terminate_step{how})});
}

result<outcome> decide(instance_memory& memory, const message& what, const surroundings& around) {
  instance_judge j{memory, around};
  if (auto ok = j.handle(what); !ok)
    return ok.error();
  auto out = j.take();
  tell_refusal(what, out);
  return out;
}

} // namespace tutti::engine
