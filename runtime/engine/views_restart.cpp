#include "runtime/engine/restart_path.hpp"
#include "runtime/engine/restart_point.hpp"
#include "runtime/engine/views_rows.hpp"

#include <algorithm>

namespace tutti::engine::views {

using model::run_policy;
using model::step_status;

namespace {

std::string name_of_step(const run_name& run, const std::string& step_id) {
  return "workflow step [" + run.workflow_id + "][" + std::to_string(run.instance_id) + "]["
         + step_id + "]";
}

/// The status of a step over all runs of the instance.
result<step_status> status_over_runs(const shard_reader& from, const run_view& view,
                                     const std::string& step_id) {
  auto briefs = view.state.steps;
  if (!is_terminal(view.state.status)) {
    auto latest = latest_attempts(from, view);
    if (!latest)
      return latest.error();
    briefs.clear();
    for (auto& x : *latest)
      briefs.push_back(brief_of(x));
  }
  for (auto& x : aggregated_view(*view.run, briefs, view.in_dag))
    if (x.step_id == step_id)
      return x.status;
  return error{ec::bad_request,
               "Invalid: cannot find the step view of " + name_of_step(view.name, step_id)};
}

result<run_view> run_of_node(const shard_reader& from, const model::restart_node& node) {
  return read_run(from, {node.workflow_id.value_or(""), node.instance_id, 0});
}

bool has_parent(const run_view& view) {
  return (view.run->loop || view.run->spec.is_child) && !view.run->initiator().ancestors.empty();
}

/// Whether the node, or the step that it names, can be restarted at all.
status check_node(const shard_reader& from, const run_view& view, const model::restart_node& node) {
  if (!node.step_id) {
    if (is_terminal(view.state.status))
      return unit{};
    auto& name = view.name;
    return error{ec::bad_request,
                 "Cannot restart workflow instance "
                   + to_string(instance_entity(name.workflow_id, name.instance_id, name.run_id))
                   + " in status " + std::string{model::to_string(view.state.status)}
                   + "; stop it first or wait for its end"};
  }
  auto status = status_over_runs(from, view, *node.step_id);
  if (!status)
    return status.error();
  if (*status == step_status::not_created)
    return error{ec::bad_request, "Cannot restart " + name_of_step(view.name, *node.step_id)
                                    + ": it has not been "
                                      "created"};
  return unit{};
}

restart_point point_at(run_name run, model::restart_config config) {
  restart_point out{std::move(run), {}};
  out.order.policy = policy_at_end(config);
  // An instance that has no parent is restarted as it always was.
  if (is_target(config) && !config.restart_path.back().step_id && !config.step_restart_params) {
    out.order.run_params = config.restart_params.value_or(model::param_map{});
    return out;
  }
  out.order.restart = std::move(config);
  return out;
}

} // namespace

result<restart_point> find_restart_point(const shard_reader& from, model::restart_config wanted) {
  for (;;) {
    auto view = run_of_node(from, wanted.restart_path.back());
    if (!view)
      return view.error();
    if (auto ok = check_node(from, *view, wanted.restart_path.back()); !ok)
      return ok.error();
    if (!is_terminal(view->state.status) || !has_parent(*view))
      return point_at(std::move(view->name), std::move(wanted));
    // Each level is closer to the top, and there are few of them.
    auto& up = view->run->initiator().ancestors.back();
    wanted.restart_path.push_back({up.workflow_id, up.instance_id, up.step_id});
  }
}

result<restart_point> find_inline_root(const shard_reader& from, model::restart_config wanted) {
  auto& node = wanted.restart_path.back();
  auto view = run_of_node(from, node);
  if (!view)
    return view.error();
  auto status = status_over_runs(from, *view, node.step_id.value_or(""));
  if (!status)
    return status.error();
  if (!is_terminal(view->state.status) || !model::is_terminal(*status))
    return error{ec::bad_request, "Cannot restart " + name_of_step(view->name, *node.step_id)
                                    + " from its inline root: it, or its workflow instance, has "
                                      "not ended"};
  auto& who = view->run->initiator();
  if (who.type == model::initiator_type::foreach) {
    auto up = std::find_if(who.ancestors.rbegin(), who.ancestors.rend(),
                           [](auto& x) { return !is_inline(x.workflow_id); });
    if (up != who.ancestors.rend()) {
      node.workflow_id = up->workflow_id;
      node.instance_id = up->instance_id;
    }
  }
  node.step_id.reset();
  return find_restart_point(from, std::move(wanted));
}

} // namespace tutti::engine::views
