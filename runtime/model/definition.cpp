#include "runtime/model/definition.hpp"

#include "runtime/model/enum_text.hpp"

namespace tutti::model {

namespace {

using name = std::string_view;

constexpr std::array type_names{name{"NoOp"},        name{"Sleep"},      name{"Titus"},
                                name{"Notebook"},    name{"Kubernetes"}, name{"Http"},
                                name{"Join"},        name{"foreach"},    name{"while"},
                                name{"subworkflow"}, name{"template"},   name{"Shell"}};

constexpr std::array kind_names{name{"step"}, name{"subworkflow"}, name{"foreach"}, name{"while"},
                                name{"template"}};

constexpr std::array failure_mode_names{name{"FAIL_AFTER_RUNNING"}, name{"FAIL_IMMEDIATELY"},
                                        name{"IGNORE_FAILURE"}};

constexpr std::array criticality_names{name{"CRITICAL"}, name{"HIGH"}, name{"MEDIUM"}, name{"LOW"}};

constexpr std::array rule_names{name{"SEQUENTIAL"}, name{"STRICT_SEQUENTIAL"},
                                name{"FIRST_ONLY"}, name{"LAST_ONLY"},
                                name{"PARALLEL"},   name{"SERIAL_LATEST_ONLY"}};

constexpr std::array backoff_names{name{"EXPONENTIAL_BACKOFF"}, name{"FIXED_BACKOFF"}};

} // namespace

std::string_view to_string(step_type x) {
  return name_in(type_names, x);
}

std::string_view to_string(step_kind x) {
  return name_in(kind_names, x);
}

std::string_view to_string(failure_mode x) {
  return name_in(failure_mode_names, x);
}

std::string_view to_string(criticality x) {
  return name_in(criticality_names, x);
}

std::string_view to_string(run_rule x) {
  return name_in(rule_names, x);
}

std::string_view to_string(backoff_type x) {
  return name_in(backoff_names, x);
}

std::optional<step_type> parse_step_type(std::string_view any_case) {
  return find_any_case<step_type>(type_names, any_case);
}

std::optional<step_kind> parse_step_kind(std::string_view any_case) {
  return find_any_case<step_kind>(kind_names, any_case);
}

std::optional<failure_mode> parse_failure_mode(std::string_view any_case) {
  return find_any_case<failure_mode>(failure_mode_names, any_case);
}

std::optional<criticality> parse_criticality(std::string_view any_case) {
  return find_any_case<criticality>(criticality_names, any_case);
}

std::optional<run_rule> parse_run_rule(std::string_view any_case) {
  return find_any_case<run_rule>(rule_names, any_case);
}

std::optional<backoff_type> parse_backoff_type(std::string_view any_case) {
  return find_any_case<backoff_type>(backoff_names, any_case);
}

} // namespace tutti::model
