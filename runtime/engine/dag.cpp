#include "runtime/engine/dag.hpp"

#include <algorithm>
#include <unordered_map>

namespace tutti::engine {

namespace {

struct cycle_search {
  const dag& graph;
  const std::vector<model::step>& steps;
  std::vector<char> mark;
  std::vector<std::uint32_t> path;

  /// Depth-first without recursion: definitions come from outside.
  std::string find() {
    for (std::uint32_t root = 0; root < graph.size(); ++root)
      if (mark[root] == 0)
        if (auto found = walk(root); !found.empty())
          return found;
    return {};
  }

  std::string walk(std::uint32_t root) {
    std::vector<std::size_t> next;
    enter(root, next);
    while (!path.empty()) {
      auto at = path.back();
      if (next.back() == graph.children[at].size()) {
        mark[at] = 2;
        path.pop_back();
        next.pop_back();
        continue;
      }
      auto child = graph.children[at][next.back()++];
      if (mark[child] == 1)
        return text(child);
      if (mark[child] == 0)
        enter(child, next);
    }
    return {};
  }

  void enter(std::uint32_t at, std::vector<std::size_t>& next) {
    mark[at] = 1;
    path.push_back(at);
    next.push_back(0);
  }

  std::string text(std::uint32_t from) const {
    std::string out;
    auto on = false;
    for (auto at : path) {
      on = on || at == from;
      if (on)
        out += steps[at].id + " -> ";
    }
    return out + steps[from].id;
  }
};

} // namespace

result<dag> make_dag(const std::string& workflow_id, const std::vector<model::step>& steps) {
  std::unordered_map<std::string_view, std::uint32_t> positions;
  for (std::uint32_t i = 0; i < steps.size(); ++i)
    if (!positions.emplace(steps[i].id, i).second)
      return error{ec::bad_request, "Invalid workflow definition [" + workflow_id
                                      + "], where two steps have the id [" + steps[i].id + "]"};
  dag graph;
  graph.parents.resize(steps.size());
  graph.children.resize(steps.size());
  for (std::uint32_t i = 0; i < steps.size(); ++i)
    for (const auto& [to, condition] : steps[i].transition.successors) {
      auto found = positions.find(to);
      if (found == positions.end())
        return error{ec::bad_request, "[workflow step transition] is invalid for step ["
                                        + steps[i].id + "]'s successor step id [" + to
                                        + "], which does not exist in steps"};
      graph.children[i].push_back(found->second);
      graph.parents[found->second].push_back(i);
    }
  cycle_search search{graph, steps, std::vector<char>(steps.size()), {}};
  if (auto found = search.find(); !found.empty())
    return error{ec::bad_request, "Invalid workflow definition [" + workflow_id
                                    + "], where DAG contains cycle: " + found};
  return graph;
}

std::size_t compiled_workflow::position(std::string_view step_id) const {
  for (std::size_t i = 0; i < workflow.steps.size(); ++i)
    if (workflow.steps[i].id == step_id)
      return i;
  return npos;
}

namespace {

/// The bits that choose a bucket: `String.hashCode`, spread as `HashMap` does.
std::uint32_t java_hash(std::string_view id) {
  std::uint32_t h = 0;
  for (auto c : id)
    h = 31 * h + static_cast<unsigned char>(c);
  return h ^ (h >> 16);
}

} // namespace

std::vector<std::uint32_t> client_order(const compiled_workflow& of,
                                        const std::vector<bool>& in_dag) {
  std::vector<std::uint32_t> order;
  // Recorded answers show that steps enter the map from the last to the first.
  for (auto i = static_cast<std::uint32_t>(in_dag.size()); i-- > 0;)
    if (in_dag[i])
      order.push_back(i);
  std::uint32_t buckets = 16;
  while (order.size() > buckets / 4 * 3)
    buckets *= 2;
  std::vector<std::uint32_t> bucket_of(in_dag.size());
  for (auto i : order)
    bucket_of[i] = java_hash(of.workflow.steps[i].id) & (buckets - 1);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return bucket_of[a] < bucket_of[b]; });
  return order;
}

namespace {

constexpr std::string_view asking = "getFrom";

bool asks(const model::param_map& params) {
  return std::any_of(params.begin(), params.end(), [](auto& x) {
    auto& param = x.second;
    auto* entries = param.literal ? param.literal->template as<model::param_map>() : nullptr;
    return (param.expression && param.expression->find(asking) != std::string::npos)
           || (entries && asks(*entries));
  });
}

bool asks(const model::step& x) {
  auto& successors = x.transition.successors;
  return (x.params && asks(*x.params))
         || std::any_of(successors.begin(), successors.end(),
                        [](auto& y) { return y.second.find(asking) != std::string::npos; });
}

} // namespace

result<workflow_ptr> compile(model::workflow definition) {
  auto graph = make_dag(definition.id, definition.steps);
  if (!graph)
    return graph.error();
  auto asking_steps = std::any_of(definition.steps.begin(), definition.steps.end(),
                                  [](auto& x) { return asks(x); });
  return std::make_shared<const compiled_workflow>(
    compiled_workflow{std::move(definition), std::move(*graph), asking_steps});
}

} // namespace tutti::engine
