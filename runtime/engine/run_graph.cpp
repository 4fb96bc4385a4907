#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/restart_path.hpp"

#include <algorithm>

namespace tutti::engine {

using model::run_status;
using model::step_status;

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

bool is_in_dag(const run_context& run, std::string_view step_id) {
  auto at = run.workflow->position(step_id);
  return at != compiled_workflow::npos && dag_of_run(run)[at];
}

namespace {

/// Dormant roots that nobody has begun, and all behind them: as they were before this run.
std::vector<bool> left_alone(const run_context& run, const std::vector<step_brief>& steps,
                             const std::vector<bool>& in_dag) {
  auto out = dormant_roots(run, in_dag);
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    out[i] = out[i] && (i >= steps.size() || steps[i].status == step_status::not_created);
    if (out[i])
      open.push_back(i);
  }
  while (!open.empty()) {
    auto at = open.back();
    open.pop_back();
    for (auto child : run.workflow->dag.children[at])
      if (in_dag[child] && !out[child]) {
        out[child] = true;
        open.push_back(child);
      }
  }
  return out;
}

} // namespace

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
  auto same = left_alone(run, steps, in_dag);
  std::erase_if(order, [&](auto at) { return same[at]; });
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
  if (model::is_fresh(run.policy()) || own != run_status::succeeded
      || (run.loop && !run.spec.restart))
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

} // namespace tutti::engine
