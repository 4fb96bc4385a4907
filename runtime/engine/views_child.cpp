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

namespace {

std::string question_text(const step_question& question) {
  auto out = "params." + question.function + " asks for the values of [" + question.args[0] + "]";
  if (question.located)
    out += ", " + std::to_string(question.told) + " of " + std::to_string(question.parts)
           + " parts have answered";
  return out;
}

std::string child_text(const child_state& child) {
  if (child.instance_id == 0)
    return "workflow [" + child.workflow_id + "] has not answered yet";
  return "workflow instance [" + child.workflow_id + "][" + std::to_string(child.instance_id)
         + "], run " + std::to_string(child.run_id) + ", has not ended yet";
}

std::string while_text(const while_state& loop) {
  return "iteration " + std::to_string(loop.last) + " of a while, instance [" + loop.inline_id
         + "][" + std::to_string(loop.last) + "], has not ended yet";
}

} // namespace

std::optional<waited_for> wait_below(const step_state& attempt) {
  if (!attempt.questions.empty())
    return waited_for{"values", question_text(attempt.questions.back())};
  if (attempt.repeat)
    return waited_for{"iterations", while_text(*attempt.repeat)};
  if (attempt.child)
    return waited_for{"subworkflow", child_text(*attempt.child)};
  return std::nullopt;
}

} // namespace tutti::engine::views
