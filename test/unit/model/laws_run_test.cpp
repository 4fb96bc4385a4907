#include "test/unit/model/generated.hpp"

namespace tutti::model::generated {

namespace {

constexpr std::uint64_t seed_count = 150;

} // namespace

TEST_CASE_TEMPLATE("generated values of runs read, write and store as themselves", T, ancestor,
                   initiator, timeline_event, timeline, workflow_timeline_event, workflow_timeline,
                   step_runtime_state, count_reference, workflow_rollup_overview,
                   step_status_summary, workflow_runtime_overview, step_aggregated_view,
                   workflow_instance_aggregated_info, foreach_interval, foreach_details,
                   foreach_step_overview, artifact, artifact_map, pre_stop_exec, pre_stop,
                   kubernetes_command, titus_command, http_step_request, restart_node,
                   restart_config, run_config, run_properties, foreach_action, step_action,
                   workflow_instance, step_retry_view, step_instance_transition, step_instance,
                   step_attempt_state, step_instance_reference, step_iteration,
                   step_iterations_summary, iteration_row, step_runtime_summary, workflow_summary,
                   workflow_runtime_summary) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed)
    check_laws<T>(seed);
}

} // namespace tutti::model::generated
