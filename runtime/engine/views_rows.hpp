#pragma once

#include "runtime/engine/instance_core.hpp"
#include "runtime/engine/rows.hpp"
#include "runtime/engine/step_core.hpp"
#include "runtime/engine/views.hpp"
#include "runtime/engine/workflow_core.hpp"
#include "runtime/model/stored.hpp"

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the views share: rows read into structs, and small pieces of JSON.
namespace tutti::engine::views {

namespace json = boost::json;

template <class T>
result<std::optional<T>> read_row(const row_reader& from, const std::string& key) {
  auto row = from.get(key);
  if (!row)
    return row.error();
  if (!*row)
    return std::optional<T>{};
  auto read = model::decode<T>(**row);
  if (!read)
    return read.error();
  return std::optional<T>{std::move(*read)};
}

/// The row of a workflow, and the rows around it.
result<std::optional<workflow_state>> read_workflow(const shard_reader& from,
                                                    const std::string& workflow_id);
result<std::optional<model::workflow_version>>
read_version(const shard_reader& from, const std::string& workflow_id, std::int64_t version);
result<std::optional<run_summary>> read_summary(const shard_reader& from, const run_name& name);

/// A run with all that never changes and its own row.
struct run_view {
  run_name name; ///< with the true run number
  run_ptr run;
  run_state state;
  /// Only its workflow knows it yet: it is on its way to its own shard.
  bool pending = false;
  std::vector<bool> in_dag; ///< by position in the definition

  const std::vector<model::step>& steps() const { return run->workflow->workflow.steps; }

  /// Predecessors of a step inside the graph of this run.
  std::vector<std::string> parents(std::size_t at) const;
};

/// `workflow instance [w][1][0] not found …`
error unknown_run(const run_name& name);

result<run_view> read_run(const shard_reader& from, const run_name& name);

/// The latest attempts of the steps of a run, by position; attempt 0 = not created.
result<std::vector<step_state>> latest_attempts(const shard_reader& from, const run_view& view);

/// The latest attempt of one step, or the one asked for; attempt 0 = there is none.
result<step_state> read_attempt(const shard_reader& from, const entity_id& step,
                                std::int64_t attempt);

step_brief brief_of(const step_state& attempt);

/// A loop of an inline workflow id: its spec, and the loop step as it is now.
struct loop_view {
  loop_spec spec;
  step_state step;
};

result<std::optional<loop_view>> read_loop_view(const shard_reader& from,
                                                const std::string& inline_id);

/// Iterations of a foreach or while.
struct loop_counts {
  std::int64_t running = 0;
  std::int64_t failed = 0;
  std::int64_t launched = 0;
  std::int64_t highest = 0; ///< the highest number that ever ran
};

loop_counts counts_of(const step_state& attempt);

// -- JSON -----------------------------------------------------------------------------------------

inline json::value text(std::string_view x) {
  return json::value(json::string_view{x.data(), x.size()});
}

/// Adds a member unless it is 0 or absent.
void put_time(json::object& out, std::string_view name, std::int64_t time);

/// Counts by status in the order of the statuses, for rollups.
using status_counts = std::map<model::step_status, std::int64_t>;

void add(status_counts& to, const leaf_counts& leaves);

/// Step references by status and by the run that has the steps.
using step_refs = std::map<model::step_status, std::map<std::string, json::array>>;

/// `WorkflowRollupOverview`.
json::object rollup(const status_counts& counts, const step_refs& refs = {});

/// How far a run is.
struct progress_of_run {
  std::vector<step_brief> briefs; ///< by position
  status_counts leaves;           ///< of the whole tree, over all runs of the instance
  step_refs refs;
};

result<progress_of_run> progress_so_far(const shard_reader& from, const run_view& view);

/// `WorkflowRuntimeOverview`.
json::object runtime_overview(const run_view& view, const progress_of_run& progress);

/// The same by name; empty while the run has not begun.
result<json::object> overview_of_run(const shard_reader& from, const run_name& name);

/// `run_params` and `params` of a run.
json::value run_params_json(const run_view& view);
json::value params_json(const run_view& view);

/// Statuses whose steps a rollup names.
bool is_overview_status(model::step_status x);

/// The stored timeline with STATUS events: `begun` before what happened at the same time, `ended`
/// behind it.
json::value enriched_timeline(const std::vector<model::timeline_event>& stored,
                              std::vector<model::timeline_event> begun,
                              const std::optional<model::timeline_event>& ended);

model::timeline_event status_event(std::int64_t time, std::string_view status);

/// The last text of a timeline that a person wants to see: of a LOG or DETAILS event.
std::string last_message(const std::vector<model::timeline_event>& timeline);

/// What went wrong, from a timeline: the last error with its details, else the last message.
std::string failure_message(const std::vector<model::timeline_event>& timeline);

/// Running iterations of a loop that wait for a retry of one of their steps.
struct loop_waits {
  std::int64_t looked_at = 0;
  std::int64_t waiting = 0;
  time_ms next = 0;    ///< the first retry of all; 0 = none
  std::string example; ///< which step of which iteration, and why
};

/// Looks at the oldest running iterations, `look_max` at most.
loop_waits waits_of(const shard_reader& from, const foreach_state& loop, std::int64_t look_max);

/// Which step of the first failed iteration failed, and why; empty if none did.
std::string first_failure(const shard_reader& from, const foreach_state& loop);

/// `StepInstance`.
result<json::object> step_json(const shard_reader& from, const run_view& view, std::size_t at,
                               const step_state& attempt, bool enriched);

/// How the artifact of a loop begins; `kind` is `foreach` or `loop`.
json::object loop_artifact(std::string_view kind, const std::string& inline_id,
                           std::int64_t inline_run, const run_view& view, const entity_id& step,
                           const step_state& attempt);

/// `ForeachArtifact`.
json::object foreach_artifact(const run_view& view, const entity_id& step,
                              const step_state& attempt);

/// `WhileArtifact`. Tells the newest thousand values of each loop parameter.
result<json::object> while_artifact(const shard_reader& from, const run_view& view,
                                    const entity_id& step, const step_state& attempt);

/// `SubworkflowArtifact`.
result<json::object> subworkflow_artifact(const shard_reader& from, const child_state& child);

/// What a step waits for that lies in runs below it, other than the iterations of a foreach.
struct waited_for {
  std::string_view waits_for;
  std::string message;
};

std::optional<waited_for> wait_below(const step_state& attempt);

/// Iterations by status, in the order of the API's statuses; empty ones left out.
std::vector<std::pair<model::run_status, std::int64_t>> iteration_counts(const foreach_state& loop);

/// `WorkflowInstance`.
result<json::object> instance_json(const shard_reader& from, const run_view& view,
                                   const instance_options& options);

} // namespace tutti::engine::views
