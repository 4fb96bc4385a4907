#pragma once

#include "runtime/engine/address.hpp"
#include "runtime/engine/dag.hpp"
#include "runtime/engine/intervals.hpp"
#include "runtime/model/artifact.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/model/restart.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// What a run is made of and never changes afterwards.
namespace tutti::engine {

/// Counts of leaf steps by status (spec 04a §9); index = `model::step_status`.
struct leaf_counts {
  ordered_map<std::int64_t> by_status;

  void add(model::step_status status, std::int64_t n) {
    if (n != 0)
      by_status[model::to_string(status)] += n;
  }

  void add(const leaf_counts& other) {
    for (const auto& [name, n] : other.by_status)
      by_status[name] += n;
  }

  void subtract(const leaf_counts& other) {
    for (const auto& [name, n] : other.by_status)
      if ((by_status[name] -= n) == 0)
        by_status.erase(name);
  }

  std::int64_t total() const {
    std::int64_t n = 0;
    for (const auto& x : by_status)
      n += x.second;
    return n;
  }

  bool operator==(const leaf_counts&) const = default;

  static constexpr auto fields() {
    return std::make_tuple(model::field(1, "by_status", &leaf_counts::by_status));
  }
};

struct run_properties;
struct run_spec;

// What earlier versions stored as JSON text; text that is not readable as the member is dropped.
void adopt_alerting(model::raw_json&& old, run_properties& x);
void adopt_artifacts(model::raw_json&& old, run_spec& x);

/// The properties snapshot as a run keeps it (spec 04a §2 `run_properties`).
struct run_properties {
  std::int64_t create_time = 0;
  std::string owner;
  std::optional<model::alerting> alerting;
  std::optional<std::int64_t> step_concurrency;
  std::optional<std::vector<model::tag>> tags;

  bool operator==(const run_properties&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = run_properties;
    return std::make_tuple(field(1, "create_time", &self::create_time),
                           field(2, "owner", &self::owner), field(6, "alerting", &self::alerting),
                           field(4, "step_concurrency", &self::step_concurrency),
                           field(5, "tags", &self::tags));
  }

  static constexpr auto retired_fields() {
    return std::make_tuple(model::retired(3, &adopt_alerting));
  }
};

/// A loop as all its iterations share it: one row per shard that runs some of them.
struct loop_spec {
  std::string inline_id;
  std::int64_t inline_run = 1;
  entity_id parent;     ///< the foreach step
  model::workflow body; ///< id = inline id; steps = body of the loop
  model::param_map
    params; ///< evaluated: the parent's, then the loop step's own, without loop_params
  model::value_map loop_values; ///< name to array; ranges stay ranges
  model::initiator initiator;
  std::string correlation_id;
  std::int64_t version_id = 0;
  std::int64_t internal_id = 0;
  std::int64_t group_info = 0;
  run_properties properties;
  model::run_policy policy = model::run_policy::start_fresh_new_run;
  std::int64_t create_time = 0;
  /// Restart: iterations up to this number have earlier runs; what those completed is not run
  /// again (spec 04c §3.4).
  std::int64_t ancestor_iterations = 0;
  std::int64_t run_ts = 0; ///< RUN_TS of the tree
  /// What the parameters `workflow_id` and `owner` say: those of the instance with the loop.
  std::string shown_workflow_id;
  std::string shown_owner;
  /// Restart of one iteration: the path ends with it, and it alone takes this.
  std::optional<model::restart_config> restart;

  static constexpr auto fields() {
    using model::field;
    using self = loop_spec;
    return std::make_tuple(
      field(1, "inline_id", &self::inline_id), field(2, "inline_run", &self::inline_run),
      field(3, "parent", &self::parent), field(4, "body", &self::body),
      field(5, "params", &self::params), field(6, "loop_values", &self::loop_values),
      field(7, "initiator", &self::initiator), field(8, "correlation_id", &self::correlation_id),
      field(9, "version_id", &self::version_id), field(10, "internal_id", &self::internal_id),
      field(11, "group_info", &self::group_info), field(12, "properties", &self::properties),
      field(13, "policy", &self::policy), field(14, "create_time", &self::create_time),
      field(15, "ancestor_iterations", &self::ancestor_iterations),
      field(16, "run_ts", &self::run_ts), field(17, "shown_workflow_id", &self::shown_workflow_id),
      field(18, "shown_owner", &self::shown_owner), field(19, "restart", &self::restart));
  }
};

/// A loop spec with its compiled body.
struct compiled_loop {
  loop_spec spec;
  workflow_ptr body;
};

using loop_ptr = std::shared_ptr<const compiled_loop>;

/// A step of an earlier run that a restarted run does not run again.
struct carried_step {
  std::string step_id;
  std::int64_t run_id = 0;
  model::step_status status = model::step_status::not_created;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;

  bool operator==(const carried_step&) const = default;

  static constexpr auto fields() {
    using model::field;
    using self = carried_step;
    return std::make_tuple(field(1, "step_id", &self::step_id), field(2, "run_id", &self::run_id),
                           field(3, "status", &self::status),
                           field(4, "start_time", &self::start_time),
                           field(5, "end_time", &self::end_time));
  }
};

/// The immutable part of a run. For an iteration only the first members are set: the rest comes
/// from its `loop_spec`, so that a million of them cost little.
struct run_spec {
  std::string workflow_id;
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  std::string uuid;
  std::int64_t create_time = 0;
  bool iteration = false;
  std::int64_t request_time = 0;
  std::int64_t version_id = 0;
  std::int64_t internal_id = 0;
  std::int64_t group_info = 0;
  std::string correlation_id;
  model::run_policy policy = model::run_policy::start_fresh_new_run;
  model::initiator initiator;
  model::param_map run_params;
  model::param_map params; ///< evaluated
  std::optional<std::vector<model::tag>> runtime_tags;
  std::optional<model::artifact_map> artifacts;
  run_properties properties;
  std::int64_t timeout_ms = 0; ///< 0 = the default of ten days
  bool explicit_timeout = false;
  /// Restart: the steps that run in this run (empty on a fresh run = all).
  bool partial = false;
  std::vector<std::string> start_steps;
  /// Restart: the aggregated view of the runs before (spec 04a §10).
  std::vector<carried_step> carried;
  std::optional<model::run_status> baseline_status;
  /// RUN_TS of the first run, which all runs of an instance and of its tree share;
  /// 0 = `create_time`.
  std::int64_t run_ts = 0;
  /// Iteration of a while: its loop values.
  model::value_map loop_values;
  /// A subworkflow or template step has started it, the last ancestor of its initiator.
  bool is_child = false;
  /// Child of a step that handed on all parameters: what `workflow_id` and `owner` say, those of
  /// the parent. Empty = its own.
  std::string shown_workflow_id;
  std::string shown_owner;
  /// Child of a step: takes the place of the definition's `instance_step_concurrency`.
  std::optional<std::int64_t> tree_concurrency;
  /// Restart that was asked of a step or of a run below: the path ends with this run. An iteration
  /// that has it has a `policy` of its own.
  std::optional<model::restart_config> restart;

  static constexpr auto fields() {
    using model::field;
    using self = run_spec;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id), field(2, "instance_id", &self::instance_id),
      field(3, "run_id", &self::run_id), field(4, "uuid", &self::uuid),
      field(5, "create_time", &self::create_time), field(6, "iteration", &self::iteration),
      field(7, "request_time", &self::request_time), field(8, "version_id", &self::version_id),
      field(9, "internal_id", &self::internal_id), field(10, "group_info", &self::group_info),
      field(11, "correlation_id", &self::correlation_id), field(12, "policy", &self::policy),
      field(13, "initiator", &self::initiator), field(14, "run_params", &self::run_params),
      field(15, "params", &self::params), field(16, "runtime_tags", &self::runtime_tags),
      field(30, "artifacts", &self::artifacts), field(18, "properties", &self::properties),
      field(19, "timeout_ms", &self::timeout_ms),
      field(20, "explicit_timeout", &self::explicit_timeout), field(21, "partial", &self::partial),
      field(22, "start_steps", &self::start_steps), field(23, "carried", &self::carried),
      field(24, "baseline_status", &self::baseline_status), field(25, "run_ts", &self::run_ts),
      field(26, "loop_values", &self::loop_values),
      field(27, "shown_workflow_id", &self::shown_workflow_id),
      field(28, "shown_owner", &self::shown_owner),
      field(29, "tree_concurrency", &self::tree_concurrency),
      field(31, "is_child", &self::is_child), field(32, "restart", &self::restart));
  }

  static constexpr auto retired_fields() {
    return std::make_tuple(model::retired(17, &adopt_artifacts));
  }
};

/// A run as steps see it: its spec, its definition, and the loop it belongs to. Immutable, and
/// shared by the actors of the run.
class run_context {
public:
  run_context(run_spec what, workflow_ptr definition, loop_ptr around)
    : spec(std::move(what)),
      workflow(std::move(definition)),
      loop(std::move(around)) {}

  const run_spec spec;
  const workflow_ptr workflow;
  const loop_ptr loop; ///< null unless an iteration

  /// The evaluated workflow parameters; those of an iteration are made on first use.
  const model::param_map& params() const;

  const run_properties& properties() const {
    return loop ? loop->spec.properties : spec.properties;
  }

  const model::initiator& initiator() const { return loop ? loop->spec.initiator : spec.initiator; }

  const std::string& correlation_id() const {
    return loop ? loop->spec.correlation_id : spec.correlation_id;
  }

  std::int64_t version_id() const { return loop ? loop->spec.version_id : spec.version_id; }

  std::int64_t internal_id() const { return loop ? loop->spec.internal_id : spec.internal_id; }

  std::int64_t group_info() const { return loop ? loop->spec.group_info : spec.group_info; }

  /// What RUN_TS and the dates made of it begin with: one moment for all runs of an instance and
  /// for the whole tree below it (spec 02 §5, §6).
  std::int64_t run_ts() const {
    auto own = spec.run_ts != 0 ? spec.run_ts : spec.create_time;
    return loop && loop->spec.run_ts != 0 ? loop->spec.run_ts : own;
  }

  model::run_policy policy() const {
    return loop && !spec.restart ? loop->spec.policy : spec.policy;
  }

  /// What the parameter `workflow_id` says (spec 02 §6.2): the id of the workflow itself, or what
  /// the parent of an iteration or subworkflow has handed on.
  const std::string& shown_workflow_id() const;

  /// The same for `owner`.
  const std::string& shown_owner() const;

  /// `instance_step_concurrency` of the tree (spec 04c §2).
  std::optional<std::int64_t> tree_concurrency() const;

private:
  mutable std::once_flag once_;
  mutable model::param_map made_;
};

using run_ptr = std::shared_ptr<const run_context>;

/// The step that has started a run. @pre it has ancestors
entity_id parent_step(const model::initiator& x);

/// A step that has ended, as the steps behind it know it.
struct known_step {
  std::string step_id;
  std::shared_ptr<const model::param_map> params; ///< evaluated; may be null
  model::step_status status = model::step_status::not_created;
  std::int64_t end_time = 0;
};

/// Those with parameters, or all of them where a definition asks for more.
using step_params = std::vector<known_step>;

} // namespace tutti::engine
