#include "runtime/engine/views_rows.hpp"
#include "runtime/model/ids.hpp"
#include "runtime/model/json.hpp"

#include <algorithm>

/// Where an iteration is in its tree, and the inline id of a place in a tree (spec 05 §4.6, §4.7).
namespace tutti::engine::views {

json_result inline_path(const shard_reader& from, const std::string& workflow_id,
                        std::int64_t instance_id) {
  auto view = read_run(from, {workflow_id, instance_id, 0});
  if (!view)
    return view.error();
  auto& initiator = view->run->initiator();
  if (!is_inline(workflow_id) || initiator.type != model::initiator_type::foreach)
    return error{ec::bad_request, "This endpoint only supports getting ForeachInitiator for an "
                                  "inline workflow instance."};
  auto& above = initiator.ancestors;
  // The way begins at the closest run that is no iteration itself.
  auto start = std::find_if(above.rbegin(), above.rend(),
                            [](auto& x) { return !is_inline(x.workflow_id); });
  json::array out;
  for (auto i = start == above.rend() ? above.begin() : start.base() - 1; i != above.end(); ++i)
    out.push_back(model::to_json(*i));
  model::ancestor itself;
  itself.workflow_id = workflow_id;
  itself.instance_id = instance_id;
  out.push_back(model::to_json(itself));
  return json::value(std::move(out));
}

namespace {

/// The foreach steps around `step_id`, from the outside; false if it is in none of `steps`.
bool find_loops(const std::vector<model::step>& steps, const std::string& step_id,
                std::vector<std::string>& loops) {
  for (auto& x : steps) {
    if (x.id == step_id)
      return true;
    if (x.type != model::step_type::foreach || !x.steps)
      continue;
    loops.push_back(x.id);
    if (find_loops(*x.steps, step_id, loops))
      return true;
    loops.pop_back();
  }
  return false;
}

} // namespace

result<std::string> inline_workflow_id(const shard_reader& from,
                                       const std::vector<model::ancestor>& nodes) {
  if (nodes.empty())
    return error{ec::bad_request, "the list of nodes must not be empty"};
  auto& root = nodes.front();
  auto view = read_run(from, {root.workflow_id, root.instance_id, 0});
  if (!view)
    return view.error();
  std::vector<std::string> loops;
  auto& wanted = nodes.back().step_id;
  auto found = find_loops(view->steps(), wanted, loops);
  if (!found || loops.size() + 1 != nodes.size())
    return error{ec::bad_request,
                 "the list of nodes has " + std::to_string(nodes.size()) + " entries, but step ["
                   + wanted + "] "
                   + (found ? "is inside " + std::to_string(loops.size()) + " foreach steps"
                            : std::string{"does not exist"})
                   + " in workflow instance [" + root.workflow_id + "]["
                   + std::to_string(root.instance_id) + "]"};
  auto id = root.workflow_id;
  for (std::size_t i = 0; i < loops.size(); ++i)
    id = model::foreach_workflow_id(
      {view->run->internal_id(), root.instance_id, loops[i], nodes[i].instance_id, id});
  return id;
}

} // namespace tutti::engine::views
