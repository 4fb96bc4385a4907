#include "test/unit/model/generated.hpp"

namespace tutti::model::generated {

namespace {

constexpr std::uint64_t seed_count = 150;

} // namespace

TEST_CASE_TEMPLATE(
  "generated values of requests, answers, signals and events read, write and store as themselves",
  T, workflow_start_request, workflow_instance_restart_request, step_instance_restart_request,
  step_breakpoint_create_request, signal_create_request, step_output_data_request, output_data,
  tag_permit_request, workflow_properties_update_request, workflow_create_body,
  workflow_definition_extras, workflow_definition, workflow_create_response,
  workflow_properties_update_response, workflow_overview_response, workflow_start_response,
  workflow_instance_restart_response, step_instance_restart_response, workflow_action_response,
  workflow_instance_action_response, step_instance_action_response, step_breakpoint,
  step_breakpoint_delete_response, paused_step_attempt, tag_permit, page_info, pagination_result,
  details, signal_dependency, signal_dependencies, signal_output, signal_outputs, signal_instance,
  signal_instance_source, signal_trigger_match, signal_trigger_execution, event,
  status_change_record, job_event, run_key, run_change_record) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed)
    check_laws<T>(seed);
}

} // namespace tutti::model::generated
