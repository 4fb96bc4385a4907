#include "runtime/model/enum_text.hpp"
#include "runtime/model/responses.hpp"
#include "runtime/model/summaries.hpp"

/// Names of the enums that have no more to them than names.
namespace tutti::model {

namespace {

using name = std::string_view;

constexpr std::array time_trigger_names{name{"CRON"}, name{"PREDEFINED"}, name{"INTERVAL"}};
constexpr std::array schedule_names{name{"@hourly"}, name{"@daily"}, name{"@weekly"},
                                    name{"@monthly"}, name{"@yearly"}};
constexpr std::array operator_names{name{"="}, name{">"}, name{">="}, name{"<"}, name{"<="}};
constexpr std::array match_names{name{"PENDING"}, name{"MATCHED"}, name{"SKIPPED"},
                                 name{"CANCELED"}, name{"FAILED"}};
constexpr std::array alert_names{name{"STEP_FAILURE"},   name{"TCT_VIOLATION"},
                                 name{"LONG_RUNNING"},   name{"DEPENDENCY_LATE"},
                                 name{"BREAKPOINT_HIT"}, name{"DEFINITION_CHANGE"},
                                 name{"RUN_SUCCESS"},    name{"SUCCESS_WITHIN"}};
constexpr std::array alert_action_names{name{"email"}, name{"page"}, name{"slack"}, name{"cancel"}};
constexpr std::array granularity_names{name{"WORKFLOW"}, name{"STEP"}, name{"ALL"}};
constexpr std::array severity_names{name{"CRITICAL"}, name{"ERROR"}, name{"WARNING"}, name{"INFO"}};
constexpr std::array step_action_names{
  name{"PAUSE"},   name{"RESUME"},  name{"BYPASS_STEP_DEPENDENCIES"},
  name{"STOP"},    name{"KILL"},    name{"SKIP"},
  name{"RESTART"}, name{"TIME_OUT"}};
constexpr std::array run_action_names{name{"STOP"}, name{"KILL"}, name{"RESTART"}, name{"UNBLOCK"}};
constexpr std::array upstream_names{name{"RESTART_FROM_STEP"}, name{"RESTART_FROM_INLINE_ROOT"}};
constexpr std::array start_names{name{"CREATED"}, name{"DUPLICATED"}, name{"STOPPED"},
                                 name{"INTERNAL_ERROR"}};
constexpr std::array entity_names{name{"WORKFLOW"}, name{"STEP"}, name{"FLOW"}, name{"TASK"}};
constexpr std::array operation_names{name{"INSERT"}, name{"UPDATE"}, name{"UPSERT"}};

} // namespace

#define TUTTI_ENUM_NAMES(type, names, find)                                                        \
  std::string_view to_string(type x) {                                                             \
    return name_in(names, x);                                                                      \
  }                                                                                                \
  std::optional<type> parse_##type(std::string_view text) {                                        \
    return find<type>(names, text);                                                                \
  }

TUTTI_ENUM_NAMES(time_trigger_type, time_trigger_names, find_any_case)
TUTTI_ENUM_NAMES(signal_operator, operator_names, find_exact)
TUTTI_ENUM_NAMES(signal_match_status, match_names, find_exact)
TUTTI_ENUM_NAMES(alert_type, alert_names, find_exact)
TUTTI_ENUM_NAMES(alert_action, alert_action_names, find_any_case)
TUTTI_ENUM_NAMES(alert_granularity, granularity_names, find_any_case)
TUTTI_ENUM_NAMES(pagerduty_severity, severity_names, find_any_case)
TUTTI_ENUM_NAMES(step_instance_action, step_action_names, find_exact)
TUTTI_ENUM_NAMES(workflow_instance_action, run_action_names, find_exact)
TUTTI_ENUM_NAMES(upstream_restart_mode, upstream_names, find_exact)
TUTTI_ENUM_NAMES(instance_run_status, start_names, find_exact)
TUTTI_ENUM_NAMES(action_entity, entity_names, find_exact)
TUTTI_ENUM_NAMES(db_operation, operation_names, find_exact)

#undef TUTTI_ENUM_NAMES

std::string_view to_string(predefined_schedule x) {
  return name_in(schedule_names, x);
}

std::optional<predefined_schedule> parse_predefined_schedule(std::string_view any_case) {
  auto signed_text = any_case.starts_with('@') ? std::string{any_case}
                                               : '@' + std::string{any_case};
  return find_any_case<predefined_schedule>(schedule_names, signed_text);
}

} // namespace tutti::model
