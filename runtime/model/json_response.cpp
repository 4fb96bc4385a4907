#include "runtime/model/job_template.hpp"
#include "runtime/model/json_codec.hpp"
#include "runtime/model/responses.hpp"

namespace tutti::model {

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_definition_extras& out) {
  return read_members_freely(in, at, x, out);
}

/// Params of a template may be left to those who use it. Templates are read in this file only.
bool read_json(json_reader& in, const json_place& at, const json::value& x,
               job_template_definition& out) {
  return read_members_freely(in, at, x, out);
}

TUTTI_JSON_TYPE(job_template_definition);
TUTTI_JSON_TYPE(job_template_metadata);
TUTTI_JSON_TYPE(job_template);
TUTTI_JSON_TYPE(job_template_create_request);
TUTTI_JSON_TYPE(workflow_definition_extras);
TUTTI_JSON_TYPE(workflow_definition);
TUTTI_JSON_TYPE(workflow_create_response);
TUTTI_JSON_TYPE(workflow_properties_update_response);
TUTTI_JSON_TYPE(workflow_overview_response);
TUTTI_JSON_TYPE(workflow_start_response);
TUTTI_JSON_TYPE(workflow_instance_restart_response);
TUTTI_JSON_TYPE(step_instance_restart_response);
TUTTI_JSON_TYPE(workflow_action_response);
TUTTI_JSON_TYPE(workflow_instance_action_response);
TUTTI_JSON_TYPE(step_instance_action_response);
TUTTI_JSON_TYPE(step_breakpoint);
TUTTI_JSON_TYPE(step_breakpoint_delete_response);
TUTTI_JSON_TYPE(paused_step_attempt);
TUTTI_JSON_TYPE(tag_permit);
TUTTI_JSON_TYPE(page_info);
TUTTI_JSON_TYPE(pagination_result);

} // namespace tutti::model
