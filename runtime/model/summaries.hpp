#pragma once

#include "runtime/model/job_events.hpp"
#include "runtime/model/run_view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an engine keeps of a run while it goes on, in the form of the original.
namespace tutti::model {

/// Stored: append only.
enum class db_operation : std::uint8_t {
  insert = 0,
  update = 1,
  upsert = 2,
};

std::string_view to_string(db_operation x);
std::optional<db_operation> parse_db_operation(std::string_view exact);

/// A step attempt in the engine.
struct step_runtime_summary {
  std::string step_id;
  std::int64_t step_attempt_id = 0;
  std::string step_instance_uuid;
  std::optional<std::string> step_name;
  std::int64_t step_instance_id = 0;
  std::vector<tag> tags;
  std::optional<step_type> type;
  std::optional<std::string> sub_type;
  std::optional<param_map> params;
  std::optional<step_instance_transition> transition;
  std::optional<step_retry_view> step_retry;
  std::optional<std::int64_t> timeout_in_millis;
  bool synced = false;
  step_runtime_state runtime_state;
  std::optional<model::signal_dependencies> signal_dependencies;
  std::optional<model::signal_outputs> signal_outputs;
  artifact_map artifacts;
  model::timeline timeline;
  std::vector<status_change_record> pending_records;
  std::optional<raw_json> tracing_context;
  std::optional<param_map> step_run_params;
  std::optional<model::restart_config> restart_config;
  std::optional<model::db_operation> db_operation;

  using own_json = void;

  bool operator==(const step_runtime_summary&) const = default;

  static constexpr auto fields() {
    using self = step_runtime_summary;
    return std::make_tuple(
      field(1, "step_id", &self::step_id, emit::not_empty),
      field(2, "step_attempt_id", &self::step_attempt_id),
      field(3, "step_instance_uuid", &self::step_instance_uuid, emit::not_empty),
      field(4, "step_name", &self::step_name),
      field(5, "step_instance_id", &self::step_instance_id), field(6, "tags", &self::tags),
      field(7, "type", &self::type), field(8, "sub_type", &self::sub_type),
      field(9, "params", &self::params), field(10, "transition", &self::transition),
      field(11, "step_retry", &self::step_retry),
      field(12, "timeout_in_millis", &self::timeout_in_millis), field(13, "synced", &self::synced),
      field(14, "runtime_state", &self::runtime_state),
      field(15, "signal_dependencies", &self::signal_dependencies),
      field(16, "signal_outputs", &self::signal_outputs),
      field(17, "artifacts", &self::artifacts, emit::not_empty),
      field(18, "timeline", &self::timeline),
      field(19, "pending_records", &self::pending_records, emit::not_empty),
      field(20, "tracing_context", &self::tracing_context),
      field(21, "step_run_params", &self::step_run_params),
      field(22, "restart_config", &self::restart_config),
      field(23, "db_operation", &self::db_operation));
  }
};

/// A run in the engine.
struct workflow_summary {
  std::string workflow_id;
  std::optional<std::int64_t> internal_id;
  std::int64_t workflow_version_id = 0;
  std::optional<std::string> workflow_name;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::optional<std::string> correlation_id;
  std::int64_t group_info = 0;
  std::optional<std::int64_t> creation_time;
  std::string workflow_uuid;
  std::optional<model::run_policy> run_policy;
  std::optional<model::restart_config> restart_config;
  std::optional<model::run_properties> run_properties;
  std::optional<model::initiator> initiator;
  std::optional<param_map> params;
  std::optional<std::vector<tag>> tags;
  std::optional<ordered_map<step_transition>> runtime_dag;
  std::optional<ordered_map<step>> step_map;
  std::optional<model::criticality> criticality;
  std::optional<std::int64_t> instance_step_concurrency;
  std::optional<ordered_map<param_map>> step_run_params;

  using own_json = void;

  bool operator==(const workflow_summary&) const = default;

  static constexpr auto fields() {
    using self = workflow_summary;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "internal_id", &self::internal_id),
      field(3, "workflow_version_id", &self::workflow_version_id),
      field(4, "workflow_name", &self::workflow_name),
      field(5, "workflow_instance_id", &self::workflow_instance_id),
      field(6, "workflow_run_id", &self::workflow_run_id),
      field(7, "correlation_id", &self::correlation_id), field(8, "group_info", &self::group_info),
      field(9, "creation_time", &self::creation_time),
      field(10, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
      field(11, "run_policy", &self::run_policy),
      field(12, "restart_config", &self::restart_config),
      field(13, "run_properties", &self::run_properties), field(14, "initiator", &self::initiator),
      field(15, "params", &self::params), field(16, "tags", &self::tags),
      field(17, "runtime_dag", &self::runtime_dag), field(18, "step_map", &self::step_map),
      field(19, "criticality", &self::criticality),
      field(20, "instance_step_concurrency", &self::instance_step_concurrency),
      field(21, "step_run_params", &self::step_run_params));
  }
};

/// The progress of a run in the engine.
struct workflow_runtime_summary {
  run_status instance_status = run_status::created;
  std::optional<std::int64_t> start_time;
  std::optional<std::int64_t> end_time;
  std::optional<std::int64_t> modify_time;
  std::optional<workflow_runtime_overview> runtime_overview;
  std::optional<workflow_rollup_overview> rollup_base;
  artifact_map artifacts;
  model::timeline timeline;

  bool operator==(const workflow_runtime_summary&) const = default;

  static constexpr auto fields() {
    using self = workflow_runtime_summary;
    return std::make_tuple(field(1, "instance_status", &self::instance_status),
                           field(2, "start_time", &self::start_time),
                           field(3, "end_time", &self::end_time),
                           field(4, "modify_time", &self::modify_time),
                           field(5, "runtime_overview", &self::runtime_overview),
                           field(6, "rollup_base", &self::rollup_base),
                           field(7, "artifacts", &self::artifacts, emit::not_empty),
                           field(8, "timeline", &self::timeline));
  }
};

} // namespace tutti::model
