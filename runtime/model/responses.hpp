#pragma once

#include "runtime/model/requests.hpp"
#include "runtime/model/run_view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Answers of the API (spec 05).
namespace tutti::model {

/// A definition merged with defaults, and the next runs of its time triggers.
struct workflow_definition_extras {
  std::optional<param_map> workflow_params;
  std::optional<ordered_map<param_map>> step_params;
  std::optional<std::int64_t> next_execution_time;
  std::optional<std::vector<std::int64_t>> next_execution_times;

  using own_json = void;

  bool operator==(const workflow_definition_extras&) const = default;

  static constexpr auto fields() {
    using self = workflow_definition_extras;
    return std::make_tuple(field(1, "workflow_params", &self::workflow_params),
                           field(2, "step_params", &self::step_params),
                           field(3, "next_execution_time", &self::next_execution_time),
                           field(4, "next_execution_times", &self::next_execution_times));
  }
};

/// A version of a workflow.
struct workflow_definition {
  std::optional<model::properties_snapshot> properties_snapshot;
  std::optional<model::metadata> metadata;
  std::optional<model::workflow> workflow;
  std::optional<bool> is_active = true;
  std::optional<std::int64_t> activate_time;
  std::optional<user> activated_by;
  std::optional<bool> is_latest;
  std::optional<bool> is_default;
  std::optional<std::int64_t> internal_id;
  std::optional<workflow_definition_extras> enriched_extras;
  std::optional<std::int64_t> modify_time;

  bool operator==(const workflow_definition&) const = default;

  static constexpr auto fields() {
    using self = workflow_definition;
    return std::make_tuple(
      field(1, "properties_snapshot", &self::properties_snapshot),
      field(2, "metadata", &self::metadata), field(3, "workflow", &self::workflow),
      field(4, "is_active", &self::is_active), field(5, "activate_time", &self::activate_time),
      field(6, "activated_by", &self::activated_by), field(7, "is_latest", &self::is_latest),
      field(8, "is_default", &self::is_default), field(9, "internal_id", &self::internal_id),
      field(10, "enriched_extras", &self::enriched_extras),
      field(11, "modify_time", &self::modify_time));
  }
};

/// Answer to a push.
struct workflow_create_response {
  std::optional<model::workflow_definition> workflow_definition;

  bool operator==(const workflow_create_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_create_response;
    return std::make_tuple(field(1, "workflow_definition", &self::workflow_definition));
  }
};

/// Answer to a change of properties.
struct workflow_properties_update_response {
  std::optional<model::properties_snapshot> properties_snapshot;

  bool operator==(const workflow_properties_update_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_properties_update_response;
    return std::make_tuple(field(1, "properties_snapshot", &self::properties_snapshot));
  }
};

/// A workflow at a glance.
struct workflow_overview_response {
  std::string workflow_id;
  std::optional<std::int64_t> active_version_id;
  std::optional<std::int64_t> latest_version_id;
  std::optional<std::int64_t> default_version_id;
  std::optional<model::properties_snapshot> properties_snapshot;
  std::optional<std::int64_t> step_concurrency;
  std::optional<enum_map<model::run_status, std::int64_t>> nonterminal_instances;
  std::optional<std::int64_t> failed_instances;
  std::optional<std::int64_t> latest_instance_id;

  bool operator==(const workflow_overview_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_overview_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "active_version_id", &self::active_version_id),
                           field(3, "latest_version_id", &self::latest_version_id),
                           field(4, "default_version_id", &self::default_version_id),
                           field(5, "properties_snapshot", &self::properties_snapshot),
                           field(6, "step_concurrency", &self::step_concurrency),
                           field(7, "nonterminal_instances", &self::nonterminal_instances),
                           field(8, "failed_instances", &self::failed_instances),
                           field(9, "latest_instance_id", &self::latest_instance_id));
  }
};

/// What became of a start or restart. Stored: append only.
enum class instance_run_status : std::uint8_t {
  created = 0,
  duplicated = 1,
  stopped = 2,
  internal_error = 3,
};

std::string_view to_string(instance_run_status x);
std::optional<instance_run_status> parse_instance_run_status(std::string_view exact);

/// Answer to a start.
struct workflow_start_response {
  std::string workflow_id;
  std::int64_t workflow_version_id = 0;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string workflow_uuid;
  std::optional<instance_run_status> status;
  std::optional<model::timeline_event> timeline_event;

  bool operator==(const workflow_start_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_start_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_version_id", &self::workflow_version_id),
                           field(3, "workflow_instance_id", &self::workflow_instance_id),
                           field(4, "workflow_run_id", &self::workflow_run_id),
                           field(5, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
                           field(6, "status", &self::status),
                           field(7, "timeline_event", &self::timeline_event));
  }
};

/// Answer to a restart of an instance.
struct workflow_instance_restart_response {
  std::string workflow_id;
  std::int64_t workflow_version_id = 0;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string workflow_uuid;
  std::optional<instance_run_status> status;
  std::optional<model::timeline_event> timeline_event;

  bool operator==(const workflow_instance_restart_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_instance_restart_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_version_id", &self::workflow_version_id),
                           field(3, "workflow_instance_id", &self::workflow_instance_id),
                           field(4, "workflow_run_id", &self::workflow_run_id),
                           field(5, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
                           field(6, "status", &self::status),
                           field(7, "timeline_event", &self::timeline_event));
  }
};

/// Answer to a restart of a step.
struct step_instance_restart_response {
  std::string workflow_id;
  std::int64_t workflow_version_id = 0;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::optional<std::int64_t> step_attempt_id;
  std::optional<instance_run_status> status;
  std::optional<model::timeline_event> timeline_event;

  bool operator==(const step_instance_restart_response&) const = default;

  static constexpr auto fields() {
    using self = step_instance_restart_response;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "workflow_version_id", &self::workflow_version_id, emit::not_zero),
      field(3, "workflow_instance_id", &self::workflow_instance_id, emit::not_zero),
      field(4, "workflow_run_id", &self::workflow_run_id, emit::not_zero),
      field(5, "step_id", &self::step_id, emit::not_empty),
      field(6, "step_attempt_id", &self::step_attempt_id, emit::not_zero),
      field(7, "status", &self::status), field(8, "timeline_event", &self::timeline_event));
  }
};

/// Answer to an activation.
struct workflow_action_response {
  std::string workflow_id;
  std::int64_t workflow_version_id = 0;
  std::optional<model::timeline_event> timeline_event;

  bool operator==(const workflow_action_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_action_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_version_id", &self::workflow_version_id),
                           field(3, "timeline_event", &self::timeline_event));
  }
};

/// Answer to a stop, kill or unblock of an instance.
struct workflow_instance_action_response {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::optional<model::run_status> workflow_instance_status;
  std::optional<std::string> info;
  std::optional<model::timeline_event> timeline_event;
  bool completed = false;

  bool operator==(const workflow_instance_action_response&) const = default;

  static constexpr auto fields() {
    using self = workflow_instance_action_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "workflow_instance_status", &self::workflow_instance_status),
                           field(5, "info", &self::info),
                           field(6, "timeline_event", &self::timeline_event),
                           field(7, "completed", &self::completed));
  }
};

/// Answer to an action on a step.
struct step_instance_action_response {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::optional<std::int64_t> step_attempt_id;
  std::optional<model::timeline_event> timeline_event;
  std::optional<model::step_runtime_state> step_runtime_state;

  bool operator==(const step_instance_action_response&) const = default;

  static constexpr auto fields() {
    using self = step_instance_action_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id,
                                 emit::not_zero),
                           field(3, "workflow_run_id", &self::workflow_run_id, emit::not_zero),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "step_attempt_id", &self::step_attempt_id, emit::not_zero),
                           field(6, "timeline_event", &self::timeline_event),
                           field(7, "step_runtime_state", &self::step_runtime_state));
  }
};

/// A breakpoint; absent ids match all.
struct step_breakpoint {
  std::string workflow_id;
  std::string step_id;
  std::optional<std::int64_t> workflow_version_id;
  std::optional<std::int64_t> workflow_instance_id;
  std::optional<std::int64_t> workflow_run_id;
  std::optional<std::int64_t> step_attempt_id;
  std::optional<std::int64_t> create_time;
  std::optional<user> created_by;

  bool operator==(const step_breakpoint&) const = default;

  static constexpr auto fields() {
    using self = step_breakpoint;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "step_id", &self::step_id, emit::not_empty),
                           field(3, "workflow_version_id", &self::workflow_version_id),
                           field(4, "workflow_instance_id", &self::workflow_instance_id),
                           field(5, "workflow_run_id", &self::workflow_run_id),
                           field(6, "step_attempt_id", &self::step_attempt_id),
                           field(7, "create_time", &self::create_time),
                           field(8, "created_by", &self::created_by));
  }
};

/// Answer to the removal of a breakpoint.
struct step_breakpoint_delete_response {
  std::string workflow_id;
  std::string step_id;
  std::optional<model::timeline_event> timeline_event;

  bool operator==(const step_breakpoint_delete_response&) const = default;

  static constexpr auto fields() {
    using self = step_breakpoint_delete_response;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "step_id", &self::step_id, emit::not_empty),
                           field(3, "timeline_event", &self::timeline_event));
  }
};

/// An attempt held by a breakpoint.
struct paused_step_attempt {
  std::string workflow_id;
  std::int64_t workflow_version_id = 0;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::int64_t step_attempt_id = 0;
  std::int64_t create_time = 0;

  bool operator==(const paused_step_attempt&) const = default;

  static constexpr auto fields() {
    using self = paused_step_attempt;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_version_id", &self::workflow_version_id),
                           field(3, "workflow_instance_id", &self::workflow_instance_id),
                           field(4, "workflow_run_id", &self::workflow_run_id),
                           field(5, "step_id", &self::step_id, emit::not_empty),
                           field(6, "step_attempt_id", &self::step_attempt_id),
                           field(7, "create_time", &self::create_time));
  }
};

/// A limit for all steps with a tag.
struct tag_permit {
  std::optional<std::string> tag;
  std::int32_t max_allowed = 0;
  std::optional<model::timeline> timeline;
  ordered_map<std::string> extras;

  bool operator==(const tag_permit&) const = default;

  static constexpr auto fields() {
    using self = tag_permit;
    return std::make_tuple(field(1, "tag", &self::tag), field(2, "max_allowed", &self::max_allowed),
                           field(3, "timeline", &self::timeline),
                           field(4, "extras", &self::extras, emit::stored_only));
  }
};

/// Where a page stands.
struct page_info {
  std::optional<std::string> start_cursor;
  std::optional<std::string> end_cursor;
  bool has_previous_page = false;
  bool has_next_page = false;
  std::optional<std::int64_t> start_index;

  bool operator==(const page_info&) const = default;

  static constexpr auto fields() {
    using self = page_info;
    return std::make_tuple(field(1, "start_cursor", &self::start_cursor, emit::always),
                           field(2, "end_cursor", &self::end_cursor, emit::always),
                           field(3, "has_previous_page", &self::has_previous_page, emit::always),
                           field(4, "has_next_page", &self::has_next_page, emit::always),
                           field(5, "start_index", &self::start_index, emit::always));
  }
};

/// A page of elements of any type.
struct pagination_result {
  std::optional<model::page_info> page_info;
  std::int64_t total_count = 0;
  std::optional<std::vector<raw_json>> elements;

  bool operator==(const pagination_result&) const = default;

  static constexpr auto fields() {
    using self = pagination_result;
    return std::make_tuple(field(1, "page_info", &self::page_info, emit::always),
                           field(2, "total_count", &self::total_count, emit::always),
                           field(3, "elements", &self::elements, emit::always));
  }
};

} // namespace tutti::model
