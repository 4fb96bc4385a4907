#pragma once

#include "runtime/model/details.hpp"
#include "runtime/model/instance.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Signals at run time (spec 06).
namespace tutti::model {

using signal_values = ordered_map<signal_value>;

/// Stored: append only.
enum class signal_match_status : std::uint8_t {
  pending = 0,
  matched = 1,
  skipped = 2,
  canceled = 3,
  failed = 4,
};

std::string_view to_string(signal_match_status x);
std::optional<signal_match_status> parse_signal_match_status(std::string_view exact);

/// One signal that a step waits for.
struct signal_dependency {
  std::string name;
  std::optional<signal_match_status> status;
  std::optional<ordered_map<signal_match_param>> match_params;
  std::optional<std::int64_t> signal_id;
  std::optional<model::details> details;

  bool operator==(const signal_dependency&) const = default;

  static constexpr auto fields() {
    using self = signal_dependency;
    return std::make_tuple(field(1, "name", &self::name, emit::not_empty),
                           field(2, "status", &self::status, emit::not_empty),
                           field(3, "match_params", &self::match_params, emit::not_empty),
                           field(4, "signal_id", &self::signal_id, emit::not_empty),
                           field(5, "details", &self::details, emit::not_empty));
  }
};

/// All signals that a step waits for.
struct signal_dependencies {
  std::optional<std::vector<signal_dependency>> dependencies;
  std::optional<timeline_event> info;

  bool operator==(const signal_dependencies&) const = default;

  static constexpr auto fields() {
    using self = signal_dependencies;
    return std::make_tuple(field(1, "dependencies", &self::dependencies, emit::not_empty),
                           field(2, "info", &self::info, emit::not_empty));
  }
};

/// One signal that a step emits; `signal_id` is set when it is sent.
struct signal_output {
  std::string name;
  std::optional<signal_values> params;
  std::optional<std::int64_t> signal_id;
  std::optional<std::int64_t> announce_time;
  std::optional<ordered_map<raw_json>> payload;

  bool operator==(const signal_output&) const = default;

  static constexpr auto fields() {
    using self = signal_output;
    return std::make_tuple(field(1, "name", &self::name, emit::not_empty),
                           field(2, "params", &self::params, emit::not_empty),
                           field(3, "signal_id", &self::signal_id, emit::not_empty),
                           field(4, "announce_time", &self::announce_time, emit::not_empty),
                           field(5, "payload", &self::payload, emit::not_empty));
  }
};

/// All signals that a step emits.
struct signal_outputs {
  std::optional<std::vector<signal_output>> outputs;
  std::optional<timeline_event> info;

  bool operator==(const signal_outputs&) const = default;

  static constexpr auto fields() {
    using self = signal_outputs;
    return std::make_tuple(field(1, "outputs", &self::outputs, emit::not_empty),
                           field(2, "info", &self::info, emit::not_empty));
  }
};

/// An announced signal.
struct signal_instance {
  std::string name;
  std::int64_t seq_id = 0;
  std::string instance_id;
  std::optional<signal_values> params;
  std::optional<ordered_map<raw_json>> payload;
  std::int64_t request_time = 0;
  std::int64_t create_time = 0;

  bool operator==(const signal_instance&) const = default;

  static constexpr auto fields() {
    using self = signal_instance;
    return std::make_tuple(field(1, "name", &self::name, emit::not_empty),
                           field(2, "seq_id", &self::seq_id, emit::not_empty),
                           field(3, "instance_id", &self::instance_id, emit::not_empty),
                           field(4, "params", &self::params, emit::not_empty),
                           field(5, "payload", &self::payload, emit::not_empty),
                           field(6, "request_time", &self::request_time, emit::not_empty),
                           field(7, "create_time", &self::create_time, emit::not_empty));
  }
};

/// The step that announced a signal.
struct signal_instance_source {
  std::int64_t step_attempt_id = 0;
  std::string step_id;
  std::int64_t step_instance_id = 0;
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;

  bool operator==(const signal_instance_source&) const = default;

  static constexpr auto fields() {
    using self = signal_instance_source;
    return std::make_tuple(field(1, "step_attempt_id", &self::step_attempt_id),
                           field(2, "step_id", &self::step_id, emit::not_empty),
                           field(3, "step_instance_id", &self::step_instance_id),
                           field(4, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(5, "workflow_instance_id", &self::workflow_instance_id),
                           field(6, "workflow_run_id", &self::workflow_run_id));
  }
};

/// A message: an instance may fire a trigger.
struct signal_trigger_match {
  std::string workflow_id;
  std::string trigger_uuid;
  std::optional<model::signal_instance> signal_instance;

  bool operator==(const signal_trigger_match&) const = default;

  static constexpr auto fields() {
    using self = signal_trigger_match;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "trigger_uuid", &self::trigger_uuid, emit::not_empty),
                           field(3, "signal_instance", &self::signal_instance, emit::not_empty));
  }
};

/// A message: a trigger fired.
struct signal_trigger_execution {
  std::string workflow_id;
  std::string trigger_uuid;
  std::optional<ordered_map<std::int64_t>> signal_ids;
  std::optional<std::string> condition;
  std::optional<std::string> dedup_expr;
  std::optional<param_map> params;

  bool operator==(const signal_trigger_execution&) const = default;

  static constexpr auto fields() {
    using self = signal_trigger_execution;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "trigger_uuid", &self::trigger_uuid, emit::not_empty),
                           field(3, "signal_ids", &self::signal_ids, emit::not_empty),
                           field(4, "condition", &self::condition, emit::not_empty),
                           field(5, "dedup_expr", &self::dedup_expr, emit::not_empty),
                           field(6, "params", &self::params, emit::not_empty));
  }
};

} // namespace tutti::model
