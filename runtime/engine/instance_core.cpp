#include "runtime/engine/instance_core.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/engine/build_run.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>
#include <cassert>

namespace tutti::engine {

using model::run_status;
using model::step_status;

bool run_state::operator==(const run_state&) const = default;

namespace {

constexpr std::int64_t default_timeout_ms = 10LL * 24 * 3600 * 1000;
constexpr std::size_t waiters_max = 1000;

/// A complete step opens the way to its successors as far as its conditions say.
void release_children(instance_memory& mem, std::size_t at, const ordered_map<bool>& conditions) {
  for (auto child : mem.run->workflow->dag.children[at]) {
    auto& next = mem.steps[child];
    if (!next.in_dag)
      continue;
    auto* condition = conditions.find(mem.run->workflow->workflow.steps[child].id);
    next.selected = next.selected || (condition && *condition);
    --next.parents_left;
  }
}

void set_up_steps(instance_memory& mem) {
  auto& graph = mem.run->workflow->dag;
  auto in_dag = dag_of_run(*mem.run);
  mem.steps.assign(graph.size(), {});
  for (std::size_t i = 0; i < graph.size(); ++i) {
    auto& step = mem.steps[i];
    step.in_dag = in_dag[i];
    for (auto parent : graph.parents[i])
      if (in_dag[parent])
        ++step.parents_left;
    step.selected = step.parents_left == 0;
  }
}

/// One call of `decide`.
class judge {
public:
  judge(instance_memory& memory, const surroundings& around) : mem_(memory), around_(around) {}

  outcome take() { return std::move(out_); }

  status handle(const message& what) {
    catch_up();
    return std::visit(overload{
                        [&](const create_run& x) { return on_create(x); },
                        [&](const launch_run& x) { return on_launch(x); },
                        [&](const step_ended& x) { return on_step_ended(x); },
                        [&](const terminate_run& x) { return on_terminate(x); },
                        [&](const timer_fired& x) { return on_timer(x); },
                        [&](const restart_instance& x) { return on_restart(x); },
                        [&](const await_end&) { return on_await(); },
                        [&](const note_run& x) { return on_note(x); },
                        // Nothing else is meant for a run.
                        [&](const auto&) { return status{unit{}}; },
                      },
                      what);
  }

private:
  status on_create(const create_run& x);
  status on_launch(const launch_run& x);
  status on_step_ended(const step_ended& x);
  status on_terminate(const terminate_run& x);
  status on_timer(const timer_fired& x);
  status on_restart(const restart_instance& x);
  status on_await();
  status on_note(const note_run& x);

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
  model::timeline_event ended_in_queue(const terminate_run& x, run_status as,
                                       const std::string& asked) const;
  instance_acted ended_answer() const;
  void write_state();
  result<run_ptr> context_of(const create_run& x) const;

  instance_memory& mem_;
  const surroundings& around_;
  outcome out_;
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
  if (x.params && !x.params->empty()) {
    // Steps that were started hold the old list, so a new one is made.
    auto next = mem_.params ? std::make_shared<step_params>(*mem_.params)
                            : std::make_shared<step_params>();
    next->emplace_back(x.step_id, x.params);
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
  auto& spec = mem_.run->spec;
  run_ended news{spec.instance_id,      spec.run_id,         mem_.state.status,
                 mem_.state.start_time, mem_.state.end_time, mem_.state.leaves};
  auto to = spec.iteration
              ? loop_part_entity(spec.workflow_id, (spec.instance_id - 1) / chunk_size, spec.run_id)
              : workflow_entity(spec.workflow_id);
  out_.sends.push_back({std::move(to), make_message(std::move(news))});
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

// -- restart --------------------------------------------------------------------------------------

status judge::on_restart(const restart_instance& x) {
  if (!mem_.run)
    return refuse(
      {ec::not_found, "Workflow instance run " + to_string(mem_.id) + " has not been created yet"});
  if (mem_.run->loop)
    return refuse({ec::bad_request,
                   "Workflow instance " + to_string(mem_.id)
                     + " is an iteration; restart the instance that its loop "
                       "belongs to: ["
                     + mem_.run->initiator().ancestors.front().workflow_id + "]["
                     + std::to_string(mem_.run->initiator().ancestors.front().instance_id) + "]"});
  if (!over())
    return refuse({ec::bad_request, "Cannot restart workflow instance " + to_string(mem_.id)
                                      + " in status " + std::string{to_string(mem_.state.status)}
                                      + "; stop it first or wait for its end"});
  // The next run reads what this one and its loops left: that must have reached the rows.
  auto row
    = around_.rows->get(rows::run_state(mem_.id.workflow_id, mem_.id.instance_id, mem_.id.run_id));
  if (!row)
    return row.error();
  auto applied = *row ? model::decode<run_state>(**row) : result<run_state>{run_state{}};
  if (!applied || !is_terminal(applied->status))
    return error{ec::unavailable, "the end of run " + to_string(mem_.id) + " is not on disk yet"};
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
  return j.take();
}

// -- graph and aggregate --------------------------------------------------------------------------

std::vector<bool> dag_of_run(const run_context& run) {
  auto& graph = run.workflow->dag;
  if (!run.spec.partial)
    return std::vector<bool>(graph.size(), true);
  std::vector<bool> in(graph.size(), false);
  std::vector<std::uint32_t> open;
  for (auto& id : run.spec.start_steps)
    if (auto at = run.workflow->position(id); at != compiled_workflow::npos && !in[at]) {
      in[at] = true;
      open.push_back(static_cast<std::uint32_t>(at));
    }
  while (!open.empty()) {
    auto at = open.back();
    open.pop_back();
    for (auto child : graph.children[at])
      if (!in[child]) {
        in[child] = true;
        open.push_back(child);
      }
  }
  return in;
}

std::vector<carried_step> aggregated_view(const run_context& run,
                                          const std::vector<step_brief>& steps,
                                          const std::vector<bool>& in_dag) {
  auto view = run.spec.carried;
  auto& definitions = run.workflow->workflow.steps;
  auto brief_of = [&](std::size_t at) { return at < steps.size() ? steps[at] : step_brief{}; };
  auto put = [&](std::uint32_t at, const carried_step& x) {
    auto old = std::find_if(view.begin(), view.end(),
                            [&](auto& y) { return y.step_id == definitions[at].id; });
    if (old == view.end())
      view.push_back(x);
    else
      *old = x;
  };
  // New entries come by status, then by ordinal; those without a step come last (as recorded).
  auto order = client_order(*run.workflow, in_dag);
  auto rank = [&](std::uint32_t at) {
    auto status = brief_of(at).status;
    return status == step_status::not_created ? 255 : static_cast<int>(status);
  };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  for (auto at : order) {
    auto brief = brief_of(at);
    if (brief.status == step_status::not_created)
      put(at, {definitions[at].id, 0, step_status::not_created, 0, 0});
    else
      put(at,
          {definitions[at].id, run.spec.run_id, brief.status, brief.start_time, brief.end_time});
  }
  for (std::uint32_t at = 0; at < definitions.size(); ++at)
    if (std::none_of(view.begin(), view.end(),
                     [&](auto& x) { return x.step_id == definitions[at].id; }))
      view.push_back({definitions[at].id, 0, step_status::not_created, 0, 0});
  return view;
}

run_status aggregated_status(const run_context& run, run_status own,
                             const std::vector<step_brief>& steps,
                             const std::vector<bool>& in_dag) {
  if (model::is_fresh(run.policy()) || own != run_status::succeeded || run.loop)
    return own;
  auto open = false;
  auto timed_out = false;
  auto stopped = false;
  for (auto& step : aggregated_view(run, steps, in_dag)) {
    if (step.status == step_status::not_created)
      open = true;
    else if (step.status == step_status::timed_out)
      timed_out = true;
    else if (step.status == step_status::stopped)
      stopped = true;
    else if (!is_complete(step.status))
      return run_status::failed;
  }
  if (timed_out)
    return run_status::timed_out;
  if (stopped)
    return run_status::stopped;
  return open ? run.spec.baseline_status.value_or(own) : own;
}

// -- rows -----------------------------------------------------------------------------------------

namespace {

void take_progress(instance_memory& mem, std::size_t at, const step_state& state) {
  auto& step = mem.steps[at];
  auto status = state.state.status;
  step.started = true;
  step.brief = {status, state.attempt, state.state.start_time.value_or(0),
                state.state.end_time.value_or(0)};
  step.ended = is_terminal(status) && !is_retryable(status);
  if (!step.ended) {
    ++mem.running;
    return;
  }
  mem.leaves.add(leaves_of(state));
  auto& definition = mem.run->workflow->workflow.steps[at];
  step.ends_all = status == step_status::fatally_failed && !state.ignore_failure_mode
                  && definition.failure_mode == model::failure_mode::fail_immediately;
  if (is_complete(status))
    release_children(mem, at, state.conditions);
}

/// Reads what the rows of the steps say. That may be newer than the messages that were handled;
/// `catch_up` draws the consequences with the next message, and a message that tells of an end
/// that is known already changes nothing.
status read_progress(instance_memory& mem, const row_reader& reader) {
  auto& spec = mem.run->spec;
  auto& steps = mem.run->workflow->workflow.steps;
  std::vector<step_state> latest(steps.size());
  std::optional<error> broken;
  auto [from, to]
    = rows::range_of_prefix(rows::steps_prefix(spec.workflow_id, spec.instance_id, spec.run_id));
  auto id_at = from.size();
  auto ok = reader.scan(from, to, [&](std::string_view key, std::string_view value) {
    auto at = mem.run->workflow->position(key.substr(id_at, key.find('\0', id_at) - id_at));
    auto state = model::decode<step_state>(value);
    if (!state || at == compiled_workflow::npos) {
      broken = error{ec::corrupt, "row of a step of run " + to_string(mem.id)};
      return false;
    }
    // Attempts come in order, so the last one stays.
    latest[at] = std::move(*state);
    return true;
  });
  if (!ok)
    return ok.error();
  if (broken)
    return *broken;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (latest[i].attempt != 0)
      take_progress(mem, i, latest[i]);
  return unit{};
}

} // namespace

result<instance_memory> load_instance(const entity_id& id, const row_reader& reader) {
  instance_memory mem;
  mem.id = id;
  auto row = reader.get(rows::run_state(id.workflow_id, id.instance_id, id.run_id));
  if (!row)
    return row.error();
  if (!*row)
    return mem;
  auto state = model::decode<run_state>(**row);
  if (!state)
    return error{ec::corrupt, "row of run " + to_string(id) + ": " + state.error().message};
  mem.state = std::move(*state);
  auto run = load_run(id, reader);
  if (!run)
    return run.error();
  mem.run = std::move(*run);
  set_up_steps(mem);
  if (!is_terminal(mem.state.status) && mem.state.launched)
    if (auto ok = read_progress(mem, reader); !ok)
      return ok.error();
  mem.from_rows = true;
  return mem;
}

} // namespace tutti::engine
