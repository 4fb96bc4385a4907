#include "actors/http/api_parts.hpp"
#include "actors/http/errors.hpp"

/// Reads of definitions, steps and the node: a view each.
namespace tutti::http {

namespace json = boost::json;
namespace views = engine::views;
using views::json_result;

namespace {

/// How many elements our own lists give: `first`, in 1..200.
result<std::int64_t> list_size(param_reader& read, std::int64_t fallback) {
  auto n = read.int64("first").value_or(fallback);
  if (n < 1 || n > 200)
    return error{ec::bad_request, validation_failure};
  return n;
}

json_result list_workflows(const api_deps& deps, param_reader& read) {
  auto first = list_size(read, 50);
  if (!first)
    return first.error();
  auto* cursor = read.text("cursor");
  return views::workflows(deps.rows, *first, cursor ? *cursor : std::string{});
}

json_result list_versions(const api_deps& deps, param_reader& read) {
  auto page = page_of(read);
  if (!page)
    return page.error();
  return views::versions(deps.rows, read.required_text("workflowId"), *page);
}

json_result one_attempt(const api_deps& deps, param_reader& read) {
  auto name = instance_name(read);
  name.run_id = read.required_int64("workflowRunId");
  auto enriched = read.flag("enriched", true);
  auto attempt = number_or_latest(read.required_text("stepAttempt"));
  if (!attempt)
    return attempt.error();
  return views::step(deps.rows, name, read.required_text("stepId"), *attempt, enriched);
}

json_result steps_of_run(const api_deps& deps, param_reader& read) {
  auto name = instance_name(read);
  name.run_id = read.required_int64("workflowRunId");
  return views::run_steps(deps.rows, name);
}

// -- action maps (spec 05 §4.1, §5.1) -------------------------------------------------------------

constexpr std::string_view run_actions
  = R"({"CREATED":["STOP","KILL"],"IN_PROGRESS":["STOP","KILL"],"PAUSED":["STOP","KILL"],)"
    R"("TIMED_OUT":["RESTART"],"STOPPED":["RESTART"],"FAILED":["RESTART","UNBLOCK"],)"
    R"("SUCCEEDED":["RESTART"]})";

json::array actions_of(model::step_status x) {
  using enum model::step_status;
  switch (x) {
    case not_created:
      return {};
    case created:
      return {"PAUSE", "STOP", "KILL"};
    case initialized:
      return {"PAUSE", "STOP", "KILL", "SKIP"};
    case paused:
      return {"RESUME", "STOP", "KILL", "SKIP"};
    case waiting_for_signals:
      return {"STOP", "KILL", "SKIP", "BYPASS_STEP_DEPENDENCIES"};
    case disabled:
    case unsatisfied:
      return {"RESTART"};
    default:
      if (!model::is_terminal(x) || model::is_retryable(x))
        return {"STOP", "KILL", "SKIP"};
      return {"RESTART", "SKIP"};
  }
}

json::value step_action_map() {
  json::object out;
  for (std::uint8_t i = 1; i <= static_cast<std::uint8_t>(model::step_status::timed_out); ++i) {
    auto status = static_cast<model::step_status>(i);
    out[to_string(status)] = actions_of(status);
  }
  return out;
}

json_result up() {
  return json::value(json::object{{"status", "UP"}});
}

} // namespace

void add_definition_routes(route_table& to, const deps_ptr& deps) {
  add_read(to, workflows_path, [deps](param_reader& read) { return list_workflows(*deps, read); });
  add_read(to, workflow_path + "/versions/{version}", [deps](param_reader& read) {
    return views::workflow_definition(deps->rows, read.required_text("workflowId"),
                                      read.required_text("version"), read.flag("enriched", false));
  });
  add_read(to, workflow_path + "/versions/pagination",
           [deps](param_reader& read) { return list_versions(*deps, read); });
  add_read(to, workflow_path + "/overview", [deps](param_reader& read) {
    return views::overview(deps->rows, read.required_text("workflowId"));
  });
  add_read(to, workflow_path + "/timeline", [deps](param_reader& read) {
    return views::workflow_timeline(deps->rows, read.required_text("workflowId"));
  });
  add_read(to, workflow_path + "/properties-snapshot/{snapshotId}", [deps](param_reader& read) {
    return views::snapshot(deps->rows, read.required_text("workflowId"),
                           read.required_text("snapshotId"));
  });
}

void add_step_routes(route_table& to, const deps_ptr& deps) {
  add_read(to, workflows_path + "/instances/action-map",
           [](param_reader&) { return model::parse_text(run_actions); });
  add_read(to, workflows_path + "/steps/instances/action-map",
           [](param_reader&) { return json_result{step_action_map()}; });
  add_read(to, instance_path + "/steps", [deps](param_reader& read) {
    auto name = instance_name(read);
    return views::latest_steps(deps->rows, name.workflow_id, name.instance_id);
  });
  add_read(to, instance_path + "/steps/{stepId}", [deps](param_reader& read) {
    auto name = instance_name(read);
    return views::latest_step(deps->rows, name.workflow_id, name.instance_id,
                              read.required_text("stepId"), read.flag("enriched", true));
  });
  add_read(to, run_path + "/steps",
           [deps](param_reader& read) { return steps_of_run(*deps, read); });
  add_read(to, attempt_path, [deps](param_reader& read) { return one_attempt(*deps, read); });
}

void add_node_routes(route_table& to, const deps_ptr& deps) {
  add_read(to, "/livez", [](param_reader&) { return up(); });
  add_read(to, "/actuator/health", [](param_reader&) { return up(); });
  add_read(to, "/readyz", [deps](param_reader&) -> json_result {
    if (auto why = deps->not_ready())
      return *why;
    return up();
  });
  add_read(to, "/api/v3/node",
           [deps](param_reader&) { return json_result{json::value(deps->node_status())}; });
  add_read(to, "/api/v3/instances", [deps](param_reader& read) -> json_result {
    auto first = list_size(read, 100);
    if (!first)
      return first.error();
    return views::active_runs(deps->rows, *first);
  });
}

} // namespace tutti::http
