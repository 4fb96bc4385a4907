#include "runtime/engine/views_rows.hpp"

/// A subworkflow step as clients see its child (spec 04c §5).
namespace tutti::engine::views {

result<json::object> subworkflow_artifact(const shard_reader& from, const child_state& child) {
  json::object out;
  out["subworkflow_id"] = text(child.workflow_id);
  out["subworkflow_version_id"] = child.version_id;
  out["subworkflow_instance_id"] = child.instance_id;
  out["subworkflow_run_id"] = child.run_id;
  out["subworkflow_uuid"] = text(child.uuid);
  if (child.sync) {
    auto overview = overview_of_run(from, {child.workflow_id, child.instance_id, child.run_id});
    if (!overview)
      return overview.error();
    if (!overview->empty())
      out["subworkflow_overview"] = std::move(*overview);
  }
  out["type"] = "SUBWORKFLOW";
  return out;
}

std::string child_text(const child_state& child) {
  if (child.instance_id == 0)
    return "workflow [" + child.workflow_id + "] has not answered yet";
  return "workflow instance [" + child.workflow_id + "][" + std::to_string(child.instance_id)
         + "], run " + std::to_string(child.run_id) + ", has not ended yet";
}

} // namespace tutti::engine::views
