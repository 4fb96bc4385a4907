#include "runtime/engine/iteration_restart.hpp"

#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

struct earlier_run {
  run_ptr run;
  run_state state;
};

result<std::optional<earlier_run>> read_earlier(const loop_ptr& loop, std::int64_t iteration,
                                                std::int64_t run, const row_reader& reader) {
  auto& inline_id = loop->spec.inline_id;
  auto from = rows::range_of_prefix(rows::runs_prefix('i', inline_id, iteration)).first;
  auto to = rows::run_state(inline_id, iteration, run);
  std::optional<result<run_state>> state;
  std::int64_t at = 0;
  auto ok = reader.scan_back(from, to, [&](std::string_view key, std::string_view value) {
    if (auto parts = rows::parse_run_key(key))
      at = parts->run_id;
    state = model::decode<run_state>(value);
    return false;
  });
  if (!ok)
    return ok.error();
  if (!state)
    return std::optional<earlier_run>{};
  auto name = to_string(instance_entity(inline_id, iteration, at));
  if (!*state)
    return error{ec::corrupt, "row of run " + name + ": " + state->error().message};
  if (!is_terminal((*state)->status))
    return error{ec::unavailable, "run " + name + " is not over yet"};
  auto row = reader.get(rows::run_spec(inline_id, iteration, at));
  if (!row)
    return row.error();
  auto spec = *row ? model::decode<run_spec>(**row)
                   : result<run_spec>{error{ec::corrupt, "it has no row"}};
  if (!spec)
    return error{ec::corrupt, "spec of run " + name + ": " + spec.error().message};
  // The body belongs to the version of the instance, which a restart keeps.
  return std::optional{earlier_run{
    std::make_shared<const run_context>(std::move(*spec), loop->body, loop), std::move(**state)}};
}

} // namespace

const model::restart_config* restart_for(const loop_spec& loop, std::int64_t iteration) {
  auto& restart = loop.restart;
  return restart && !restart->restart_path.empty()
             && restart->restart_path.back().instance_id == iteration
           ? &*restart
           : nullptr;
}

namespace {

/// Behind the iteration of a while that is asked for, all begin anew.
bool is_behind_target(const loop_spec& loop, std::int64_t iteration) {
  return loop.initiator.type == model::initiator_type::while_ && loop.restart
         && !loop.restart->restart_path.empty()
         && iteration > loop.restart->restart_path.back().instance_id;
}

model::run_policy policy_of(const loop_spec& loop, std::int64_t iteration) {
  if (auto* restart = restart_for(loop, iteration))
    return policy_at_end(*restart);
  return is_behind_target(loop, iteration) ? model::run_policy::restart_from_beginning
                                           : model::run_policy::restart_from_incomplete;
}

std::int64_t last_of_chunk(std::int64_t iteration) {
  return ((iteration - 1) / chunk_size + 1) * chunk_size;
}

/// What the loop has counted of the iteration, but for steps that the next run does not touch.
result<leaf_counts> leaves_taken_back(const earlier_run& before, const iteration_restart& what,
                                      const row_reader& reader) {
  auto out = leaves_before(before.run, reader);
  if (!out)
    return out.error();
  out->add(before.state.leaves);
  run_spec next;
  next.partial = what.policy != model::run_policy::restart_from_beginning;
  next.start_steps = what.start_steps;
  // Behind a step that runs again, everything runs again.
  auto again = dag_of_run(run_context{std::move(next), before.run->workflow, before.run->loop});
  for (auto& x : what.carried) {
    auto at = before.run->workflow->position(x.step_id);
    if (at == compiled_workflow::npos || again[at] || x.status == model::step_status::not_created)
      continue;
    auto leaves = leaves_of_carried(before.run, x, reader);
    if (!leaves)
      return leaves.error();
    out->subtract(*leaves);
  }
  return out;
}

/// All leaves of iterations that begin anew behind the one that is asked for: those that the loop
/// has counted and this shard knows.
result<leaf_counts> leaves_behind(const loop_ptr& loop, std::int64_t iteration, std::int64_t run,
                                  const row_reader& reader) {
  leaf_counts out;
  auto last = std::min(loop->spec.ancestor_iterations, last_of_chunk(iteration));
  for (auto i = iteration + 1; i <= last; ++i) {
    auto earlier = read_earlier(loop, i, run, reader);
    if (!earlier)
      return earlier.error();
    if (!*earlier)
      continue;
    iteration_restart whole;
    whole.policy = model::run_policy::restart_from_beginning;
    auto& before = **earlier;
    whole.carried = aggregated_view(*before.run, before.state.steps, dag_of_run(*before.run));
    auto leaves = leaves_taken_back(before, whole, reader);
    if (!leaves)
      return leaves.error();
    out.add(*leaves);
  }
  return out;
}

} // namespace

result<std::optional<iteration_restart>> restart_of_iteration(const loop_ptr& loop,
                                                              std::int64_t iteration,
                                                              std::int64_t run,
                                                              const row_reader& reader) {
  auto* restart = restart_for(loop->spec, iteration);
  // Those of its chunk were taken back with the iteration that was asked for.
  if (is_behind_target(loop->spec, iteration)
      && iteration <= last_of_chunk(loop->spec.restart->restart_path.back().instance_id))
    return std::optional<iteration_restart>{};
  auto earlier = read_earlier(loop, iteration, run, reader);
  if (!earlier)
    return earlier.error();
  if (!*earlier)
    return std::optional<iteration_restart>{};
  auto& before = **earlier;
  iteration_restart out;
  out.policy = policy_of(loop->spec, iteration);
  out.status = before.state.status;
  out.loop_values = before.run->spec.loop_values;
  out.complete = out.policy == model::run_policy::restart_from_incomplete
                 && before.state.status == model::run_status::succeeded;
  out.carried = aggregated_view(*before.run, before.state.steps, dag_of_run(*before.run));
  if (out.policy != model::run_policy::restart_from_beginning)
    out.start_steps = first_steps(out.carried, restart);
  if (out.complete)
    return std::optional{std::move(out)};
  auto again = leaves_taken_back(before, out, reader);
  if (!again)
    return again.error();
  out.taken_back = std::move(*again);
  if (restart && loop->spec.initiator.type == model::initiator_type::while_) {
    auto behind = leaves_behind(loop, iteration, run, reader);
    if (!behind)
      return behind.error();
    out.taken_back.add(*behind);
  }
  return std::optional{std::move(out)};
}

} // namespace tutti::engine
