#pragma once

#include "runtime/model/artifact.hpp"
#include "runtime/model/signal.hpp"
#include "runtime/model/timeline.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Runs and step attempts as the API shows them (spec 04a §2, 04b §1).
namespace tutti::model {

/// A run of a workflow instance.
struct workflow_instance {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string workflow_uuid;
  std::string correlation_id;
  std::int64_t workflow_version_id = 0;
  std::int64_t group_info = 0;
  std::optional<std::int64_t> internal_id;
  std::optional<std::string> execution_id;
  std::optional<model::run_config> run_config;
  std::optional<param_map> run_params;
  std::optional<ordered_map<param_map>> step_run_params;
  std::optional<model::run_properties> run_properties;
  std::optional<workflow> runtime_workflow;
  std::optional<ordered_map<step_transition>> runtime_dag;
  std::optional<std::int64_t> timeout_in_millis;
  std::optional<param_map> params;
  std::optional<model::initiator> initiator;
  std::optional<model::run_status> status;
  std::optional<std::int64_t> request_time;
  std::optional<std::int64_t> create_time;
  std::optional<std::int64_t> start_time;
  std::optional<std::int64_t> end_time;
  std::optional<std::int64_t> modify_time;
  std::optional<workflow_runtime_overview> runtime_overview;
  std::optional<artifact_map> artifacts;
  std::optional<model::timeline> timeline;
  std::optional<workflow_instance_aggregated_info> aggregated_info;

  using own_json = void;

  bool operator==(const workflow_instance&) const = default;

  static constexpr auto fields() {
    using self = workflow_instance;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "workflow_instance_id", &self::workflow_instance_id),
      field(3, "workflow_run_id", &self::workflow_run_id),
      field(4, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
      field(5, "correlation_id", &self::correlation_id, emit::not_empty),
      field(6, "workflow_version_id", &self::workflow_version_id),
      field(7, "group_info", &self::group_info), field(8, "internal_id", &self::internal_id),
      field(9, "execution_id", &self::execution_id), field(10, "run_config", &self::run_config),
      field(11, "run_params", &self::run_params),
      field(12, "step_run_params", &self::step_run_params),
      field(13, "run_properties", &self::run_properties),
      field(14, "runtime_workflow", &self::runtime_workflow),
      field(15, "runtime_dag", &self::runtime_dag),
      field(16, "timeout_in_millis", &self::timeout_in_millis), field(17, "params", &self::params),
      field(18, "initiator", &self::initiator), field(19, "status", &self::status),
      field(20, "request_time", &self::request_time), field(21, "create_time", &self::create_time),
      field(22, "start_time", &self::start_time), field(23, "end_time", &self::end_time),
      field(24, "modify_time", &self::modify_time),
      field(25, "runtime_overview", &self::runtime_overview),
      field(26, "artifacts", &self::artifacts, emit::not_empty),
      field(27, "timeline", &self::timeline), field(28, "aggregated_info", &self::aggregated_info));
  }
};

/// Retries of an attempt as JSON tells them: what is not said is zero.
struct step_retry_view {
  std::int64_t error_retries = 0;
  std::int64_t error_retry_limit = 0;
  std::int64_t platform_retries = 0;
  std::int64_t platform_retry_limit = 0;
  std::int64_t timeout_retries = 0;
  std::int64_t timeout_retry_limit = 0;
  std::int64_t manual_retries = 0;
  bool retryable = true;
  std::optional<model::backoff> backoff;

  bool operator==(const step_retry_view&) const = default;

  static constexpr auto fields() {
    using self = step_retry_view;
    return std::make_tuple(field(1, "error_retries", &self::error_retries),
                           field(2, "error_retry_limit", &self::error_retry_limit),
                           field(3, "platform_retries", &self::platform_retries),
                           field(4, "platform_retry_limit", &self::platform_retry_limit),
                           field(5, "timeout_retries", &self::timeout_retries),
                           field(6, "timeout_retry_limit", &self::timeout_retry_limit),
                           field(7, "manual_retries", &self::manual_retries),
                           field(8, "retryable", &self::retryable),
                           field(9, "backoff", &self::backoff));
  }
};

/// Predecessors, and the conditions of the successors.
struct step_instance_transition {
  std::vector<std::string> predecessors;
  param_map successors;

  using own_json = void;

  bool operator==(const step_instance_transition&) const = default;

  static constexpr auto fields() {
    using self = step_instance_transition;
    return std::make_tuple(field(1, "predecessors", &self::predecessors, emit::not_empty),
                           field(2, "successors", &self::successors, emit::not_empty));
  }
};

/// An attempt of a step.
struct step_instance {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::int64_t step_attempt_id = 0;
  std::string workflow_uuid;
  std::string step_uuid;
  std::string correlation_id;
  std::int64_t step_instance_id = 0;
  std::int64_t workflow_version_id = 0;
  std::int64_t group_info = 0;
  std::optional<user> owner;
  std::optional<step> definition;
  std::optional<std::vector<tag>> tags;
  std::optional<param_map> step_run_params;
  std::optional<model::restart_config> restart_config;
  std::optional<param_map> params;
  std::optional<step_instance_transition> transition;
  std::optional<step_retry_view> step_retry;
  std::optional<std::int64_t> timeout_in_millis;
  std::optional<step_runtime_state> runtime_state;
  std::optional<model::signal_dependencies> signal_dependencies;
  std::optional<model::signal_outputs> signal_outputs;
  std::optional<artifact_map> artifacts;
  std::optional<model::timeline> timeline;

  using own_json = void;

  bool operator==(const step_instance&) const = default;

  static constexpr auto fields() {
    using self = step_instance;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "workflow_instance_id", &self::workflow_instance_id),
      field(3, "workflow_run_id", &self::workflow_run_id),
      field(4, "step_id", &self::step_id, emit::not_empty),
      field(5, "step_attempt_id", &self::step_attempt_id),
      field(6, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
      field(7, "step_uuid", &self::step_uuid, emit::not_empty),
      field(8, "correlation_id", &self::correlation_id, emit::not_empty),
      field(9, "step_instance_id", &self::step_instance_id),
      field(10, "workflow_version_id", &self::workflow_version_id),
      field(11, "group_info", &self::group_info), field(12, "owner", &self::owner),
      field(13, "definition", &self::definition), field(14, "tags", &self::tags),
      field(15, "step_run_params", &self::step_run_params),
      field(16, "restart_config", &self::restart_config), field(17, "params", &self::params),
      field(18, "transition", &self::transition), field(19, "step_retry", &self::step_retry),
      field(20, "timeout_in_millis", &self::timeout_in_millis),
      field(21, "runtime_state", &self::runtime_state),
      field(22, "signal_dependencies", &self::signal_dependencies),
      field(23, "signal_outputs", &self::signal_outputs),
      field(24, "artifacts", &self::artifacts, emit::not_empty),
      field(25, "timeline", &self::timeline));
  }
};

/// The state of one attempt.
struct step_attempt_state {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::int64_t step_attempt_id = 0;
  std::optional<step_runtime_state> runtime_state;

  bool operator==(const step_attempt_state&) const = default;

  static constexpr auto fields() {
    using self = step_attempt_state;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "step_attempt_id", &self::step_attempt_id),
                           field(6, "runtime_state", &self::runtime_state));
  }
};

/// One attempt.
struct step_instance_reference {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::int64_t step_attempt_id = 0;

  bool operator==(const step_instance_reference&) const = default;

  static constexpr auto fields() {
    using self = step_instance_reference;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "step_attempt_id", &self::step_attempt_id));
  }
};

} // namespace tutti::model
