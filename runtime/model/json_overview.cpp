#include "runtime/model/json_codec.hpp"
#include "runtime/model/overview.hpp"

namespace tutti::model {

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               step_status_summary& out) {
  return x.is_object() ? read_members(in, at, x, out) : read_json(in, at, x, out.cnt);
}

json::value write_json(const foreach_interval& x) {
  if (x.first == x.last)
    return x.first;
  return json::array{x.first, x.last};
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, foreach_interval& out) {
  const auto* ends = x.if_array();
  if (ends && ends->size() == 2)
    return read_json(in, json_place{at, 0}, (*ends)[0], out.first)
           && read_json(in, json_place{at, 1}, (*ends)[1], out.last);
  if (!number_text(x))
    return in.expected(at, "a number or a list of two numbers", x);
  if (!read_json(in, at, x, out.first))
    return false;
  out.last = out.first;
  return true;
}

json::value write_json(const foreach_details& x) {
  return write_json(x.by_status);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, foreach_details& out) {
  return read_json(in, at, x, out.by_status);
}

TUTTI_JSON_TYPE(count_reference);
TUTTI_JSON_TYPE(workflow_rollup_overview);
TUTTI_JSON_TYPE(step_status_summary);
TUTTI_JSON_TYPE(workflow_runtime_overview);
TUTTI_JSON_TYPE(step_aggregated_view);
TUTTI_JSON_TYPE(workflow_instance_aggregated_info);
TUTTI_JSON_TYPE(foreach_interval);
TUTTI_JSON_TYPE(foreach_details);
TUTTI_JSON_TYPE(foreach_step_overview);

} // namespace tutti::model
