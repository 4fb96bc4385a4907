#include "runtime/engine/foreach_core.hpp"
#include "runtime/engine/views_rows.hpp"
#include "runtime/model/ids.hpp"

#include <bit>

/// A foreach step as clients see its loop (spec 04c §3.3).
namespace tutti::engine::views {

using model::run_status;

namespace {

interval_set running_set(const foreach_state& loop) {
  interval_set out;
  for (auto& part : loop.running)
    for (auto bits = part.bits; bits != 0; bits &= bits - 1)
      out.add(part.chunk * chunk_size + std::countr_zero(bits) + 1);
  return out;
}

/// Numbers, and pairs for intervals.
json::array intervals_json(const interval_set& x) {
  json::array out;
  for (auto& [first, last] : x.intervals())
    if (first == last)
      out.push_back(first);
    else
      out.push_back(json::array{first, last});
  return out;
}

/// The smallest iteration that has not ended, or the one behind the last.
std::int64_t checkpoint(const foreach_state& loop) {
  if (loop.next == 0)
    return 0;
  if (loop.running.empty())
    return loop.next + 1;
  auto& oldest = loop.running.front();
  return oldest.chunk * chunk_size + std::countr_zero(oldest.bits) + 1;
}

json::object overview_json(const foreach_state& loop) {
  json::object out{{"checkpoint", checkpoint(loop)}};
  if (loop.next == 0)
    return out;
  json::object stats;
  json::object details;
  auto running = running_set(loop);
  if (!running.empty())
    details[to_string(model::run_status::in_progress)] = intervals_json(running);
  for (auto& [status, set] : {std::pair{model::run_status::timed_out, &loop.timed_out},
                              std::pair{model::run_status::stopped, &loop.stopped},
                              std::pair{model::run_status::failed, &loop.failed},
                              std::pair{model::run_status::succeeded, &loop.succeeded}})
    if (!set->empty()) {
      stats[to_string(status)] = set->count();
      details[to_string(status)] = intervals_json(*set);
    }
  if (!stats.empty())
    out["stats"] = std::move(stats);
  if (!running.empty())
    out["running_stats"]
      = json::object{{to_string(model::run_status::in_progress), running.count()}};
  status_counts leaves;
  add(leaves, loop.leaves);
  if (!leaves.empty())
    out["rollup"] = rollup(leaves);
  out["details"] = std::move(details);
  return out;
}

} // namespace

std::vector<std::pair<model::run_status, std::int64_t>>
iteration_counts(const foreach_state& loop) {
  std::vector<std::pair<model::run_status, std::int64_t>> out;
  auto add_count = [&](model::run_status status, std::int64_t n) {
    if (n > 0)
      out.emplace_back(status, n);
  };
  add_count(model::run_status::in_progress, running_count(loop));
  add_count(model::run_status::timed_out, loop.timed_out.count());
  add_count(model::run_status::stopped, loop.stopped.count());
  add_count(model::run_status::failed, loop.failed.count());
  add_count(model::run_status::succeeded, loop.succeeded.count());
  return out;
}

json::object loop_artifact(std::string_view kind, const std::string& inline_id,
                           std::int64_t inline_run, const run_view& view, const entity_id& step,
                           const step_state& attempt) {
  const std::string prefix{kind};
  json::object out;
  out[prefix + "_workflow_id"] = text(inline_id);
  out[prefix + "_identity"]
    = text(model::run_identity(step.workflow_id, step.instance_id, step.run_id)
           + model::step_identity(step.step_id, attempt.attempt, attempt.step_uuid));
  out[prefix + "_run_id"] = inline_run;
  out["run_policy"] = text(model::to_string(view.run->policy()));
  out["run_id"] = step.run_id;
  return out;
}

json::object foreach_artifact(const run_view& view, const entity_id& step,
                              const step_state& attempt) {
  auto& loop = *attempt.loop;
  auto out = loop_artifact("foreach", loop.inline_id, loop.inline_run, view, step, attempt);
  if (loop.ancestor_iterations > 0)
    out["ancestor_iteration_count"] = loop.ancestor_iterations;
  out["total_loop_count"] = loop.total;
  out["next_loop_index"] = loop.next;
  out["foreach_overview"] = overview_json(loop);
  out["type"] = "FOREACH";
  return out;
}

} // namespace tutti::engine::views
