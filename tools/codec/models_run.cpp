#include "runtime/model/iteration_view.hpp"
#include "runtime/model/job_events.hpp"
#include "runtime/model/summaries.hpp"
#include "tools/codec/model_tables.hpp"

/// Models of runs, steps, artifacts, timelines, events.
namespace tutti::codec {

namespace {

using namespace tutti::model;

constexpr model_entry models[] = {
  entry<workflow_instance>("WorkflowInstance"),
  entry<workflow_instance_aggregated_info>("WorkflowInstanceAggregatedInfo"),
  entry<workflow_runtime_overview>("WorkflowRuntimeOverview"),
  entry<workflow_rollup_overview>("WorkflowRollupOverview"),
  entry<count_reference>("WorkflowRollupOverview.CountReference"),
  entry<step_status_summary>("WorkflowStepStatusSummary"),
  entry<run_config>("RunConfig"),
  entry<run_properties>("RunProperties"),
  entry<restart_config>("RestartConfig"),
  entry<restart_node>("RestartConfig.RestartNode"),
  entry<step_instance>("StepInstance"),
  entry<step_retry_view>("StepInstance.StepRetry"),
  entry<step_instance_transition>("StepInstanceTransition"),
  entry<step_runtime_state>("StepRuntimeState"),
  entry<step_attempt_state>("StepAttemptState"),
  entry<step_aggregated_view>("StepAggregatedView"),
  entry<step_instance_reference>("StepInstanceReference"),
  entry<foreach_action>("ForeachAction"),
  entry<foreach_step_overview>("ForeachStepOverview"),
  entry<foreach_details>("ForeachDetails"),
  entry<step_action>("StepAction"),
  entry<initiator>("Initiator"),
  entry<initiator>("ManualInitiator", "MANUAL"),
  entry<initiator>("TimeInitiator", "TIME"),
  entry<initiator>("SignalInitiator", "SIGNAL"),
  entry<initiator>("SubworkflowInitiator", "SUBWORKFLOW"),
  entry<initiator>("ForeachInitiator", "FOREACH"),
  entry<initiator>("WhileInitiator", "WHILE"),
  entry<initiator>("TemplateInitiator", "TEMPLATE"),
  entry<ancestor>("UpstreamInitiator.Info"),
  entry<timeline>("Timeline"),
  entry<timeline_event>("TimelineEvent"),
  entry<timeline_event>("TimelineActionEvent", "ACTION"),
  entry<timeline_event>("TimelineDetailsEvent", "DETAILS"),
  entry<timeline_event>("TimelineLogEvent", "LOG"),
  entry<timeline_event>("TimelineMilestoneEvent", "MILESTONE"),
  entry<timeline_event>("TimelineStatusEvent", "STATUS"),
  entry<workflow_timeline>("WorkflowTimeline"),
  entry<workflow_timeline_event>("WorkflowTimeline.WorkflowTimelineEvent"),
  entry<artifact>("Artifact"),
  entry<artifact>("DefaultArtifact", "DEFAULT"),
  entry<artifact>("DynamicOutputArtifact", "DYNAMIC_OUTPUT"),
  entry<artifact>("ForeachArtifact", "FOREACH"),
  entry<artifact>("HttpArtifact", "HTTP"),
  entry<artifact>("KubernetesArtifact", "KUBERNETES"),
  entry<artifact>("NotebookArtifact", "NOTEBOOK"),
  entry<artifact>("RetryArtifact", "RETRY"),
  entry<artifact>("SubworkflowArtifact", "SUBWORKFLOW"),
  entry<artifact>("TitusArtifact", "TITUS"),
  entry<artifact>("WhileArtifact", "WHILE"),
  entry<kubernetes_command>("KubernetesCommand"),
  entry<pre_stop>("KubernetesCommand.PreStop"),
  entry<pre_stop_exec>("KubernetesCommand.PreStop.Exec"),
  entry<titus_command>("TitusCommand"),
  entry<http_step_request>("HttpStepRequest"),
  entry<step_iteration>("StepIteration"),
  entry<step_iterations_summary>("StepIterationsSummary"),
  entry<std::vector<iteration_row>>("flattened iteration rows"),
  entry<step_runtime_summary>("StepRuntimeSummary"),
  entry<workflow_summary>("WorkflowSummary"),
  entry<workflow_runtime_summary>("WorkflowRuntimeSummary"),
  entry<event>("MaestroEvent"),
  entry<event>("StepInstanceStatusChangeEvent", "STEP_INSTANCE_STATUS_CHANGE_EVENT"),
  entry<event>("WorkflowActivationChangeEvent", "WORKFLOW_ACTIVATION_CHANGE_EVENT"),
  entry<event>("WorkflowDeactivationChangeEvent", "WORKFLOW_DEACTIVATION_CHANGE_EVENT"),
  entry<event>("WorkflowDefinitionChangeEvent", "WORKFLOW_DEFINITION_CHANGE_EVENT"),
  entry<event>("WorkflowDeletionChangeEvent", "WORKFLOW_DELETION_CHANGE_EVENT"),
  entry<event>("WorkflowInstanceStatusChangeEvent", "WORKFLOW_INSTANCE_STATUS_CHANGE_EVENT"),
  entry<event>("WorkflowPropertiesChangeEvent", "WORKFLOW_PROPERTIES_CHANGE_EVENT"),
  entry<event>("WorkflowVersionChangeEvent", "WORKFLOW_VERSION_CHANGE_EVENT"),
  entry<status_change_record>("StepInstanceStatusChangeEvent.StatusChangeRecord"),
  entry<job_event>("MaestroJobEvent"),
  entry<job_event>("DeleteWorkflowJobEvent", "DELETE_WORKFLOW"),
  entry<job_event>("InstanceActionJobEvent", "INSTANCE_ACTION"),
  entry<job_event>("NotificationJobEvent", "NOTIFICATION"),
  entry<job_event>("StartWorkflowJobEvent", "START_WORKFLOW"),
  entry<job_event>("StepInstanceUpdateJobEvent", "STEP_INSTANCE_UPDATE"),
  entry<job_event>("TerminateThenRunJobEvent", "TERMINATE_THEN_RUN"),
  entry<job_event>("WorkflowInstanceUpdateJobEvent", "WORKFLOW_INSTANCE_UPDATE"),
  entry<job_event>("WorkflowVersionUpdateJobEvent", "WORKFLOW_VERSION_UPDATE"),
  entry<status_change_record>("StepInstanceUpdateJobEvent.StepInstancePendingRecord"),
  entry<run_change_record>("WorkflowInstanceUpdateJobEvent.WorkflowInstanceChangeRecord"),
  entry<run_key>("InstanceRunUuid"),
};

} // namespace

std::span<const model_entry> run_models() {
  return models;
}

} // namespace tutti::codec
