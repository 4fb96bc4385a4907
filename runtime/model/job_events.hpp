#pragma once

#include "runtime/model/events.hpp"
#include "runtime/model/restart.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Messages of the internal queues (spec 08 §1.2).
namespace tutti::model {

struct job_event;

/// Stored: append only.
enum class action_entity : std::uint8_t {
  workflow = 0,
  step = 1,
  flow = 2,
  task = 3,
};

std::string_view to_string(action_entity x);
std::optional<action_entity> parse_action_entity(std::string_view exact);

/// A workflow row is gone; its data follow.
struct delete_workflow_job {
  std::string workflow_id;
  std::int64_t internal_id = 0;
  std::optional<user> author;
  std::int64_t timestamp = 0;

  bool operator==(const delete_workflow_job&) const = default;

  static constexpr auto fields() {
    using self = delete_workflow_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "internal_id", &self::internal_id),
                           field(3, "author", &self::author),
                           field(4, "timestamp", &self::timestamp));
  }
};

/// An action must wake somebody.
struct instance_action_job {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::int64_t group_info = 0;
  std::optional<std::string> step_id;
  std::optional<std::string> step_attempt_id;
  std::optional<step_instance_action> step_action;
  std::optional<workflow_instance_action> workflow_action;
  std::optional<ordered_map<std::int64_t>> instance_run_ids;
  std::optional<std::int32_t> action_code;
  std::optional<action_entity> entity_type;

  bool operator==(const instance_action_job&) const = default;

  static constexpr auto fields() {
    using self = instance_action_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "group_info", &self::group_info),
                           field(5, "step_id", &self::step_id),
                           field(6, "step_attempt_id", &self::step_attempt_id),
                           field(7, "step_action", &self::step_action),
                           field(8, "workflow_action", &self::workflow_action),
                           field(9, "instance_run_ids", &self::instance_run_ids),
                           field(10, "action_code", &self::action_code),
                           field(11, "entity_type", &self::entity_type));
  }
};

/// Something to publish; `event` holds one message or none.
struct notification_job {
  std::vector<job_event> event;

  using own_json = void;

  bool operator==(const notification_job&) const = default;

  static constexpr auto fields() {
    using self = notification_job;
    return std::make_tuple(field(1, "event", &self::event, emit::stored_only));
  }
};

/// Look whether queued runs may start.
struct start_workflow_job {
  std::string workflow_id;

  bool operator==(const start_workflow_job&) const = default;

  static constexpr auto fields() {
    using self = start_workflow_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty));
  }
};

/// A step attempt was stored.
struct step_instance_update_job {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::int64_t step_attempt_id = 0;
  std::string workflow_uuid;
  std::string step_uuid;
  std::string correlation_id;
  std::int64_t step_instance_id = 0;
  std::optional<std::vector<status_change_record>> pending_records;
  std::int64_t sync_time = 0;

  bool operator==(const step_instance_update_job&) const = default;

  static constexpr auto fields() {
    using self = step_instance_update_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "step_attempt_id", &self::step_attempt_id),
                           field(6, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
                           field(7, "step_uuid", &self::step_uuid, emit::not_empty),
                           field(8, "correlation_id", &self::correlation_id, emit::not_empty),
                           field(9, "step_instance_id", &self::step_instance_id),
                           field(10, "pending_records", &self::pending_records),
                           field(11, "sync_time", &self::sync_time));
  }
};

/// A run.
struct run_key {
  std::int64_t instance_id = 0;
  std::int64_t run_id = 0;
  std::optional<std::string> uuid;

  bool operator==(const run_key&) const = default;

  static constexpr auto fields() {
    using self = run_key;
    return std::make_tuple(field(1, "instance_id", &self::instance_id),
                           field(2, "run_id", &self::run_id), field(3, "uuid", &self::uuid));
  }
};

/// End some runs, then start others.
struct terminate_then_run_job {
  std::string workflow_id;
  std::optional<std::vector<run_key>> instance_run_uuids;
  std::optional<workflow_instance_action> action;
  std::optional<model::user> user;
  std::optional<std::string> reason;
  std::optional<std::vector<run_key>> run_after;

  bool operator==(const terminate_then_run_job&) const = default;

  static constexpr auto fields() {
    using self = terminate_then_run_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "instance_run_uuids", &self::instance_run_uuids),
                           field(3, "action", &self::action), field(4, "user", &self::user),
                           field(5, "reason", &self::reason),
                           field(6, "run_after", &self::run_after));
  }
};

/// A change of the status of a run.
struct run_change_record {
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string workflow_uuid;
  std::string correlation_id;
  std::int32_t depth = 0;
  std::optional<ancestor> parent;
  std::int64_t group_info = 0;
  std::optional<std::vector<tag>> tags;
  std::optional<run_status> old_status;
  std::optional<run_status> new_status;
  std::int64_t event_time = 0;

  bool operator==(const run_change_record&) const = default;

  static constexpr auto fields() {
    using self = run_change_record;
    return std::make_tuple(field(1, "workflow_instance_id", &self::workflow_instance_id),
                           field(2, "workflow_run_id", &self::workflow_run_id),
                           field(3, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
                           field(4, "correlation_id", &self::correlation_id, emit::not_empty),
                           field(5, "depth", &self::depth), field(6, "parent", &self::parent),
                           field(7, "group_info", &self::group_info), field(8, "tags", &self::tags),
                           field(9, "old_status", &self::old_status),
                           field(10, "new_status", &self::new_status),
                           field(11, "event_time", &self::event_time));
  }
};

/// Runs were stored.
struct run_update_job {
  std::string workflow_id;
  std::optional<std::string> workflow_name;
  std::optional<std::vector<run_change_record>> change_records;
  std::int64_t sync_time = 0;

  bool operator==(const run_update_job&) const = default;

  static constexpr auto fields() {
    using self = run_update_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_name", &self::workflow_name),
                           field(3, "change_records", &self::change_records),
                           field(4, "sync_time", &self::sync_time));
  }
};

/// A push, a change of properties or of the active version.
struct workflow_version_update_job {
  std::string workflow_id;
  std::optional<user> author;
  std::optional<std::string> workflow_name;
  std::optional<std::int64_t> version_id;
  std::optional<std::int64_t> snapshot_id;
  std::optional<std::int64_t> current_active_version;
  std::optional<std::int64_t> previous_active_version;
  std::optional<std::string> log;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;

  bool operator==(const workflow_version_update_job&) const = default;

  static constexpr auto fields() {
    using self = workflow_version_update_job;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "author", &self::author),
                           field(3, "workflow_name", &self::workflow_name),
                           field(4, "version_id", &self::version_id),
                           field(5, "snapshot_id", &self::snapshot_id),
                           field(6, "current_active_version", &self::current_active_version),
                           field(7, "previous_active_version", &self::previous_active_version),
                           field(8, "log", &self::log), field(9, "event_time", &self::event_time),
                           field(10, "sync_time", &self::sync_time));
  }
};

/// A message of any type. JSON: the members, then `type`. Stored: append alternatives only.
struct job_event {
  std::variant<start_workflow_job, terminate_then_run_job, instance_action_job,
               step_instance_update_job, run_update_job, workflow_version_update_job,
               notification_job, delete_workflow_job>
    v;

  using own_json = void;

  bool operator==(const job_event&) const = default;

  static constexpr auto fields() {
    using self = job_event;
    return std::make_tuple(field(1, "v", &self::v));
  }
};

} // namespace tutti::model
