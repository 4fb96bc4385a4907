#include "runtime/engine/instance_progress.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

using model::step_status;

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
  auto dormant = dormant_roots(*mem.run, in_dag);
  mem.steps.assign(graph.size(), {});
  for (std::size_t i = 0; i < graph.size(); ++i) {
    auto& step = mem.steps[i];
    step.in_dag = in_dag[i];
    step.dormant = dormant[i];
    for (auto parent : graph.parents[i])
      if (in_dag[parent])
        ++step.parents_left;
    step.selected = step.parents_left == 0;
  }
}

bool is_to_begin_again(const instance_memory& mem, std::string_view step_id, std::int64_t attempt) {
  return std::any_of(mem.state.again.begin(), mem.state.again.end(),
                     [&](auto& x) { return x.step_id == step_id && x.attempt > attempt; });
}

namespace {

void take_progress(instance_memory& mem, std::size_t at, const step_state& state) {
  auto& step = mem.steps[at];
  auto status = state.state.status;
  step.started = true;
  step.brief = {status, state.attempt, state.state.start_time.value_or(0),
                state.state.end_time.value_or(0)};
  step.ended = is_terminal(status) && !is_retryable(status)
               && !is_to_begin_again(mem, mem.run->workflow->workflow.steps[at].id, state.attempt);
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
    if (latest[i].attempt != 0 || is_to_begin_again(mem, steps[i].id, 0))
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
