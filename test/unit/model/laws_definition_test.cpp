#include "test/unit/model/generated.hpp"

namespace tutti::model::generated {

namespace {

constexpr std::uint64_t seed_count = 150;

} // namespace

TEST_CASE_TEMPLATE("generated values of definitions read, write and store as themselves", T,
                   parsable_long, tag, user, git_info, run_strategy, backoff, retry_policy,
                   step_transition, step, workflow, properties, properties_snapshot, metadata,
                   workflow_create_request, param, param_map, value_map, alerting,
                   alerting_type_config, bypass_digest_config, pagerduty_config, slack_config, tct,
                   time_trigger, trigger_uuids, time_trigger_with_watermark, time_trigger_execution,
                   signal_value, signal_match_param, signal_match_param_def,
                   signal_dependency_definition, signal_output_definition, signal_trigger_entry,
                   signal_trigger, job_template_definition, job_template_metadata, job_template,
                   job_template_create_request) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed)
    check_laws<T>(seed);
}

} // namespace tutti::model::generated
