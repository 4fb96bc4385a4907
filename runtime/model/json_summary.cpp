#include "runtime/model/instance_params.hpp"
#include "runtime/model/summaries.hpp"

namespace tutti::model {

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               step_runtime_summary& out) {
  return read_members(in, at, x, out) && check_instance_params(in, at, out.params);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, workflow_summary& out) {
  return read_members(in, at, x, out) && check_instance_params(in, at, out.params);
}

TUTTI_JSON_TYPE(step_runtime_summary);
TUTTI_JSON_TYPE(workflow_summary);
TUTTI_JSON_TYPE(workflow_runtime_summary);

} // namespace tutti::model
