#include "runtime/model/responses.hpp"
#include "tools/codec/model_tables.hpp"

/// Models of requests, answers, signals.
namespace tutti::codec {

namespace {

using namespace tutti::model;

constexpr model_entry models[] = {
  entry<pagination_result>("PaginationResult"),
  entry<page_info>("PaginationResult.PageInfo"),
  entry<signal_create_request>("SignalCreateRequest"),
  entry<step_breakpoint_create_request>("StepBreakpointCreateRequest"),
  entry<step_breakpoint_delete_response>("StepBreakpointDeleteResponse"),
  entry<step_instance_action_response>("StepInstanceActionResponse"),
  entry<step_instance_restart_request>("StepInstanceRestartRequest"),
  entry<step_instance_restart_response>("StepInstanceRestartResponse"),
  entry<step_output_data_request>("StepOutputDataRequest"),
  entry<output_data>("OutputData"),
  entry<tag_permit_request>("TagPermitRequest"),
  entry<tag_permit>("TagPermit"),
  entry<workflow_action_response>("WorkflowActionResponse"),
  entry<workflow_instance_action_response>("WorkflowInstanceActionResponse"),
  entry<workflow_instance_restart_request>("WorkflowInstanceRestartRequest"),
  entry<workflow_instance_restart_response>("WorkflowInstanceRestartResponse"),
  entry<workflow_overview_response>("WorkflowOverviewResponse"),
  entry<workflow_properties_update_request>("WorkflowPropertiesUpdateRequest"),
  entry<workflow_properties_update_response>("WorkflowPropertiesUpdateResponse"),
  entry<workflow_start_request>("WorkflowStartRequest"),
  entry<workflow_start_response>("WorkflowStartResponse"),
  entry<details>("Details"),
  entry<paused_step_attempt>("PausedStepAttempt"),
  entry<step_breakpoint>("StepBreakpoint"),
  entry<signal_dependencies>("SignalDependencies"),
  entry<signal_dependency>("SignalDependencies.SignalDependency"),
  entry<std::vector<signal_dependency_definition>>("SignalDependenciesDefinition"),
  entry<signal_dependency_definition>("SignalDependenciesDefinition.SignalDependencyDefinition"),
  entry<signal_instance>("SignalInstance"),
  entry<signal_instance_source>("SignalInstanceSource"),
  entry<signal_match_param>("SignalMatchParam"),
  entry<signal_match_param_def>("SignalMatchParamDef"),
  entry<signal_value>("SignalParamValue"),
  entry<signal_outputs>("SignalOutputs"),
  entry<signal_output>("SignalOutputs.SignalOutput"),
  entry<std::vector<signal_output_definition>>("SignalOutputsDefinition"),
  entry<signal_output_definition>("SignalOutputsDefinition.SignalOutputDefinition"),
  entry<signal_trigger>("SignalTrigger"),
  entry<signal_trigger_entry>("SignalTrigger.SignalTriggerEntry"),
  entry<signal_trigger_execution>("SignalTriggerExecution"),
  entry<signal_trigger_match>("SignalTriggerMatch"),
};

} // namespace

std::span<const model_entry> api_models() {
  return models;
}

} // namespace tutti::codec
