#include "runtime/engine/carried_leaves.hpp"

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/step_core.hpp"

namespace tutti::engine {

bool has_runs_below(model::step_type type) {
  using enum model::step_type;
  return type == foreach || type == while_ || type == subworkflow || type == template_;
}

result<leaf_counts> leaves_of_carried(const run_ptr& run, const carried_step& x,
                                      const row_reader& reader) {
  leaf_counts out;
  auto at = run->workflow->position(x.step_id);
  if (at == compiled_workflow::npos || x.status == model::step_status::not_created)
    return out;
  if (!has_runs_below(run->workflow->workflow.steps[at].type)) {
    out.add(x.status, 1);
    return out;
  }
  auto& spec = run->spec;
  auto step = load_step(step_entity(spec.workflow_id, spec.instance_id, x.run_id, x.step_id), run,
                        reader);
  if (!step)
    return step.error();
  return step->state.attempt == 0 ? out : leaves_of(step->state);
}

result<leaf_counts> leaves_before(const run_ptr& run, const row_reader& reader) {
  leaf_counts out;
  if (run->spec.carried.empty())
    return out;
  auto in_dag = dag_of_run(*run);
  for (auto& x : run->spec.carried) {
    auto at = run->workflow->position(x.step_id);
    if (at == compiled_workflow::npos || in_dag[at])
      continue;
    auto leaves = leaves_of_carried(run, x, reader);
    if (!leaves)
      return leaves.error();
    out.add(*leaves);
  }
  return out;
}

} // namespace tutti::engine
