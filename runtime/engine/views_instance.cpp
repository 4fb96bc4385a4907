#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"
#include "runtime/params/defaults.hpp"

#include <algorithm>

namespace tutti::engine::views {

using model::step_status;

namespace {

constexpr std::string_view loop_tag = "maestro_foreach";

json::object run_config(const run_view& view) {
  auto& spec = view.run->spec;
  json::object out;
  if (view.run->loop) {
    out["runtime_tags"] = json::array{json::object{{"name", text(loop_tag)}}};
    out["correlation_id"] = text(view.run->correlation_id());
  } else if (spec.runtime_tags && !spec.runtime_tags->empty())
    out["runtime_tags"] = model::to_json(*spec.runtime_tags);
  auto policy = text(model::to_string(view.run->policy()));
  out["policy"] = policy;
  if (view.run->loop || model::is_fresh(spec.policy))
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

/// An iteration is given its parameters as values.
model::param_map given_params(const model::param_map& evaluated) {
  auto given = evaluated;
  for (auto& [name, x] : given) {
    if (x.evaluated_result) {
      x.literal = std::move(x.evaluated_result);
      x.expression.reset();
    }
    x.evaluated_result.reset();
    x.evaluated_time.reset();
  }
  return given;
}

json::value run_params(const run_view& view) {
  auto& spec = view.run->spec;
  if (view.run->loop)
    return model::to_json(given_params(view.run->params()));
  // Those of a restart are in its configuration.
  return model::is_fresh(spec.policy) ? model::to_json(spec.run_params) : json::object{};
}

/// What the system adds to every run is derived here, not stored with each (spec 02 §12.1).
json::value all_params(const run_view& view) {
  auto& own = view.run->params();
  if (view.run->loop)
    return model::to_json(own);
  auto& spec = view.run->spec;
  params::instance_facts facts;
  facts.workflow_id = spec.workflow_id;
  facts.instance_id = spec.instance_id;
  facts.run_id = spec.run_id;
  facts.run_ts = view.run->run_ts();
  facts.owner = view.run->properties().owner;
  facts.initiator = view.run->initiator().type;
  facts.policy = view.run->policy();
  model::param_map all;
  for (auto& x : params::system_defaults()) {
    if (auto* given = own.find(x.name)) {
      all.append(std::string{x.name}, *given);
      continue;
    }
    auto made = params::to_param(x);
    made.internal_mode.reset();
    made.tags.emplace();
    made.evaluated_result = x.derive(facts, nullptr);
    made.evaluated_time = spec.create_time;
    if (spec.run_ts != 0) {
      // A restart takes over what the run before had evaluated.
      made.expression.reset();
      made.literal = made.evaluated_result;
    }
    made.source = model::param_source::system_default;
    all.append(std::string{x.name}, std::move(made));
  }
  for (auto& [name, x] : own)
    if (!all.contains(name))
      all.append(name, x);
  return model::to_json(all);
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
    add_tags({model::tag{std::string{loop_tag}, {}, {}, {}}});
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

// -- overview -------------------------------------------------------------------------------------

struct progress_of_run {
  std::vector<step_brief> briefs; ///< by position
  status_counts leaves;
};

void add_attempt(status_counts& leaves, const step_state& attempt) {
  add(leaves, leaves_of(attempt));
}

/// Leaves of the steps that earlier runs finished and this one does not run (spec 04a §9).
status add_carried(const shard_reader& from, const run_view& view, status_counts& leaves) {
  for (auto& x : view.run->spec.carried) {
    auto at = view.run->workflow->position(x.step_id);
    if (at == compiled_workflow::npos || view.in_dag[at] || x.status == step_status::not_created)
      continue;
    if (view.steps()[at].type != model::step_type::foreach) {
      ++leaves[x.status];
      continue;
    }
    auto old = read_attempt(
      from, step_entity(view.name.workflow_id, view.name.instance_id, x.run_id, x.step_id), 0);
    if (!old)
      return old.error();
    if (old->attempt != 0)
      add_attempt(leaves, *old);
  }
  return unit{};
}

result<progress_of_run> progress_so_far(const shard_reader& from, const run_view& view) {
  progress_of_run out;
  if (is_terminal(view.state.status)) {
    out.briefs = view.state.steps;
    out.briefs.resize(view.steps().size());
    add(out.leaves, view.state.leaves);
  } else {
    auto attempts = latest_attempts(from, view);
    if (!attempts)
      return attempts.error();
    for (auto& x : *attempts) {
      out.briefs.push_back(x.attempt == 0 ? step_brief{} : brief_of(x));
      if (x.attempt != 0)
        add_attempt(out.leaves, x);
    }
  }
  if (auto ok = add_carried(from, view, out.leaves); !ok)
    return ok.error();
  return out;
}

json::value time_or_null(std::int64_t time) {
  return time == 0 ? json::value{} : json::value(time);
}

json::object step_overview(const run_view& view, const std::vector<step_brief>& briefs) {
  std::map<step_status, json::array> lists;
  std::int64_t ordinal = 0;
  for (auto i : client_order(*view.run->workflow, view.in_dag)) {
    ++ordinal;
    auto& x = briefs[i];
    if (x.status != step_status::not_created)
      lists[x.status].push_back(
        json::array{ordinal, time_or_null(x.start_time), time_or_null(x.end_time)});
  }
  json::object out;
  for (auto& [status, list] : lists) {
    auto count = list.size();
    out[model::to_string(status)] = json::object{{"cnt", count}, {"steps", std::move(list)}};
  }
  return out;
}

/// Own steps only: what is inside loops is named by their overviews.
std::map<step_status, json::array> references(const run_view& view,
                                              const std::vector<step_brief>& briefs) {
  std::map<step_status, json::array> out;
  for (auto i : client_order(*view.run->workflow, view.in_dag))
    if (is_overview_status(briefs[i].status) && view.steps()[i].type != model::step_type::foreach)
      out[briefs[i].status].push_back(text(std::to_string(view.name.instance_id) + ":"
                                           + view.steps()[i].id + ":"
                                           + std::to_string(briefs[i].attempt)));
  return out;
}

json::object runtime_overview(const run_view& view, const progress_of_run& progress) {
  json::object out{{"total_step_count", std::count(view.in_dag.begin(), view.in_dag.end(), true)}};
  out["step_overview"] = step_overview(view, progress.briefs);
  out["rollup_overview"] = rollup(progress.leaves,
                                  view.name.workflow_id + ":" + std::to_string(view.name.run_id),
                                  references(view, progress.briefs));
  if (view.state.own_status)
    out["run_status"] = text(model::to_string(*view.state.own_status));
  return out;
}

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

json::value timeline(const run_view& view, bool enriched) {
  auto& state = view.state;
  if (!enriched)
    return model::to_json(state.timeline);
  auto& spec = view.run->spec;
  std::vector<model::timeline_event> begun{status_event(spec.create_time, "CREATED")};
  if (state.start_time != 0)
    begun.push_back(status_event(state.start_time, "IN_PROGRESS"));
  std::optional<model::timeline_event> ended;
  if (state.end_time != 0)
    ended = status_event(state.end_time, model::to_string(state.status));
  return enriched_timeline(state.timeline, std::move(begun), ended);
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
  out["run_params"] = run_params(view);
  out["run_properties"] = run_properties_json(run.properties());
  out["runtime_workflow"] = runtime_workflow(view);
  out["runtime_dag"] = runtime_dag(view);
  if (run.spec.explicit_timeout)
    out["timeout_in_millis"] = run.spec.timeout_ms;
  if (!view.pending) {
    out["params"] = all_params(view);
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
