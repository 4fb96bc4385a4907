#pragma once

#include "runtime/model/artifact.hpp"
#include "runtime/model/signal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Bodies of requests (spec 05).
namespace tutti::model {

struct workflow_start_request;

/// What earlier versions stored as JSON text; text that is not readable as artifacts is dropped.
void adopt_artifacts(raw_json&& old, workflow_start_request& x);

/// Body of `actions/start`.
struct workflow_start_request {
  model::initiator initiator;
  std::optional<std::int64_t> request_time;
  std::optional<std::string> request_id;
  std::optional<std::vector<tag>> runtime_tags;
  std::optional<param_map> run_params;
  std::optional<artifact_map> artifacts;
  bool persist_failed_run = false;

  using own_json = void;

  bool operator==(const workflow_start_request&) const = default;

  static constexpr auto fields() {
    using self = workflow_start_request;
    return std::make_tuple(field(1, "initiator", &self::initiator),
                           field(2, "request_time", &self::request_time),
                           field(3, "request_id", &self::request_id),
                           field(4, "runtime_tags", &self::runtime_tags),
                           field(5, "run_params", &self::run_params),
                           field(8, "artifacts", &self::artifacts, emit::not_empty),
                           field(7, "persist_failed_run", &self::persist_failed_run, emit::always));
  }

  static constexpr auto retired_fields() { return std::make_tuple(retired(6, &adopt_artifacts)); }
};

/// Body of an instance's `actions/restart`.
struct workflow_instance_restart_request {
  std::optional<std::int64_t> request_time;
  std::optional<std::string> request_id;
  std::optional<run_policy> restart_policy;
  std::optional<param_map> run_params;

  using own_json = void;

  bool operator==(const workflow_instance_restart_request&) const = default;

  static constexpr auto fields() {
    using self = workflow_instance_restart_request;
    return std::make_tuple(field(1, "request_time", &self::request_time),
                           field(2, "request_id", &self::request_id),
                           field(3, "restart_policy", &self::restart_policy),
                           field(4, "run_params", &self::run_params));
  }
};

/// Stored: append only.
enum class upstream_restart_mode : std::uint8_t {
  restart_from_step = 0,
  restart_from_inline_root = 1,
};

std::string_view to_string(upstream_restart_mode x);
std::optional<upstream_restart_mode> parse_upstream_restart_mode(std::string_view exact);

/// Body of a step's `actions/restart`.
struct step_instance_restart_request {
  std::optional<std::int64_t> request_time;
  std::optional<std::string> request_id;
  std::optional<run_policy> restart_policy;
  std::optional<param_map> step_run_params;
  std::optional<model::upstream_restart_mode> upstream_restart_mode;

  using own_json = void;

  bool operator==(const step_instance_restart_request&) const = default;

  static constexpr auto fields() {
    using self = step_instance_restart_request;
    return std::make_tuple(field(1, "request_time", &self::request_time),
                           field(2, "request_id", &self::request_id),
                           field(3, "restart_policy", &self::restart_policy),
                           field(4, "step_run_params", &self::step_run_params),
                           field(5, "upstream_restart_mode", &self::upstream_restart_mode));
  }
};

/// Body of a new breakpoint.
struct step_breakpoint_create_request {
  std::string workflow_id;
  std::optional<std::string> workflow_version;
  std::optional<std::int64_t> workflow_instance_id;
  std::optional<std::string> workflow_run;
  std::string step_id;
  std::optional<std::int64_t> step_attempt_id;

  bool operator==(const step_breakpoint_create_request&) const = default;

  static constexpr auto fields() {
    using self = step_breakpoint_create_request;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_version", &self::workflow_version),
                           field(3, "workflow_instance_id", &self::workflow_instance_id),
                           field(4, "workflow_run", &self::workflow_run),
                           field(5, "step_id", &self::step_id, emit::not_empty),
                           field(6, "step_attempt_id", &self::step_attempt_id));
  }
};

/// Body of an announcement; the extras are the payload.
struct signal_create_request {
  std::string name;
  std::optional<signal_values> params;
  std::optional<std::string> request_id;
  std::optional<std::int64_t> request_time;
  ordered_map<std::string> extras;

  using own_json = void;

  bool operator==(const signal_create_request&) const = default;

  static constexpr auto fields() {
    using self = signal_create_request;
    return std::make_tuple(field(1, "name", &self::name, emit::not_empty),
                           field(2, "params", &self::params, emit::not_empty),
                           field(3, "request_id", &self::request_id, emit::not_empty),
                           field(4, "request_time", &self::request_time, emit::not_empty),
                           field(5, "extras", &self::extras, emit::stored_only));
  }
};

/// Body of an upload of output data.
struct step_output_data_request {
  std::optional<param_map> params;
  std::optional<artifact_map> artifacts;
  ordered_map<std::string> extras;

  using own_json = void;

  bool operator==(const step_output_data_request&) const = default;

  static constexpr auto fields() {
    using self = step_output_data_request;
    return std::make_tuple(field(1, "params", &self::params),
                           field(2, "artifacts", &self::artifacts),
                           field(3, "extras", &self::extras, emit::stored_only));
  }
};

/// Params and artifacts that a job reports.
struct output_data {
  std::optional<param_map> params;
  std::optional<artifact_map> artifacts;

  using own_json = void;

  bool operator==(const output_data&) const = default;

  static constexpr auto fields() {
    using self = output_data;
    return std::make_tuple(field(1, "params", &self::params),
                           field(2, "artifacts", &self::artifacts));
  }
};

/// Body of a tag permit.
struct tag_permit_request {
  std::optional<std::string> tag;
  std::int32_t max_allowed = 0;
  ordered_map<std::string> extras;

  bool operator==(const tag_permit_request&) const = default;

  static constexpr auto fields() {
    using self = tag_permit_request;
    return std::make_tuple(field(1, "tag", &self::tag), field(2, "max_allowed", &self::max_allowed),
                           field(3, "extras", &self::extras, emit::stored_only));
  }
};

/// Body of a change of properties. JSON takes the properties flat, or inside `properties`.
struct workflow_properties_update_request {
  std::optional<model::properties> properties;
  bool reset_run_strategy_rule = false;
  bool reset_workflow_concurrency = false;
  bool reset_step_concurrency = false;

  using own_json = void;

  bool operator==(const workflow_properties_update_request&) const = default;

  static constexpr auto fields() {
    using self = workflow_properties_update_request;
    return std::make_tuple(field(1, "properties", &self::properties),
                           field(2, "reset_run_strategy_rule", &self::reset_run_strategy_rule),
                           field(3, "reset_workflow_concurrency",
                                 &self::reset_workflow_concurrency),
                           field(4, "reset_step_concurrency", &self::reset_step_concurrency));
  }
};

/// A push as it was read, before any check: the workflow may be missing.
struct workflow_create_body {
  std::optional<model::properties> properties;
  std::optional<model::workflow> workflow;
  bool is_active = true;
  std::optional<model::git_info> git_info;
  ordered_map<std::string> extras;

  bool operator==(const workflow_create_body&) const = default;

  static constexpr auto fields() {
    using self = workflow_create_body;
    return std::make_tuple(field(1, "properties", &self::properties),
                           field(2, "workflow", &self::workflow),
                           field(3, "is_active", &self::is_active),
                           field(4, "git_info", &self::git_info),
                           field(5, "extras", &self::extras, emit::stored_only));
  }
};

} // namespace tutti::model
