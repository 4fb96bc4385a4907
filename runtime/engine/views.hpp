#pragma once

#include "runtime/engine/address.hpp"
#include "runtime/engine/store_reader.hpp"
#include "runtime/engine/template_use.hpp"
#include "runtime/model/instance.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::engine {

/// Where reads go: the applied rows of every shard.
struct shard_reader {
  std::function<const row_reader&(shard_no)> rows;
  shard_no shards = 1;

  const row_reader& of(const entity_id& id) const { return rows(shard_of(id, shards)); }
};

} // namespace tutti::engine

/// What the API tells about workflows, runs and steps (spec 05): applied rows made into JSON, in
/// the property order of its appendix. Pure: reads rows and nothing else. Errors are those of the
/// API, `ec::not_found` with its texts. To be written with `model::to_text`.
namespace tutti::engine::views {

using json_result = result<boost::json::value>;

/// A page as it is asked for: exactly one of `first` and `last`, in 1..200 (spec 05 §1.8).
struct page_request {
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  std::optional<std::int64_t> cursor;
};

struct run_name {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0; ///< 0 = the latest
};

// -- definitions ----------------------------------------------------------------------------------

/// `WorkflowDefinition` of `active`, `latest`, `default` (any case) or a number. `enriched` adds
/// the params of the workflow and its top-level steps with the defaults of the system merged in.
json_result workflow_definition(const shard_reader& from, const std::string& workflow_id,
                                std::string_view version, bool enriched = false);

/// A page of versions, newest first; an unknown workflow has an empty one.
json_result versions(const shard_reader& from, const std::string& workflow_id,
                     const page_request& page);

/// `WorkflowOverviewResponse`. An inline id gives its parent's definition and its own counts.
json_result overview(const shard_reader& from, const std::string& workflow_id);

/// `WorkflowTimeline`: who changed what, newest first; empty for an unknown workflow.
json_result workflow_timeline(const shard_reader& from, const std::string& workflow_id);

/// `PropertiesSnapshot`: `latest`, or the one with that creation time.
json_result snapshot(const shard_reader& from, const std::string& workflow_id,
                     std::string_view snapshot_id);

/// All workflows ordered by id, at most `first` of those behind the id `cursor`.
json_result workflows(const shard_reader& from, std::int64_t first, std::string_view cursor);

// -- job templates --------------------------------------------------------------------------------

/// Finds templates for whoever is no step; `from` must outlive it.
template_reader templates_of(const shard_reader& from);

/// `JobTemplate` in a version.
json_result job_template(const shard_reader& from, const std::string& job_type,
                         const std::string& version);

/// All templates that have such a version, by job type.
json_result job_templates(const shard_reader& from, const std::string& version);

// -- runs -----------------------------------------------------------------------------------------

struct instance_options {
  bool enriched = true;    ///< STATUS events in the timeline
  bool aggregated = false; ///< `aggregated_info` over all runs
};

/// `WorkflowInstance`.
json_result instance(const shard_reader& from, const run_name& name,
                     const instance_options& options);

/// A page of the runs of an instance, newest first.
json_result runs(const shard_reader& from, const std::string& workflow_id, std::int64_t instance_id,
                 const page_request& page);

/// A page of the latest run of each instance, newest first.
json_result instances(const shard_reader& from, const std::string& workflow_id,
                      const page_request& page, bool aggregated);

/// Runs that wait or run, of all workflows: at most `first`, those that run first.
json_result active_runs(const shard_reader& from, std::int64_t first);

/// The way from the closest run that is no iteration down to this iteration of a foreach.
json_result inline_path(const shard_reader& from, const std::string& workflow_id,
                        std::int64_t instance_id);

/// The id of the inline workflow that holds the last step of `nodes`: a node for each level, the
/// root instance first. Bad request if the step is not that deep inside foreach steps.
result<std::string> inline_workflow_id(const shard_reader& from,
                                       const std::vector<model::ancestor>& nodes);

/// The number of the latest run; 0 = there is no such instance.
result<std::int64_t> latest_run(const shard_reader& from, const std::string& workflow_id,
                                std::int64_t instance_id);

/// The status of a run, at the price of one or two look-ups.
result<model::run_status> status_of_run(const shard_reader& from, const run_name& name);

// -- steps ----------------------------------------------------------------------------------------

/// `StepInstance` of one attempt; 0 = the latest of that run.
json_result step(const shard_reader& from, const run_name& name, const std::string& step_id,
                 std::int64_t attempt, bool enriched);

/// The latest attempt in the latest run that has the step.
json_result latest_step(const shard_reader& from, const std::string& workflow_id,
                        std::int64_t instance_id, const std::string& step_id, bool enriched);

/// The views of `latest_step` for all steps, by `step_instance_id`; `[]` for unknown instances.
json_result latest_steps(const shard_reader& from, const std::string& workflow_id,
                         std::int64_t instance_id);

/// The latest attempts of one run. Not found when there are none.
json_result run_steps(const shard_reader& from, const run_name& name);

struct attempt_brief {
  std::string step_uuid;
  model::step_status status = model::step_status::not_created;
};

/// Enough of an attempt to find its log; 0 = the latest.
result<attempt_brief> attempt(const shard_reader& from, const run_name& name,
                              const std::string& step_id, std::int64_t attempt);

/// What to say of an attempt that left no log.
struct no_log {
  /// Its process is yet to start: asking again later may help.
  bool may_come = false;
  error why;
};

no_log why_no_log(const shard_reader& from, const run_name& name, const std::string& step_id,
                  std::int64_t attempt);

// -- insight --------------------------------------------------------------------------------------

/// All steps of a run in the order of the definition, with loop counts. Never reads iterations.
json_result progress(const shard_reader& from, const run_name& name, time_ms now);

/// What a run, or one step of it, waits for, or how and why it ended.
json_result why(const shard_reader& from, const run_name& name, const std::string& step_id);

} // namespace tutti::engine::views
