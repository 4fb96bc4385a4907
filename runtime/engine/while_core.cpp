#include "runtime/engine/while_core.hpp"

#include "runtime/engine/loop_seed.hpp"
#include "runtime/model/ids.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

loop_spec spec_of(const step_memory& mem, const surroundings& around) {
  auto& loop = *mem.state.repeat;
  auto spec = make_loop_spec(mem, loop.inline_id, loop.inline_run, loop.target, around.now);
  spec.ancestor_iterations = loop.ancestor_iterations;
  return spec;
}

/// An iteration that failed or was stopped goes on; behind one that succeeded comes the next.
void go_on(while_state& loop, const while_state& before) {
  if (before.inline_id != loop.inline_id || before.last == 0)
    return;
  loop.values = before.values;
  loop.leaves = before.leaves;
  if (before.last_status == model::run_status::succeeded) {
    loop.last = before.last;
    loop.last_status = before.last_status;
  } else {
    loop.last = before.last - 1;
    loop.ancestor_iterations = before.last;
  }
  loop.first = loop.last + 1;
}

/// False for an iteration that succeeded, where only what is incomplete was asked for. All but the
/// last have succeeded.
bool has_something_left(const while_state& before, const restart_below& below) {
  auto complete = target_of(below) < before.last
                  || before.last_status == model::run_status::succeeded;
  return !complete || policy_at_end(*below.restart) != model::run_policy::restart_from_incomplete;
}

/// The iteration that is asked for goes on, and those behind it begin anew.
status go_back(while_state& loop, const while_state& before, std::int64_t target) {
  if (target > before.last)
    return error{ec::bad_request, "the restart asks for iteration " + std::to_string(target)
                                    + " of a loop that has run " + std::to_string(before.last)};
  loop.leaves = before.leaves;
  loop.last = target - 1;
  loop.first = target;
  loop.ancestor_iterations = before.last;
  loop.target = target;
  return unit{};
}

/// The first part's shard always knows the loop: clients find it there.
void tell_first_part(step_memory& mem, const surroundings& around, outcome& out) {
  auto& loop = *mem.state.repeat;
  auto to = loop_part_entity(loop.inline_id, 0, loop.inline_run);
  if (seed(loop.seeded, shard_of(to, around.options->shards)))
    out.sends.push_back(
      {std::move(to), make_message(run_iterations{1, 0, spec_of(mem, around), {}})});
}

} // namespace

result<while_state> begin_repeat(const step_memory& mem, const surroundings& around) {
  auto depth = static_cast<std::int64_t>(mem.run->initiator().ancestors.size()) + 1;
  if (depth >= around.options->depth_max)
    return error{ec::bad_request, "while step " + to_string(mem.id) + " would nest "
                                    + std::to_string(depth) + " levels deep; the limit is "
                                    + std::to_string(around.options->depth_max)};
  static const model::param_map none;
  auto values = while_values_of(mem.params ? *mem.params : none, mem.id.step_id);
  if (!values)
    return values.error();
  while_state loop;
  loop.inline_id = model::while_workflow_id(place_of_loop(mem));
  auto number = next_loop_run(mem.id, mem.state.attempt, *around.rows);
  if (!number)
    return number.error();
  loop.inline_run = *number;
  loop.values = std::move(*values);
  auto before = loop_before(mem, *around.rows, [](auto& x) { return x.repeat.has_value(); });
  if (!before)
    return before.error();
  auto below = restart_of_loop(mem, loop.inline_id);
  if (!below)
    return below.error();
  auto target = target_of(*below);
  if (target != 0 && !*before)
    return error{ec::bad_request, "the restart asks for an iteration of a loop that never began"};
  if (target != 0 && has_something_left(*(*before)->repeat, *below)) {
    if (auto ok = go_back(loop, *(*before)->repeat, target); !ok)
      return ok.error();
  } else if (*before) {
    go_on(loop, *(*before)->repeat);
  }
  return loop;
}

result<bool> launch_next(step_memory& mem, const step_scope& scope, const surroundings& around,
                         outcome& out) {
  auto& loop = *mem.state.repeat;
  static const model::param_map none;
  // Its values are with the iteration; when it was begun, the condition held for them.
  if (loop.target != loop.last + 1 || loop.first != loop.last + 1) {
    auto goes_on = evaluate_while(mem.definition().condition.value_or("false"), scope,
                                  mem.params ? *mem.params : none, loop.values);
    if (!goes_on || !*goes_on)
      return goes_on;
  }
  if (loop.last >= around.options->foreach_iterations_max)
    return error{ec::bad_request,
                 "while step " + to_string(mem.id) + " has run " + std::to_string(loop.last)
                   + " iterations, the most it may (option foreach-iterations-max)"};
  if (loop.first > 1)
    tell_first_part(mem, around, out);
  auto number = ++loop.last;
  loop.running = true;
  loop.last_status.reset();
  auto to = loop_part_entity(loop.inline_id, (number - 1) / chunk_size, loop.inline_run);
  run_iterations order;
  order.first = order.last = number;
  order.values = loop.values;
  if (seed(loop.seeded, shard_of(to, around.options->shards)))
    order.spec = spec_of(mem, around);
  out.sends.push_back({std::move(to), make_message(std::move(order))});
  return true;
}

bool count_iteration(while_state& loop, const iterations_ended& x) {
  auto bit = 1ULL << ((loop.last - 1) % chunk_size);
  if (!loop.running || x.chunk != (loop.last - 1) / chunk_size)
    return false;
  if ((x.failed & bit) != 0)
    loop.last_status = model::run_status::failed;
  else if ((x.stopped & bit) != 0)
    loop.last_status = model::run_status::stopped;
  else if ((x.timed_out & bit) != 0)
    loop.last_status = model::run_status::timed_out;
  else if ((x.succeeded & bit) != 0)
    loop.last_status = model::run_status::succeeded;
  else
    return false;
  loop.running = false;
  loop.leaves.add(x.leaves);
  for (auto& [name, value] : x.values)
    if (auto* known = loop.values.find(name))
      *known = value;
  return true;
}

void terminate_while(const while_state& loop, const terminate_run& how, outcome& out) {
  if (loop.running)
    out.sends.push_back(
      {loop_part_entity(loop.inline_id, (loop.last - 1) / chunk_size, loop.inline_run),
       make_message(terminate_iterations{{how.kind, how.caller, true, how.reason}})});
}

// -- values ---------------------------------------------------------------------------------------

bool is_round_of_while(const run_context& run) {
  return run.loop && run.loop->spec.initiator.type == model::initiator_type::while_;
}

namespace {

/// Steps as they begin: behind their predecessors, else as the definition has them.
std::vector<std::uint32_t> order_of_steps(const dag& graph) {
  std::vector<std::uint32_t> out;
  std::vector<std::size_t> open;
  for (auto& parents : graph.parents)
    open.push_back(parents.size());
  for (auto found = true; found;) {
    found = false;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
      if (open[i] != 0)
        continue;
      open[i] = static_cast<std::size_t>(-1);
      out.push_back(i);
      for (auto child : graph.children[i])
        --open[child];
      found = true;
    }
  }
  return out;
}

/// In memory, or in the rows of the run that has completed the step.
result<model::param_map> params_of_step(const instance_memory& mem, const std::string& step_id,
                                        const row_reader& reader) {
  if (mem.params)
    for (auto& x : *mem.params)
      if (x.step_id == step_id && x.params)
        return *x.params;
  auto& spec = mem.run->spec;
  auto run_id = spec.run_id;
  for (auto& x : spec.carried)
    if (x.step_id == step_id && x.run_id != 0 && model::is_complete(x.status)
        && !mem.steps[mem.run->workflow->position(step_id)].in_dag)
      run_id = x.run_id;
  return load_step_params(step_entity(spec.workflow_id, spec.instance_id, run_id, step_id), reader);
}

} // namespace

result<model::value_map> values_after(const instance_memory& mem, const row_reader& reader) {
  auto values = mem.run->spec.loop_values;
  if (values.empty())
    return values;
  auto& steps = mem.run->workflow->workflow.steps;
  for (auto at : order_of_steps(mem.run->workflow->dag)) {
    if (!steps[at].params)
      continue;
    auto params = params_of_step(mem, steps[at].id, reader);
    if (!params)
      return params.error();
    advance_while(values, *params);
  }
  return values;
}

} // namespace tutti::engine
