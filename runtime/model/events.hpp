#pragma once

#include "runtime/model/instance.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Facts that are published (spec 08 §1.1).
namespace tutti::model {

/// A change of the status of a step attempt.
struct status_change_record {
  std::optional<step_status> old_status;
  std::optional<step_status> new_status;
  std::int64_t event_time = 0;

  bool operator==(const status_change_record&) const = default;

  static constexpr auto fields() {
    using self = status_change_record;
    return std::make_tuple(field(1, "old_status", &self::old_status),
                           field(2, "new_status", &self::new_status),
                           field(3, "event_time", &self::event_time));
  }
};

/// A step attempt changed status, once or several times.
struct step_status_change_event {
  std::string workflow_id;
  std::optional<std::int64_t> workflow_instance_id;
  std::optional<std::int64_t> workflow_run_id;
  std::string step_id;
  std::optional<std::int64_t> step_attempt_id;
  std::string workflow_uuid;
  std::string step_uuid;
  std::string correlation_id;
  std::optional<std::int64_t> step_instance_id;
  std::optional<std::string> cluster_name;
  std::optional<std::vector<status_change_record>> status_change_records;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const step_status_change_event&) const = default;

  static constexpr auto fields() {
    using self = step_status_change_event;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "step_attempt_id", &self::step_attempt_id),
                           field(6, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
                           field(7, "step_uuid", &self::step_uuid, emit::not_empty),
                           field(8, "correlation_id", &self::correlation_id, emit::not_empty),
                           field(9, "step_instance_id", &self::step_instance_id),
                           field(10, "cluster_name", &self::cluster_name),
                           field(11, "status_change_records", &self::status_change_records),
                           field(12, "sync_time", &self::sync_time),
                           field(13, "send_time", &self::send_time));
  }
};

/// Another version became active.
struct workflow_activation_change_event {
  std::string workflow_id;
  std::optional<user> author;
  std::int64_t current_active_version_id = 0;
  std::int64_t previous_active_version_id = 0;
  std::optional<std::string> cluster_name;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const workflow_activation_change_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_activation_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "author", &self::author),
      field(3, "current_active_version_id", &self::current_active_version_id),
      field(4, "previous_active_version_id", &self::previous_active_version_id),
      field(5, "cluster_name", &self::cluster_name), field(6, "event_time", &self::event_time),
      field(7, "sync_time", &self::sync_time), field(8, "send_time", &self::send_time));
  }
};

/// No version is active any more.
struct workflow_deactivation_change_event {
  std::string workflow_id;
  std::optional<user> author;
  std::int64_t previous_active_version_id = 0;
  std::optional<std::string> cluster_name;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const workflow_deactivation_change_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_deactivation_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "author", &self::author),
      field(3, "previous_active_version_id", &self::previous_active_version_id),
      field(4, "cluster_name", &self::cluster_name), field(5, "event_time", &self::event_time),
      field(6, "sync_time", &self::sync_time), field(7, "send_time", &self::send_time));
  }
};

/// A push stored a version and new properties.
struct workflow_definition_change_event {
  std::string workflow_id;
  std::optional<std::string> workflow_name;
  std::optional<user> author;
  std::int64_t version_id = 0;
  std::int64_t current_active_version_id = 0;
  std::int64_t previous_active_version_id = 0;
  std::int64_t snapshot_id = 0;
  std::optional<std::string> cluster_name;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const workflow_definition_change_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_definition_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "workflow_name", &self::workflow_name), field(3, "author", &self::author),
      field(4, "version_id", &self::version_id),
      field(5, "current_active_version_id", &self::current_active_version_id),
      field(6, "previous_active_version_id", &self::previous_active_version_id),
      field(7, "snapshot_id", &self::snapshot_id), field(8, "cluster_name", &self::cluster_name),
      field(9, "event_time", &self::event_time), field(10, "sync_time", &self::sync_time),
      field(11, "send_time", &self::send_time));
  }
};

/// All data of a workflow are gone.
struct workflow_deletion_change_event {
  std::string workflow_id;
  std::int64_t internal_id = 0;
  std::optional<user> author;
  std::optional<std::string> cluster_name;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const workflow_deletion_change_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_deletion_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "internal_id", &self::internal_id), field(3, "author", &self::author),
      field(4, "cluster_name", &self::cluster_name), field(5, "event_time", &self::event_time),
      field(6, "sync_time", &self::sync_time), field(7, "send_time", &self::send_time));
  }
};

/// A run changed status.
struct run_status_change_event {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string workflow_uuid;
  std::string correlation_id;
  std::int32_t depth = 0;
  std::optional<std::string> workflow_name;
  std::optional<std::string> cluster_name;
  std::optional<std::vector<tag>> tags;
  std::optional<run_status> old_status;
  std::optional<run_status> new_status;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const run_status_change_event&) const = default;

  static constexpr auto fields() {
    using self = run_status_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "workflow_instance_id", &self::workflow_instance_id),
      field(3, "workflow_run_id", &self::workflow_run_id),
      field(4, "workflow_uuid", &self::workflow_uuid, emit::not_empty),
      field(5, "correlation_id", &self::correlation_id, emit::not_empty),
      field(6, "depth", &self::depth), field(7, "workflow_name", &self::workflow_name),
      field(8, "cluster_name", &self::cluster_name), field(9, "tags", &self::tags),
      field(10, "old_status", &self::old_status), field(11, "new_status", &self::new_status),
      field(12, "event_time", &self::event_time), field(13, "sync_time", &self::sync_time),
      field(14, "send_time", &self::send_time));
  }
};

/// New properties.
struct workflow_properties_change_event {
  std::string workflow_id;
  std::optional<user> author;
  std::int64_t snapshot_id = 0;
  std::optional<std::string> cluster_name;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const workflow_properties_change_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_properties_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "author", &self::author), field(3, "snapshot_id", &self::snapshot_id),
      field(4, "cluster_name", &self::cluster_name), field(5, "event_time", &self::event_time),
      field(6, "sync_time", &self::sync_time), field(7, "send_time", &self::send_time));
  }
};

/// A push stored a version.
struct workflow_version_change_event {
  std::string workflow_id;
  std::optional<std::string> workflow_name;
  std::optional<user> author;
  std::int64_t version_id = 0;
  std::int64_t current_active_version_id = 0;
  std::int64_t previous_active_version_id = 0;
  std::optional<std::string> cluster_name;
  std::int64_t event_time = 0;
  std::int64_t sync_time = 0;
  std::int64_t send_time = 0;

  bool operator==(const workflow_version_change_event&) const = default;

  static constexpr auto fields() {
    using self = workflow_version_change_event;
    return std::make_tuple(
      field(1, "workflow_id", &self::workflow_id, emit::not_empty),
      field(2, "workflow_name", &self::workflow_name), field(3, "author", &self::author),
      field(4, "version_id", &self::version_id),
      field(5, "current_active_version_id", &self::current_active_version_id),
      field(6, "previous_active_version_id", &self::previous_active_version_id),
      field(7, "cluster_name", &self::cluster_name), field(8, "event_time", &self::event_time),
      field(9, "sync_time", &self::sync_time), field(10, "send_time", &self::send_time));
  }
};

/// A fact of any type. JSON: the members, then `type`. Stored: append alternatives only.
struct event {
  std::variant<step_status_change_event, run_status_change_event, workflow_definition_change_event,
               workflow_version_change_event, workflow_properties_change_event,
               workflow_activation_change_event, workflow_deactivation_change_event,
               workflow_deletion_change_event>
    v;

  using own_json = void;

  bool operator==(const event&) const = default;

  static constexpr auto fields() {
    using self = event;
    return std::make_tuple(field(1, "v", &self::v));
  }
};

} // namespace tutti::model
