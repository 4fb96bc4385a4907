#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"

#include <algorithm>

namespace tutti::engine::views {

using model::step_status;

namespace {

constexpr const char* dequeued_text = "Workflow instance is dequeued.";

/// Of an iteration.
std::string loop_tag(const run_view& view) {
  auto is_while = view.run->initiator().type == model::initiator_type::while_;
  return is_while ? "maestro_while" : "maestro_foreach";
}

json::object run_config(const run_view& view) {
  auto& spec = view.run->spec;
  json::object out;
  if (view.run->loop) {
    out["runtime_tags"] = json::array{json::object{{"name", text(loop_tag(view))}}};
  } else if (spec.runtime_tags && !spec.runtime_tags->empty())
    out["runtime_tags"] = model::to_json(*spec.runtime_tags);
  if (view.run->loop || spec.is_child)
    out["correlation_id"] = text(view.run->correlation_id());
  auto policy = text(model::to_string(view.run->policy()));
  out["policy"] = policy;
  if (spec.restart) {
    out["restart_config"] = model::to_json(*spec.restart);
    return out;
  }
  // What a step restarts has no configuration of its own.
  if (view.run->loop || spec.is_child || model::is_fresh(spec.policy))
    return out;
  json::object node{{"workflow_id", text(spec.workflow_id)},
                    {"instance_id", spec.instance_id},
                    {"step_id", nullptr}};
  out["restart_config"] = json::object{{"restart_path", json::array{std::move(node)}},
                                       {"restart_policy", policy},
                                       {"downstream_policy", policy},
                                       {"restart_params", model::to_json(spec.run_params)}};
  return out;
}

json::object run_properties_json(const run_properties& x) {
  json::object out{{"create_time", x.create_time}, {"owner", text(x.owner)}};
  if (x.alerting)
    out["alerting"] = model::to_json(*x.alerting);
  if (x.step_concurrency)
    out["step_concurrency"] = *x.step_concurrency;
  if (x.tags)
    out["tags"] = model::to_json(*x.tags);
  return out;
}

json::value runtime_workflow(const run_view& view) {
  auto definition = view.run->workflow->workflow;
  auto add_tags = [&](const std::vector<model::tag>& more) {
    if (!definition.tags)
      definition.tags.emplace();
    for (auto& x : more)
      definition.tags->push_back(x);
  };
  if (view.run->loop)
    add_tags({model::tag{loop_tag(view), {}, {}, {}}});
  else if (auto& tags = view.run->spec.runtime_tags; tags && !tags->empty())
    add_tags(*tags);
  return model::to_json(definition);
}

json::object runtime_dag(const run_view& view) {
  json::object out;
  for (auto i : client_order(*view.run->workflow, view.in_dag)) {
    auto transition = view.steps()[i].transition;
    transition.predecessors = view.parents(i);
    out[view.steps()[i].id] = model::to_json(transition);
  }
  return out;
}

// -- aggregate ----------------------------------------------------------------------------------

json::object aggregated_info(const run_view& view, const std::vector<step_brief>& briefs) {
  // Before it begins, a restarted run has only what was before it.
  auto in_dag = view.in_dag;
  if (!view.state.launched && view.run->spec.partial)
    in_dag.assign(in_dag.size(), false);
  json::object views;
  for (auto& x : aggregated_view(*view.run, briefs, in_dag)) {
    json::object one;
    if (x.run_id != 0)
      one["workflow_run_id"] = x.run_id;
    one["status"] = text(model::to_string(x.status));
    put_time(one, "start_time", x.start_time);
    put_time(one, "end_time", x.end_time);
    views[x.step_id] = std::move(one);
  }
  return {{"workflow_instance_status", text(model::to_string(view.state.status))},
          {"step_aggregated_views", std::move(views)}};
}

// -- timeline -------------------------------------------------------------------------------------

/// Iterations do not store what all of them have.
std::vector<model::timeline_event> own_events(const run_view& view) {
  auto events = view.state.timeline;
  if (view.run->loop && view.state.launched)
    events.insert(events.begin(),
                  model::log_event(view.state.start_time, model::log_level::info, dequeued_text));
  return events;
}

json::value timeline(const run_view& view, bool enriched) {
  auto& state = view.state;
  auto stored = own_events(view);
  // What waits in the queue has no STATUS events yet (recorded).
  if (!enriched || (!state.launched && state.end_time == 0))
    return model::to_json(stored);
  auto& spec = view.run->spec;
  std::vector<model::timeline_event> begun{status_event(spec.create_time, "CREATED")};
  if (state.start_time != 0)
    begun.push_back(status_event(state.start_time, "IN_PROGRESS"));
  std::optional<model::timeline_event> ended;
  if (state.end_time != 0)
    ended = status_event(state.end_time, model::to_string(state.status));
  return enriched_timeline(stored, std::move(begun), ended);
}

std::int64_t modify_time(const run_view& view) {
  auto time = std::max({view.run->spec.create_time, view.state.start_time, view.state.end_time});
  if (!view.state.timeline.empty())
    time = std::max(time, view.state.timeline.back().timestamp);
  return time;
}

void put_names(json::object& out, const run_view& view) {
  auto& run = *view.run;
  out["workflow_id"] = text(view.name.workflow_id);
  out["workflow_instance_id"] = view.name.instance_id;
  out["workflow_run_id"] = view.name.run_id;
  out["workflow_uuid"] = text(run.spec.uuid);
  out["correlation_id"] = text(run.correlation_id());
  out["workflow_version_id"] = run.version_id();
  if (!view.pending)
    out["group_info"] = run.group_info();
  out["internal_id"] = run.internal_id();
  if (view.state.launched)
    out["execution_id"] = text(run.spec.uuid);
}

void put_content(json::object& out, const run_view& view) {
  auto& run = *view.run;
  out["run_config"] = run_config(view);
  out["run_params"] = run_params_json(view);
  out["run_properties"] = run_properties_json(run.properties());
  out["runtime_workflow"] = runtime_workflow(view);
  out["runtime_dag"] = runtime_dag(view);
  if (run.spec.explicit_timeout)
    out["timeout_in_millis"] = run.spec.timeout_ms;
  if (!view.pending) {
    out["params"] = params_json(view);
    out["initiator"] = model::to_json(run.initiator());
  }
}

} // namespace

result<json::object> instance_json(const shard_reader& from, const run_view& view,
                                   const instance_options& options) {
  json::object out;
  put_names(out, view);
  put_content(out, view);
  auto& spec = view.run->spec;
  out["status"] = text(model::to_string(view.state.status));
  // Iterations are asked for when they are made.
  out["request_time"] = spec.request_time != 0 ? spec.request_time : spec.create_time;
  out["create_time"] = spec.create_time;
  put_time(out, "start_time", view.state.start_time);
  put_time(out, "end_time", view.state.end_time);
  out["modify_time"] = modify_time(view);
  auto progress = progress_so_far(from, view);
  if (!progress)
    return progress.error();
  if (view.state.launched)
    out["runtime_overview"] = runtime_overview(view, *progress);
  if (auto& artifacts = spec.artifacts; artifacts && !artifacts->empty())
    out["artifacts"] = model::to_json(*artifacts);
  auto events = timeline(view, options.enriched);
  if (!events.as_array().empty())
    out["timeline"] = std::move(events);
  if (options.aggregated)
    out["aggregated_info"] = aggregated_info(view, progress->briefs);
  return out;
}

json_result instance(const shard_reader& from, const run_name& name,
                     const instance_options& options) {
  auto view = read_run(from, name);
  if (!view)
    return view.error();
  auto out = instance_json(from, *view, options);
  if (!out)
    return out.error();
  return json::value(std::move(*out));
}

} // namespace tutti::engine::views
