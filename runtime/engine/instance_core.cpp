#include "runtime/engine/instance_core.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/engine/asked_values.hpp"
#include "runtime/engine/build_run.hpp"
#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/child_run.hpp"
#include "runtime/engine/instance_progress.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/while_core.hpp"
#include "runtime/model/stored.hpp"

namespace tutti::engine {

using model::run_status;
using model::step_status;

bool run_state::operator==(const run_state&) const = default;

namespace {

constexpr std::int64_t default_timeout_ms = 10LL * 24 * 3600 * 1000;
constexpr std::size_t waiters_max = 1000;

/// One call of `decide`.
class judge {
public:
  judge(instance_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  outcome take() { return std::move(out_); }

  status handle(const message& what) {
    catch_up();
    auto ok = dispatch(what);
    if (ok && broken_)
      return *broken_;
    return ok;
  }

private:
  status dispatch(const message& what) {
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

  status on_create(const create_run& x);
  status on_launch(const launch_run& x);
  status on_step_ended(const step_ended& x);
  status on_terminate(const terminate_run& x);
  status on_timer(const timer_fired& x);
  status on_restart(const restart_instance& x);
  status adopt_success(const restart_instance& x);
  status on_await();
  status on_note(const note_run& x);
  status on_ask(const ask_values& x);
  result<bool> end_is_applied() const;

  bool over() const { return is_terminal(mem_.state.status); }

  /// An order overtook the one that makes the run, which waits for a row: try again later.
  error not_here_yet() const {
    return {ec::unavailable, "run " + to_string(mem_.id) + " is not made yet"};
  }

  status refuse(error why) {
    out_.refusal = std::move(why);
    return unit{};
  }

  void begin();
  void start_all_ready();
  void catch_up();
  void start_ready(std::size_t at);
  void stop_running(const terminate_run& how);
  void fail_immediately(const std::string& step_id);
  void finish_if_done();
  void finish(run_status own);
  run_status own_result() const;
  void tell_parent();
  void tell_step();
  model::timeline_event ended_in_queue(const terminate_run& x, run_status as,
                                       const std::string& asked) const;
  instance_acted ended_answer() const;
  void write_state();
  result<run_ptr> context_of(const create_run& x) const;

  instance_memory& mem_;
  const surroundings& around_;
  outcome out_;
  /// Rows that could not be read on the way.
  std::optional<error> broken_;
};

// -- made, queued, launched -----------------------------------------------------------------------

result<run_ptr> judge::context_of(const create_run& x) const {
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

status judge::on_create(const create_run& x) {
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
    mem_.state.start_time = mem_.state.end_time = around_.now;
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

status judge::on_note(const note_run& x) {
  // A run that is not there was deleted meanwhile.
  if (!mem_.run)
    return unit{};
  model::append_timeline(mem_.state.timeline, x.event);
  write_state();
  return unit{};
}

status judge::on_launch(const launch_run&) {
  if (!mem_.run)
    return not_here_yet();
  if (mem_.state.launched || over())
    return unit{};
  begin();
  write_state();
  return unit{};
}

void judge::begin() {
  mem_.state.launched = true;
  mem_.state.status = run_status::in_progress;
  mem_.state.start_time = around_.now;
  auto& spec = mem_.run->spec;
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

void judge::start_all_ready() {
  for (std::size_t i = 0; i < mem_.steps.size(); ++i)
    if (mem_.steps[i].in_dag && mem_.steps[i].parents_left == 0)
      start_ready(i);
  finish_if_done();
}

/// The rows from which this memory was made may know more than was acted on.
void judge::catch_up() {
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

void judge::start_ready(std::size_t at) {
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

status judge::on_step_ended(const step_ended& x) {
  if (!mem_.run || over())
    return unit{};
  auto at = mem_.run->workflow->position(x.step_id);
  if (at == compiled_workflow::npos || mem_.steps[at].ended)
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
void judge::fail_immediately(const std::string& step_id) {
  if (mem_.state.ending)
    return;
  mem_.state.ending = terminate_run{stop_kind::stop, "MAESTRO_TASK", false,
                                    "Stop all steps because step [" + step_id
                                      + "] with FAIL_IMMEDIATELY mode is failed."};
  stop_running(*mem_.state.ending);
  write_state();
}

void judge::stop_running(const terminate_run& how) {
  auto& spec = mem_.run->spec;
  for (std::size_t i = 0; i < mem_.steps.size(); ++i)
    if (mem_.steps[i].started && !mem_.steps[i].ended)
      out_.sends.push_back({step_entity(spec.workflow_id, spec.instance_id, spec.run_id,
                                        mem_.run->workflow->workflow.steps[i].id),
                            make_message(terminate_step{how})});
}

// -- the end --------------------------------------------------------------------------------------

void judge::finish_if_done() {
  if (mem_.running == 0 && mem_.state.launched && !over()) {
    finish(own_result());
    write_state();
  }
}

/// FAILED before TIMED_OUT before STOPPED before SUCCEEDED; nothing at all = FAILED (04a §7.2).
run_status judge::own_result() const {
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

void judge::finish(run_status own) {
  auto& state = mem_.state;
  std::vector<bool> in_dag;
  for (auto& step : mem_.steps) {
    state.steps.push_back(step.brief);
    in_dag.push_back(step.in_dag);
  }
  state.status = aggregated_status(*mem_.run, own, state.steps, in_dag);
  if (state.status != own)
    state.own_status = own;
  state.end_time = around_.now;
  state.leaves = mem_.leaves;
  state.ending.reset();
  if (state.timeout_due != 0)
    out_.timers.push_back({false, timer_kind::run_timeout, state.timeout_due, 0});
  state.timeout_due = 0;
  tell_parent();
  out_.at_rest = true;
}

void judge::tell_parent() {
  for (auto client : mem_.waiters)
    out_.late_answers.emplace_back(client, ended_answer());
  mem_.waiters.clear();
  tell_step();
  auto& spec = mem_.run->spec;
  run_ended news{
    spec.instance_id,  spec.run_id, mem_.state.status, mem_.state.start_time, mem_.state.end_time,
    mem_.state.leaves, {}};
  if (is_round_of_while(*mem_.run) && mem_.state.status == run_status::succeeded) {
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
void judge::tell_step() {
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

void judge::write_state() {
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

// -- stop, timeout --------------------------------------------------------------------------------

/// The sentences that clients of the original see.
model::timeline_event judge::ended_in_queue(const terminate_run& x, run_status as,
                                            const std::string& asked) const {
  if (x.caller == strategy_caller)
    return model::log_event(around_.now, model::log_level::info, "[\"" + x.reason + "\"]");
  return model::log_event(around_.now, model::log_level::warn,
                          "Workflow instance status becomes [" + std::string{to_string(as)}
                            + "] due to reason [" + (x.reason.empty() ? asked : x.reason) + "]");
}

status judge::on_terminate(const terminate_run& x) {
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
    mem_.state.end_time = around_.now;
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
status judge::on_timer(const timer_fired& x) {
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
status judge::on_await() {
  if (over())
    out_.answer = ended_answer();
  else if (mem_.waiters.size() >= waiters_max)
    return refuse({ec::overloaded, "too many clients wait for run " + to_string(mem_.id)});
  else
    mem_.waiters.push_back(around_.client);
  return unit{};
}

instance_acted judge::ended_answer() const {
  return {mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id, mem_.state.status, true, {}};
}

// -- values for steps of other runs
// ----------------------------------------------------------------

result<bool> judge::end_is_applied() const {
  auto row
    = around_.rows->get(rows::run_state(mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id));
  if (!row)
    return row.error();
  auto applied = *row ? model::decode<run_state>(**row) : result<run_state>{run_state{}};
  return applied && is_terminal(applied->status);
}

/// Of a run that goes on, what its steps have by now.
status judge::on_ask(const ask_values& x) {
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

// -- restart --------------------------------------------------------------------------------------

namespace {

error restart_above(const run_context& run) {
  auto& parent = run.initiator().ancestors.front();
  return {ec::bad_request,
          "Workflow instance "
            + to_string(
              instance_entity(run.spec.workflow_id, run.spec.instance_id, run.spec.run_id))
            + (run.loop ? " is an iteration; restart the instance that its loop belongs to: ["
                        : " belongs to a step of another instance; restart the one at the top: [")
            + parent.workflow_id + "][" + std::to_string(parent.instance_id) + "]"};
}

} // namespace

/// A child that has succeeded has nothing left to run: its step goes on with it as it is.
status judge::adopt_success(const restart_instance& x) {
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

status judge::on_restart(const restart_instance& x) {
  if (!mem_.run)
    return refuse(
      {ec::not_found, "Workflow instance run " + to_string(mem_.id) + " has not been created yet"});
  if (mem_.run->loop || (mem_.run->spec.is_child && !x.child))
    return refuse(restart_above(*mem_.run));
  if (!over())
    return refuse({ec::bad_request, "Cannot restart workflow instance " + to_string(mem_.id)
                                      + " in status " + std::string{to_string(mem_.state.status)}
                                      + "; stop it first or wait for its end"});
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

} // namespace

result<outcome> decide(instance_memory& memory, const message& what, const surroundings& around) {
  judge j{memory, around};
  if (auto ok = j.handle(what); !ok)
    return ok.error();
  auto out = j.take();
  tell_refusal(what, out);
  return out;
}

} // namespace tutti::engine
