#include "runtime/engine/restart_path.hpp"

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/model/stored.hpp"

#include <algorithm>

namespace tutti::engine {

using model::run_policy;

namespace {

/// An empty path is that of a whole loop, whose iterations all take the parameters of steps.
bool goes_to_all(const model::restart_config& x) {
  return x.restart_path.empty();
}

const model::restart_config* config_of(const run_context& run,
                                       const std::optional<step_again>& own) {
  if (own)
    return &own->restart;
  if (run.spec.restart)
    return &*run.spec.restart;
  // A path that names one iteration is not for the others.
  auto* of_loop = run.loop && run.loop->spec.restart ? &*run.loop->spec.restart : nullptr;
  return of_loop && goes_to_all(*of_loop) ? of_loop : nullptr;
}

bool has_step(const std::vector<model::step>& steps, const std::string& id) {
  return std::any_of(steps.begin(), steps.end(),
                     [&](auto& x) { return x.id == id || (x.steps && has_step(*x.steps, id)); });
}

/// Whether parameters are meant for a step inside the loop.
bool is_for_inside(const run_context& run, const model::restart_config& x,
                   std::string_view step_id) {
  auto at = run.workflow->position(step_id);
  if (!x.step_restart_params || at == compiled_workflow::npos
      || !run.workflow->workflow.steps[at].steps)
    return false;
  auto& body = *run.workflow->workflow.steps[at].steps;
  return std::any_of(x.step_restart_params->begin(), x.step_restart_params->end(),
                     [&](auto& step) { return has_step(body, step.first); });
}

} // namespace

restart_below restart_below_step(const run_context& run, const std::optional<step_again>& own,
                                 std::string_view step_id) {
  auto* config = config_of(run, own);
  if (!config)
    return {run.policy(), std::nullopt};
  auto whole = goes_to_all(*config);
  if (!whole && config->restart_path.size() > 1
      && config->restart_path.back().step_id.value_or("") == step_id) {
    auto below = *config;
    below.restart_path.pop_back();
    auto policy = policy_at_end(below);
    return {policy, std::move(below)};
  }
  restart_below out{whole ? run.policy() : config->downstream_policy, std::nullopt};
  if ((whole || (is_target(*config) && !config->restart_path.back().step_id))
      && is_for_inside(run, *config, step_id)) {
    out.restart = *config;
    out.restart->restart_path.clear();
  }
  return out;
}

run_policy policy_at_end(const model::restart_config& x) {
  return is_target(x) ? x.restart_policy : run_policy::restart_from_specific;
}

const std::string* restarted_step(const run_spec& run) {
  if (!run.restart || run.policy != run_policy::restart_from_specific
      || run.restart->restart_path.empty())
    return nullptr;
  auto& step = run.restart->restart_path.back().step_id;
  return step ? &*step : nullptr;
}

bool is_target(const model::restart_config& x) {
  return x.restart_path.size() == 1;
}

const model::param_map* step_restart_params(const run_context& run,
                                            const std::optional<step_again>& own,
                                            std::string_view step_id) {
  auto* config = config_of(run, own);
  if (!config || !config->step_restart_params || (!is_target(*config) && !goes_to_all(*config)))
    return nullptr;
  return config->step_restart_params->find(step_id);
}

std::vector<bool> dormant_roots(const run_context& run, const std::vector<bool>& in_dag) {
  std::vector<bool> out(in_dag.size(), false);
  auto* asked = restarted_step(run.spec);
  if (!asked)
    return out;
  auto& graph = run.workflow->dag;
  for (std::size_t i = 0; i < in_dag.size(); ++i)
    out[i] = in_dag[i] && run.workflow->workflow.steps[i].id != *asked
             && std::none_of(graph.parents[i].begin(), graph.parents[i].end(),
                             [&](auto parent) { return in_dag[parent]; });
  return out;
}

std::vector<std::string> first_steps(const std::vector<carried_step>& view,
                                     const model::restart_config* restart) {
  std::vector<std::string> out;
  for (auto& x : view)
    if (!model::is_complete(x.status))
      out.push_back(x.step_id);
  if (!restart || restart->restart_path.empty()
      || policy_at_end(*restart) != run_policy::restart_from_specific)
    return out;
  auto& step = restart->restart_path.back().step_id;
  if (step && std::find(out.begin(), out.end(), *step) == out.end())
    out.push_back(*step);
  return out;
}

std::string restart_note(const std::string& caller) {
  return "User [" + caller + "] take action [RESTART] on the step";
}

result<std::int64_t> next_loop_run(const entity_id& step, std::int64_t attempt,
                                   const row_reader& reader) {
  if (step.run_id == 1 && attempt <= 1)
    return std::int64_t{1};
  std::int64_t used = 0;
  std::optional<error> broken;
  for (auto id = step; id.run_id > 0 && used == 0; --id.run_id) {
    auto [from, to] = rows::range_of_prefix(rows::attempts_prefix(id));
    auto ok = reader.scan_back(from, to, [&](std::string_view, std::string_view value) {
      auto state = model::decode<step_state>(value);
      if (!state) {
        broken = error{ec::corrupt, "row of step " + to_string(id) + ": " + state.error().message};
        return false;
      }
      if (id.run_id == step.run_id && state->attempt >= attempt)
        return true;
      used = state->loop ? state->loop->inline_run : state->repeat ? state->repeat->inline_run : 0;
      return used == 0;
    });
    if (!ok)
      return ok.error();
    if (broken)
      return *broken;
  }
  return std::max(step.run_id, used + 1);
}

} // namespace tutti::engine
