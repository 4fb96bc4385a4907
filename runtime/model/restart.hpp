#pragma once

#include "runtime/model/instance.hpp"
#include "runtime/model/unique_list.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Restarts, actions, and what a run keeps of its properties (spec 04a §2, 04d).
namespace tutti::model {

/// Stored: append only.
enum class step_instance_action : std::uint8_t {
  pause = 0,
  resume = 1,
  bypass_step_dependencies = 2,
  stop = 3,
  kill = 4,
  skip = 5,
  restart = 6,
  time_out = 7,
};

std::string_view to_string(step_instance_action x);
std::optional<step_instance_action> parse_step_instance_action(std::string_view exact);

/// Stored: append only.
enum class workflow_instance_action : std::uint8_t {
  stop = 0,
  kill = 1,
  restart = 2,
  unblock = 3,
};

std::string_view to_string(workflow_instance_action x);
std::optional<workflow_instance_action> parse_workflow_instance_action(std::string_view exact);

/// A node of a restart path.
struct restart_node {
  std::optional<std::string> workflow_id;
  std::int64_t instance_id = 0;
  std::optional<std::string> step_id;

  bool operator==(const restart_node&) const = default;

  static constexpr auto fields() {
    using self = restart_node;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::always),
                           field(2, "instance_id", &self::instance_id, emit::always),
                           field(3, "step_id", &self::step_id, emit::always));
  }
};

/// How to restart. Absent policies mean RESTART_FROM_INCOMPLETE.
/// The path is reversed: its last node is launched now.
struct restart_config {
  std::vector<restart_node> restart_path;
  run_policy restart_policy = run_policy::restart_from_incomplete;
  run_policy downstream_policy = run_policy::restart_from_incomplete;
  std::optional<param_map> restart_params;
  std::optional<ordered_map<param_map>> step_restart_params;
  std::optional<text_set> skip_steps;

  bool operator==(const restart_config&) const = default;

  static constexpr auto fields() {
    using self = restart_config;
    return std::make_tuple(field(1, "restart_path", &self::restart_path),
                           field(2, "restart_policy", &self::restart_policy),
                           field(3, "downstream_policy", &self::downstream_policy),
                           field(4, "restart_params", &self::restart_params),
                           field(5, "step_restart_params", &self::step_restart_params),
                           field(6, "skip_steps", &self::skip_steps));
  }
};

/// How a run was started.
struct run_config {
  std::optional<std::vector<tag>> runtime_tags;
  std::optional<std::string> correlation_id;
  std::optional<run_policy> policy;
  std::optional<model::restart_config> restart_config;

  bool operator==(const run_config&) const = default;

  static constexpr auto fields() {
    using self = run_config;
    return std::make_tuple(field(1, "runtime_tags", &self::runtime_tags),
                           field(2, "correlation_id", &self::correlation_id),
                           field(3, "policy", &self::policy),
                           field(4, "restart_config", &self::restart_config));
  }
};

/// The properties of the workflow when the run began.
struct run_properties {
  std::optional<std::int64_t> create_time;
  std::optional<user> owner;
  std::optional<model::alerting> alerting;
  std::optional<std::int64_t> step_concurrency;
  std::optional<std::vector<tag>> tags;

  bool operator==(const run_properties&) const = default;

  static constexpr auto fields() {
    using self = run_properties;
    return std::make_tuple(field(1, "create_time", &self::create_time),
                           field(2, "owner", &self::owner), field(3, "alerting", &self::alerting),
                           field(4, "step_concurrency", &self::step_concurrency),
                           field(5, "tags", &self::tags));
  }
};

/// A restart of one iteration that waits for its foreach.
struct foreach_action {
  std::int64_t instance_id = 0;
  std::int64_t instance_run_id = 0;
  std::optional<model::restart_config> restart_config;
  std::optional<step_instance_action> action;
  std::optional<model::user> user;
  std::optional<std::int64_t> create_time;

  bool operator==(const foreach_action&) const = default;

  static constexpr auto fields() {
    using self = foreach_action;
    return std::make_tuple(field(1, "instance_id", &self::instance_id),
                           field(2, "instance_run_id", &self::instance_run_id),
                           field(3, "restart_config", &self::restart_config),
                           field(4, "action", &self::action), field(5, "user", &self::user),
                           field(6, "create_time", &self::create_time));
  }
};

/// A pending action on a step.
struct step_action {
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;
  std::string step_id;
  std::optional<step_instance_action> action;
  std::optional<model::user> user;
  std::optional<std::string> reason;
  bool workflow_action = false;
  std::optional<std::int64_t> create_time;
  std::optional<param_map> run_params;
  std::optional<model::restart_config> restart_config;

  bool operator==(const step_action&) const = default;

  static constexpr auto fields() {
    using self = step_action;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "workflow_instance_id", &self::workflow_instance_id),
                           field(3, "workflow_run_id", &self::workflow_run_id),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "action", &self::action), field(6, "user", &self::user),
                           field(7, "reason", &self::reason),
                           field(8, "workflow_action", &self::workflow_action),
                           field(9, "create_time", &self::create_time),
                           field(10, "run_params", &self::run_params),
                           field(11, "restart_config", &self::restart_config));
  }
};

} // namespace tutti::model
