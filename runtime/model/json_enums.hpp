#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// How each enum is read from JSON: one line for each.
namespace tutti::model {

template <class E>
struct json_enum;

#define TUTTI_JSON_ENUM(type, parser)                                                              \
  enum class type : std::uint8_t;                                                                  \
  std::optional<type> parser(std::string_view);                                                    \
  template <>                                                                                      \
  struct json_enum<type> {                                                                         \
    static std::optional<type> parse(std::string_view text) { return parser(text); }               \
  }

TUTTI_JSON_ENUM(action_entity, parse_action_entity);
TUTTI_JSON_ENUM(alert_action, parse_alert_action);
TUTTI_JSON_ENUM(alert_granularity, parse_alert_granularity);
TUTTI_JSON_ENUM(alert_type, parse_alert_type);
TUTTI_JSON_ENUM(backoff_type, parse_backoff_type);
TUTTI_JSON_ENUM(criticality, parse_criticality);
TUTTI_JSON_ENUM(db_operation, parse_db_operation);
TUTTI_JSON_ENUM(failure_mode, parse_failure_mode);
TUTTI_JSON_ENUM(initiator_type, parse_initiator_type);
TUTTI_JSON_ENUM(instance_run_status, parse_instance_run_status);
TUTTI_JSON_ENUM(internal_param_mode, parse_internal_param_mode);
TUTTI_JSON_ENUM(log_level, parse_log_level);
TUTTI_JSON_ENUM(pagerduty_severity, parse_pagerduty_severity);
TUTTI_JSON_ENUM(param_mode, parse_param_mode);
TUTTI_JSON_ENUM(param_source, parse_param_source);
TUTTI_JSON_ENUM(param_type, parse_param_type);
TUTTI_JSON_ENUM(predefined_schedule, parse_predefined_schedule);
TUTTI_JSON_ENUM(run_policy, parse_run_policy);
TUTTI_JSON_ENUM(run_rule, parse_run_rule);
TUTTI_JSON_ENUM(run_status, parse_run_status);
TUTTI_JSON_ENUM(signal_match_status, parse_signal_match_status);
TUTTI_JSON_ENUM(signal_operator, parse_signal_operator);
TUTTI_JSON_ENUM(step_instance_action, parse_step_instance_action);
TUTTI_JSON_ENUM(step_kind, parse_step_kind);
TUTTI_JSON_ENUM(step_status, parse_step_status);
TUTTI_JSON_ENUM(step_type, parse_step_type);
TUTTI_JSON_ENUM(time_trigger_type, parse_time_trigger_type);
TUTTI_JSON_ENUM(timeline_type, parse_timeline_type);
TUTTI_JSON_ENUM(upstream_restart_mode, parse_upstream_restart_mode);
TUTTI_JSON_ENUM(workflow_instance_action, parse_workflow_instance_action);

#undef TUTTI_JSON_ENUM

} // namespace tutti::model
