#include "runtime/engine/iteration_restart.hpp"

#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/model/stored.hpp"

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

result<std::optional<iteration_restart>> restart_of_iteration(const loop_ptr& loop,
                                                              std::int64_t iteration,
                                                              std::int64_t run,
                                                              const row_reader& reader) {
  auto earlier = read_earlier(loop, iteration, run, reader);
  if (!earlier)
    return earlier.error();
  if (!*earlier)
    return std::optional<iteration_restart>{};
  auto& before = **earlier;
  iteration_restart out;
  out.complete = before.state.status == model::run_status::succeeded;
  out.carried = aggregated_view(*before.run, before.state.steps, dag_of_run(*before.run));
  for (auto& x : out.carried)
    if (!model::is_complete(x.status))
      out.start_steps.push_back(x.step_id);
  if (out.complete)
    return std::optional{std::move(out)};
  // Behind a step that runs again, everything runs again.
  run_spec next;
  next.partial = true;
  next.start_steps = out.start_steps;
  auto again = dag_of_run(run_context{std::move(next), loop->body, loop});
  for (auto& x : out.carried) {
    auto at = loop->body->position(x.step_id);
    if (at == compiled_workflow::npos || !again[at] || x.status == model::step_status::not_created)
      continue;
    auto leaves = leaves_of_carried(before.run, x, reader);
    if (!leaves)
      return leaves.error();
    out.taken_back.add(*leaves);
  }
  return std::optional{std::move(out)};
}

} // namespace tutti::engine
