#include "runtime/params/facts.hpp"

#include "runtime/params/kinds.hpp"

namespace tutti::params {

namespace {

using model::value;

value text(std::string_view x) {
  return value{std::string{x}};
}

/// Numbers that are not known yet are empty texts.
value known_number(std::int64_t x) {
  return x > 0 ? value{x} : text("");
}

} // namespace

result<value> instance_field(const instance_facts& in, std::string_view field, bool at_step) {
  if (field == "workflow_id")
    return text(in.workflow_id);
  if (field == "workflow_instance_id")
    return known_number(at_step ? in.instance_id : 0);
  if (field == "workflow_run_id")
    return known_number(at_step ? in.run_id : 0);
  if (field == "INITIATOR_TYPE")
    return text(in.dry_run ? "VALIDATION" : model::to_string(in.initiator));
  if (field == "INITIATOR_TIMEZONE")
    return text(in.initiator == model::initiator_type::time ? in.initiator_timezone : "");
  if (field == "RUN_POLICY")
    return text(model::to_string(in.policy));
  if (field == "owner" && !at_step)
    return text(in.owner);
  if (field == "FIRST_TIME_TRIGGER_TIMEZONE" && !at_step)
    return text(in.first_trigger_timezone);
  if (field == "INITIATOR_RUNNER_NAME") {
    if (in.initiator == model::initiator_type::manual)
      return text(in.initiator_user);
    return kind::refuse(kind::validation,
                        "Field [INITIATOR_RUNNER_NAME] is only there in manual runs, this run of "
                        "workflow ["
                          + std::string{in.workflow_id} + "] has the initiator ["
                          + std::string{model::to_string(in.initiator)} + "]");
  }
  return kind::refuse(kind::validation, "Field [" + std::string{field}
                                          + "] is no field of workflow instances"
                                          + (at_step ? " that steps can read" : "")
                                          + ", in workflow [" + std::string{in.workflow_id} + "]");
}

result<value> step_field(const step_facts& in, std::string_view field) {
  if (field == "step_id")
    return text(in.step_id);
  if (field == "step_instance_id")
    return value{in.step_instance_id};
  if (field == "step_instance_uuid")
    return text(in.step_uuid);
  if (field == "step_attempt_id")
    return value{in.attempt};
  if (field == "step_type_info")
    return text(in.sub_type.empty() ? model::to_string(in.type) : in.sub_type);
  if (field == "MAESTRO_STEP_ERROR_RETRIES")
    return value{in.error_retries};
  return kind::refuse(kind::validation, "Field [" + std::string{field}
                                          + "] is no field of step instances, in step ["
                                          + std::string{in.step_id} + "]");
}

} // namespace tutti::params
