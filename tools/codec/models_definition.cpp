#include "runtime/model/job_template.hpp"
#include "runtime/model/responses.hpp"
#include "tools/codec/model_tables.hpp"

/// Models of definitions, params, triggers, alerting, job templates.
namespace tutti::codec {

namespace {

using namespace tutti::model;

constexpr model_entry models[] = {
  entry<workflow_create_body>("WorkflowCreateRequest"),
  entry<workflow_create_response>("WorkflowCreateResponse"),
  entry<workflow_definition>("WorkflowDefinition"),
  entry<workflow_definition_extras>("WorkflowDefinitionExtras"),
  entry<workflow>("Workflow"),
  entry<metadata>("Metadata"),
  entry<properties>("Properties"),
  entry<properties_snapshot>("PropertiesSnapshot"),
  entry<git_info>("GitInfo"),
  entry<run_strategy>("RunStrategy"),
  entry<user>("User"),
  entry<tag>("Tag"),
  entry<std::vector<tag>>("TagList"),
  entry<retry_policy>("RetryPolicy"),
  entry<backoff>("RetryPolicy.Backoff"),
  entry<backoff>("RetryPolicy.ExponentialBackoff", "EXPONENTIAL_BACKOFF"),
  entry<backoff>("RetryPolicy.FixedBackoff", "FIXED_BACKOFF"),
  entry<step_transition>("StepTransition"),
  entry<step>("Step"),
  entry<step>("TypedStep", "@step"),
  entry<step>("ForeachStep", "@foreach"),
  entry<step>("WhileStep", "@while"),
  entry<step>("SubworkflowStep", "@subworkflow"),
  entry<step>("TemplateStep", "@template"),
  entry<parsable_long>("ParsableLong"),
  entry<alerting>("DefaultAlerting"),
  entry<alerting>("Alerting"),
  entry<pagerduty_config>("DefaultAlerting.PagerdutyConfig"),
  entry<slack_config>("DefaultAlerting.SlackConfig"),
  entry<alerting_type_config>("AlertingTypeConfig"),
  entry<bypass_digest_config>("BypassDigestConfig"),
  entry<tct>("Tct"),
  entry<time_trigger>("TimeTrigger"),
  entry<time_trigger>("CronTimeTrigger", "CRON"),
  entry<time_trigger>("PredefinedTimeTrigger", "PREDEFINED"),
  entry<time_trigger>("IntervalTimeTrigger", "INTERVAL"),
  entry<trigger_uuids>("TriggerUuids"),
  entry<time_trigger_with_watermark>("TimeTriggerWithWatermark"),
  entry<time_trigger_execution>("TimeTriggerExecution"),
  entry<job_template>("JobTemplate"),
  entry<job_template_definition>("JobTemplate.Definition"),
  entry<job_template_metadata>("JobTemplate.Metadata"),
  entry<job_template_create_request>("JobTemplateCreateRequest"),
  entry<param>("ParamDefinition"),
  entry<param>("Parameter"),
  entry<param>("StringParamDefinition", "STRING"),
  entry<param>("StringParameter", "STRING"),
  entry<param>("LongParamDefinition", "LONG"),
  entry<param>("LongParameter", "LONG"),
  entry<param>("DoubleParamDefinition", "DOUBLE"),
  entry<param>("DoubleParameter", "DOUBLE"),
  entry<param>("BooleanParamDefinition", "BOOLEAN"),
  entry<param>("BooleanParameter", "BOOLEAN"),
  entry<param>("StringMapParamDefinition", "STRING_MAP"),
  entry<param>("StringMapParameter", "STRING_MAP"),
  entry<param>("StringArrayParamDefinition", "STRING_ARRAY"),
  entry<param>("StringArrayParameter", "STRING_ARRAY"),
  entry<param>("LongArrayParamDefinition", "LONG_ARRAY"),
  entry<param>("LongArrayParameter", "LONG_ARRAY"),
  entry<param>("DoubleArrayParamDefinition", "DOUBLE_ARRAY"),
  entry<param>("DoubleArrayParameter", "DOUBLE_ARRAY"),
  entry<param>("BooleanArrayParamDefinition", "BOOLEAN_ARRAY"),
  entry<param>("BooleanArrayParameter", "BOOLEAN_ARRAY"),
  entry<param>("MapParamDefinition", "MAP"),
  entry<param>("MapParameter", "MAP"),
};

} // namespace

std::span<const model_entry> definition_models() {
  return models;
}

} // namespace tutti::codec
