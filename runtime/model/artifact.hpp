#pragma once

#include "runtime/model/commands.hpp"
#include "runtime/model/overview.hpp"
#include "runtime/model/restart.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Artifacts of runs and steps (spec 04b §12).
namespace tutti::model {

/// Free members; has no `type` in JSON.
struct default_artifact {
  ordered_map<raw_json> data;

  using own_json = void;

  bool operator==(const default_artifact&) const = default;

  static constexpr auto fields() {
    using self = default_artifact;
    return std::make_tuple(field(1, "data", &self::data, emit::stored_only));
  }
};

/// The child of a subworkflow step.
struct subworkflow_artifact {
  std::string subworkflow_id;
  std::int64_t subworkflow_version_id = 0;
  std::int64_t subworkflow_instance_id = 0;
  std::int64_t subworkflow_run_id = 0;
  std::string subworkflow_uuid;
  std::optional<workflow_runtime_overview> subworkflow_overview;

  bool operator==(const subworkflow_artifact&) const = default;

  static constexpr auto fields() {
    using self = subworkflow_artifact;
    return std::make_tuple(field(1, "subworkflow_id", &self::subworkflow_id, emit::not_empty),
                           field(2, "subworkflow_version_id", &self::subworkflow_version_id),
                           field(3, "subworkflow_instance_id", &self::subworkflow_instance_id),
                           field(4, "subworkflow_run_id", &self::subworkflow_run_id),
                           field(5, "subworkflow_uuid", &self::subworkflow_uuid, emit::not_empty),
                           field(6, "subworkflow_overview", &self::subworkflow_overview));
  }
};

/// The loop of a foreach step.
struct foreach_artifact {
  std::string foreach_workflow_id;
  std::string foreach_identity;
  std::int64_t foreach_run_id = 0;
  std::optional<model::run_policy> run_policy;
  std::int64_t run_id = 0;
  std::optional<std::int64_t> ancestor_iteration_count;
  std::int32_t total_loop_count = 0;
  std::int32_t next_loop_index = 0;
  std::optional<foreach_step_overview> foreach_overview;
  std::optional<foreach_action> pending_action;

  bool operator==(const foreach_artifact&) const = default;

  static constexpr auto fields() {
    using self = foreach_artifact;
    return std::make_tuple(
      field(1, "foreach_workflow_id", &self::foreach_workflow_id, emit::not_empty),
      field(2, "foreach_identity", &self::foreach_identity, emit::not_empty),
      field(3, "foreach_run_id", &self::foreach_run_id), field(4, "run_policy", &self::run_policy),
      field(5, "run_id", &self::run_id),
      field(6, "ancestor_iteration_count", &self::ancestor_iteration_count),
      field(7, "total_loop_count", &self::total_loop_count),
      field(8, "next_loop_index", &self::next_loop_index),
      field(9, "foreach_overview", &self::foreach_overview),
      field(10, "pending_action", &self::pending_action));
  }
};

/// The loop of a while step.
struct while_artifact {
  std::string loop_workflow_id;
  std::string loop_identity;
  std::int64_t loop_run_id = 0;
  std::optional<model::run_policy> run_policy;
  std::int64_t run_id = 0;
  std::int64_t first_iteration = 0;
  std::int64_t last_iteration = 0;
  std::optional<model::run_status> last_status;
  std::optional<workflow_runtime_overview> last_overview;
  std::optional<workflow_rollup_overview> rollup;
  std::optional<ordered_map<std::vector<raw_json>>> loop_param_values;

  bool operator==(const while_artifact&) const = default;

  static constexpr auto fields() {
    using self = while_artifact;
    return std::make_tuple(
      field(1, "loop_workflow_id", &self::loop_workflow_id, emit::not_empty),
      field(2, "loop_identity", &self::loop_identity, emit::not_empty),
      field(3, "loop_run_id", &self::loop_run_id), field(4, "run_policy", &self::run_policy),
      field(5, "run_id", &self::run_id), field(6, "first_iteration", &self::first_iteration),
      field(7, "last_iteration", &self::last_iteration),
      field(8, "last_status", &self::last_status), field(9, "last_overview", &self::last_overview),
      field(10, "rollup", &self::rollup), field(11, "loop_param_values", &self::loop_param_values));
  }
};

/// A job on Titus.
struct titus_artifact {
  std::optional<std::string> cmb_job_id;
  std::optional<std::string> cmb_ui_link;
  std::optional<std::string> execution_script;
  std::optional<std::string> titus_job_id;
  std::optional<std::string> titus_log_ui_link;
  std::optional<std::string> titus_execution_output;
  std::optional<std::string> titus_execution_error_output;
  std::optional<titus_command> titus_options;
  std::optional<std::string> titus_task_id;
  std::vector<timeline_event> milestones;

  bool operator==(const titus_artifact&) const = default;

  static constexpr auto fields() {
    using self = titus_artifact;
    return std::make_tuple(
      field(1, "cmb_job_id", &self::cmb_job_id), field(2, "cmb_ui_link", &self::cmb_ui_link),
      field(3, "execution_script", &self::execution_script),
      field(4, "titus_job_id", &self::titus_job_id),
      field(5, "titus_log_ui_link", &self::titus_log_ui_link),
      field(6, "titus_execution_output", &self::titus_execution_output),
      field(7, "titus_execution_error_output", &self::titus_execution_error_output),
      field(8, "titus_options", &self::titus_options),
      field(9, "titus_task_id", &self::titus_task_id), field(10, "milestones", &self::milestones));
  }
};

/// A notebook.
struct notebook_artifact {
  std::optional<std::string> output_path;

  bool operator==(const notebook_artifact&) const = default;

  static constexpr auto fields() {
    using self = notebook_artifact;
    return std::make_tuple(field(1, "output_path", &self::output_path));
  }
};

/// Signals that a job asks for; each is a MAP param.
struct dynamic_output_artifact {
  std::optional<std::vector<param>> signal_outputs;
  std::optional<timeline_event> info;

  bool operator==(const dynamic_output_artifact&) const = default;

  static constexpr auto fields() {
    using self = dynamic_output_artifact;
    return std::make_tuple(field(1, "signal_outputs", &self::signal_outputs),
                           field(2, "info", &self::info));
  }
};

/// A job on Kubernetes.
struct kubernetes_artifact {
  std::optional<std::string> job_id;
  std::optional<std::string> execution_script;
  std::optional<std::string> execution_output;
  std::optional<kubernetes_command> command;

  bool operator==(const kubernetes_artifact&) const = default;

  static constexpr auto fields() {
    using self = kubernetes_artifact;
    return std::make_tuple(field(1, "job_id", &self::job_id),
                           field(2, "execution_script", &self::execution_script),
                           field(3, "execution_output", &self::execution_output),
                           field(4, "command", &self::command));
  }
};

/// A request and its answer.
struct http_artifact {
  std::optional<http_step_request> request;
  std::optional<std::string> status;
  std::int32_t status_code = 0;
  std::optional<std::string> body;

  bool operator==(const http_artifact&) const = default;

  static constexpr auto fields() {
    using self = http_artifact;
    return std::make_tuple(field(1, "request", &self::request), field(2, "status", &self::status),
                           field(3, "status_code", &self::status_code),
                           field(4, "body", &self::body));
  }
};

/// Whether a failed attempt may be tried again.
struct retry_artifact {
  bool retryable = true;

  bool operator==(const retry_artifact&) const = default;

  static constexpr auto fields() {
    using self = retry_artifact;
    return std::make_tuple(field(1, "retryable", &self::retryable));
  }
};

/// An artifact of any type. JSON: the members, then `type`; an unknown type is a default one.
/// Stored: append alternatives only.
struct artifact {
  std::variant<default_artifact, subworkflow_artifact, foreach_artifact, while_artifact,
               titus_artifact, notebook_artifact, dynamic_output_artifact, kubernetes_artifact,
               http_artifact, retry_artifact>
    v;

  using own_json = void;

  bool operator==(const artifact&) const = default;

  static constexpr auto fields() {
    using self = artifact;
    return std::make_tuple(field(1, "v", &self::v));
  }
};

using artifact_map = ordered_map<artifact>;

} // namespace tutti::model
