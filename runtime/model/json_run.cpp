#include "runtime/model/instance_params.hpp"
#include "runtime/model/run_view.hpp"

namespace tutti::model {

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               workflow_instance& out) {
  return read_members(in, at, x, out) && check_instance_params(in, at, out.params);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, step_instance& out) {
  return read_members(in, at, x, out) && check_instance_params(in, at, out.params);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               step_instance_transition& out) {
  return read_members_freely(in, at, x, out);
}

TUTTI_JSON_TYPE(restart_node);
TUTTI_JSON_TYPE(restart_config);
TUTTI_JSON_TYPE(run_config);
TUTTI_JSON_TYPE(run_properties);
TUTTI_JSON_TYPE(foreach_action);
TUTTI_JSON_TYPE(step_action);
TUTTI_JSON_TYPE(workflow_instance);
TUTTI_JSON_TYPE(step_retry_view);
TUTTI_JSON_TYPE(step_instance_transition);
TUTTI_JSON_TYPE(step_instance);
TUTTI_JSON_TYPE(step_attempt_state);
TUTTI_JSON_TYPE(step_instance_reference);

} // namespace tutti::model
