#include "runtime/model/validate.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace tutti::model {

namespace {

using flaw = std::optional<std::string>;
using id_set = std::unordered_set<std::string_view>;

const std::vector<step>& body_of(const step& x) {
  static const std::vector<step> none;
  return x.steps ? *x.steps : none;
}

bool is_loop(const step& x) {
  return x.kind == step_kind::foreach || x.kind == step_kind::while_;
}

std::size_t count(const std::vector<step>& steps) {
  auto n = steps.size();
  for (const auto& x : steps)
    n += count(body_of(x));
  return n;
}

/// The first id that is there twice, or an empty text.
std::string_view duplicate_id(const std::vector<step>& steps, id_set& seen) {
  for (const auto& x : steps) {
    if (!seen.insert(x.id).second)
      return x.id;
    if (auto inner = duplicate_id(body_of(x), seen); !inner.empty())
      return inner;
  }
  return {};
}

flaw unknown_successor(const std::vector<step>& steps) {
  id_set known;
  for (const auto& x : steps)
    known.insert(x.id);
  for (const auto& x : steps)
    for (const auto& [id, condition] : x.transition.successors)
      if (!known.contains(id))
        return "[workflow step transition] is invalid for step [" + x.id + "]'s successor step id ["
               + id + "], which does not exist in steps";
  return std::nullopt;
}

std::string joined(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  std::string out;
  for (const auto& id : ids)
    out += (out.empty() ? "" : ", ") + id;
  return out;
}

flaw wrong_predecessors(const std::vector<step>& steps) {
  std::unordered_map<std::string_view, std::vector<std::string>> expected;
  for (const auto& x : steps)
    for (const auto& [id, condition] : x.transition.successors)
      expected[id].push_back(x.id);
  for (const auto& x : steps) {
    const auto& given = x.transition.predecessors;
    if (!given.empty() && joined(given) != joined(expected[x.id]))
      return "[workflow step transition] is invalid for step [" + x.id + "]'s predecessors list ["
             + joined(given) + "], which is not [" + joined(expected[x.id])
             + "] as the successors of the steps say";
  }
  return std::nullopt;
}

const param_map* loop_params_of(const step& x) {
  const auto* params = x.params ? x.params->find("loop_params") : nullptr;
  if (!params || params->type != param_type::map || !params->literal)
    return nullptr;
  return params->literal->as<param_map>();
}

flaw loop_flaw(const std::vector<step>& steps, std::vector<std::string_view>& outer) {
  for (const auto& x : steps) {
    if (!is_loop(x))
      continue;
    const auto* params = loop_params_of(x);
    if (!params)
      return "[workflow step definitions] loop step [" + x.id
             + "] has no param loop_params of type MAP with a value";
    if (!x.steps)
      return "[workflow step definitions] loop step [" + x.id + "] has no steps";
    auto depth = outer.size();
    for (const auto& [name, definition] : *params) {
      if (std::find(outer.begin(), outer.end(), name) != outer.end())
        return "[workflow step definitions] contain duplicate loop param name [" + name + "]";
      outer.push_back(name);
    }
    if (auto inner = loop_flaw(*x.steps, outer))
      return inner;
    outer.resize(depth);
  }
  return std::nullopt;
}

/// Finds a cycle among the steps of one level by depth-first search.
class cycle_search {
public:
  explicit cycle_search(const std::vector<step>& steps) : steps_(steps), marks_(steps.size()) {
    for (std::size_t i = 0; i < steps.size(); ++i)
      index_.emplace(steps[i].id, i);
  }

  /// `a -> b -> a`, or an empty text.
  std::string find() {
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (marks_[i] == mark::fresh && visit(i))
        return text();
    return {};
  }

private:
  enum class mark : std::uint8_t {
    fresh,
    open,
    done
  };

  /// Whether a cycle was found; `path_` ends with it then.
  bool visit(std::size_t i) {
    marks_[i] = mark::open;
    path_.push_back(i);
    for (const auto& [id, condition] : steps_[i].transition.successors) {
      auto next = index_.find(id);
      if (next == index_.end() || marks_[next->second] == mark::done)
        continue;
      auto closes = marks_[next->second] == mark::open;
      if (closes)
        path_.push_back(next->second);
      if (closes || visit(next->second))
        return true;
    }
    path_.pop_back();
    marks_[i] = mark::done;
    return false;
  }

  std::string text() const {
    std::string out;
    auto first = std::find(path_.begin(), path_.end(), path_.back());
    for (auto i = first; i != path_.end(); ++i)
      out += (out.empty() ? "" : " -> ") + steps_[*i].id;
    return out;
  }

  const std::vector<step>& steps_;
  std::vector<mark> marks_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<std::size_t> path_;
};

std::string find_cycle(const std::vector<step>& steps, bool nested) {
  auto found = cycle_search{steps}.find();
  for (std::size_t i = 0; found.empty() && nested && i < steps.size(); ++i)
    found = find_cycle(body_of(steps[i]), nested);
  return found;
}

constexpr std::string_view duplicate_ids = "[workflow step definitions] contain duplicate step ids";

} // namespace

std::optional<std::string> steps_flaw(const workflow& x, const limits& bounds) {
  if (x.steps.empty())
    return "[workflow step definitions] cannot be null or empty";
  if (auto n = count(x.steps); n > bounds.step_count_max)
    return "[workflow step list] is too large [" + std::to_string(n) + "] and over the size limit ["
           + std::to_string(bounds.step_count_max) + "]";
  id_set seen;
  if (!duplicate_id(x.steps, seen).empty())
    return std::string{duplicate_ids};
  if (auto found = unknown_successor(x.steps))
    return found;
  if (auto found = wrong_predecessors(x.steps))
    return found;
  if (auto n = x.instance_step_concurrency;
      n && (*n < 1 || *n > bounds.instance_step_concurrency_max))
    return "[workflow instance_step_concurrency] should be positive and less than "
           + std::to_string(bounds.instance_step_concurrency_max + 1) + " - rejected value is ["
           + std::to_string(*n) + "]";
  std::vector<std::string_view> loop_names;
  return loop_flaw(x.steps, loop_names);
}

status check_graph(const workflow& x, bool nested) {
  id_set seen;
  if (auto id = duplicate_id(x.steps, seen); !id.empty())
    return error{ec::bad_request, std::string{duplicate_ids} + ": [" + std::string{id} + "]"};
  if (auto found = unknown_successor(x.steps))
    return error{ec::bad_request, *found};
  if (auto cycle = find_cycle(x.steps, nested); !cycle.empty())
    return error{ec::bad_request,
                 "Invalid workflow definition [" + x.id + "], where DAG contains cycle: " + cycle};
  return unit{};
}

} // namespace tutti::model
