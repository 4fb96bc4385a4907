#include "runtime/engine/carried_leaves.hpp"
#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"

#include <algorithm>

/// How far a run is: its steps, and the leaf steps of all that is below them (spec 04a §9).
namespace tutti::engine::views {

using model::step_status;

namespace {

/// Children that one look at a run may read; the steps behind them count as they are.
constexpr int children_max = 1000;

class reader_of_progress {
public:
  explicit reader_of_progress(const shard_reader& from) : from_(from) {}

  result<progress_of_run> read(const run_view& view) {
    progress_of_run out;
    auto over = is_terminal(view.state.status);
    auto attempts = over ? attempts_above_runs(view) : latest_attempts(from_, view);
    if (!attempts)
      return attempts.error();
    if (over) {
      out.briefs = view.state.steps;
      out.briefs.resize(view.steps().size());
      add(out.leaves, view.state.leaves);
    } else
      for (auto& x : *attempts)
        out.briefs.push_back(x.attempt == 0 ? step_brief{} : brief_of(x));
    for (auto at : client_order(*view.run->workflow, view.in_dag))
      if (auto ok = add_step(view, at, (*attempts)[at], over, out); !ok)
        return ok.error();
    auto before = leaves_before(view.run, from_.of(name_of(view)));
    if (!before)
      return before.error();
    add(out.leaves, *before);
    return out;
  }

private:
  static entity_id name_of(const run_view& view) {
    return instance_entity(view.name.workflow_id, view.name.instance_id, view.name.run_id);
  }

  /// Of an ended run, only the steps with runs below them are read.
  result<std::vector<step_state>> attempts_above_runs(const run_view& view) const {
    std::vector<step_state> out(view.steps().size());
    for (std::size_t i = 0; i < out.size() && i < view.state.steps.size(); ++i) {
      auto status = view.state.steps[i].status;
      if (!has_runs_below(view.steps()[i].type) || status == step_status::not_created
          || status == step_status::succeeded)
        continue;
      auto attempt = read_attempt(from_,
                                  step_entity(view.name.workflow_id, view.name.instance_id,
                                              view.name.run_id, view.steps()[i].id),
                                  0);
      if (!attempt)
        return attempt.error();
      out[i] = std::move(*attempt);
    }
    return out;
  }

  status add_step(const run_view& view, std::size_t at, const step_state& attempt, bool over,
                  progress_of_run& out) {
    auto& brief = out.briefs[at];
    if (brief.status == step_status::not_created)
      return unit{};
    if (auto* below = run_below(attempt)) {
      auto run = read_run(from_, *below);
      if (run && run->state.launched) {
        auto progress = read(*run);
        if (!progress)
          return progress.error();
        // What has ended was told and counted by the step.
        auto runs = attempt.child ? !attempt.child->ended : attempt.repeat->running;
        merge(out, std::move(*progress), !over && runs);
        if (!over && !(attempt.child && runs))
          add(out.leaves, loop_leaves(attempt));
        return unit{};
      }
    }
    if (!over)
      add(out.leaves, leaves_of(attempt));
    auto loops = attempt.loop && attempt.loop->next > 0;
    if (is_overview_status(brief.status) && !loops)
      out.refs[brief.status][view.name.workflow_id + ":" + std::to_string(view.name.run_id)]
        .push_back(text(std::to_string(view.name.instance_id) + ":" + view.steps()[at].id + ":"
                        + std::to_string(brief.attempt)));
    return unit{};
  }

  /// The run whose steps are named in place of the step; null if there is none, or enough was read.
  const run_name* run_below(const step_state& attempt) {
    if (looked_at_ == children_max)
      return nullptr;
    if (auto& child = attempt.child; child && child->sync && child->instance_id != 0)
      below_ = {child->workflow_id, child->instance_id, child->run_id};
    else if (auto& loop = attempt.repeat; loop && loop->last >= loop->first)
      below_ = {loop->inline_id, loop->last, loop->inline_run};
    else
      return nullptr;
    ++looked_at_;
    return &below_;
  }

  /// Of a while whose first iteration runs, nothing has ended yet.
  static leaf_counts loop_leaves(const step_state& attempt) {
    return attempt.repeat ? attempt.repeat->leaves : leaves_of(attempt);
  }

  static void merge(progress_of_run& to, progress_of_run from, bool with_leaves) {
    if (with_leaves)
      for (auto& [status, n] : from.leaves)
        to.leaves[status] += n;
    for (auto& [status, runs] : from.refs)
      for (auto& [run, steps] : runs)
        for (auto& x : steps)
          to.refs[status][run].push_back(std::move(x));
  }

  const shard_reader& from_;
  run_name below_;
  int looked_at_ = 0;
};

json::value time_or_null(std::int64_t time) {
  return time == 0 ? json::value{} : json::value(time);
}

json::object step_overview(const run_view& view, const std::vector<step_brief>& briefs) {
  std::map<step_status, json::array> lists;
  std::int64_t ordinal = 0;
  for (auto i : client_order(*view.run->workflow, view.in_dag)) {
    ++ordinal;
    auto& x = briefs[i];
    if (x.status != step_status::not_created)
      lists[x.status].push_back(
        json::array{ordinal, time_or_null(x.start_time), time_or_null(x.end_time)});
  }
  json::object out;
  for (auto& [status, list] : lists) {
    auto count = list.size();
    out[model::to_string(status)] = json::object{{"cnt", count}, {"steps", std::move(list)}};
  }
  return out;
}

} // namespace

result<progress_of_run> progress_so_far(const shard_reader& from, const run_view& view) {
  return reader_of_progress{from}.read(view);
}

json::object runtime_overview(const run_view& view, const progress_of_run& progress) {
  json::object out{{"total_step_count", std::count(view.in_dag.begin(), view.in_dag.end(), true)}};
  out["step_overview"] = step_overview(view, progress.briefs);
  out["rollup_overview"] = rollup(progress.leaves, progress.refs);
  if (view.state.own_status)
    out["run_status"] = text(model::to_string(*view.state.own_status));
  return out;
}

result<json::object> overview_of_run(const shard_reader& from, const run_name& name) {
  auto view = read_run(from, name);
  if (!view && view.error().code == ec::not_found)
    return json::object{};
  if (!view)
    return view.error();
  if (!view->state.launched)
    return json::object{};
  auto progress = progress_so_far(from, *view);
  if (!progress)
    return progress.error();
  return runtime_overview(*view, *progress);
}

} // namespace tutti::engine::views
