#include "runtime/engine/views_rows.hpp"

#include "runtime/model/json.hpp"

#include <algorithm>

namespace tutti::engine::views {

using model::step_status;

result<std::optional<workflow_state>> read_workflow(const shard_reader& from,
                                                    const std::string& workflow_id) {
  auto row = read_row<workflow_state>(from.of(workflow_entity(workflow_id)),
                                      rows::workflow(workflow_id));
  // What stays of a deleted workflow is not for readers.
  if (row && *row && (*row)->latest_version == 0)
    return std::optional<workflow_state>{};
  return row;
}

result<std::optional<model::workflow_version>>
read_version(const shard_reader& from, const std::string& workflow_id, std::int64_t version) {
  return read_row<model::workflow_version>(from.of(workflow_entity(workflow_id)),
                                           rows::version(workflow_id, version));
}

result<std::optional<run_summary>> read_summary(const shard_reader& from, const run_name& name) {
  return read_row<run_summary>(from.of(workflow_entity(name.workflow_id)),
                               rows::summary(name.workflow_id, name.instance_id, name.run_id));
}

// -- runs -----------------------------------------------------------------------------------------

result<std::int64_t> latest_run(const shard_reader& from, const std::string& workflow_id,
                                std::int64_t instance_id) {
  // Iterations have no row with a workflow: their own shard knows them.
  auto of_loop = is_inline(workflow_id);
  auto& reader = from.of(of_loop ? instance_entity(workflow_id, instance_id, 1)
                                 : workflow_entity(workflow_id));
  auto [begin, end]
    = rows::range_of_prefix(rows::runs_prefix(of_loop ? 'I' : 'S', workflow_id, instance_id));
  std::int64_t found = 0;
  auto ok = reader.scan_back(begin, end, [&](std::string_view key, std::string_view) {
    if (auto parts = rows::parse_run_key(key))
      found = parts->run_id;
    return false;
  });
  if (!ok)
    return ok.error();
  return found;
}

error unknown_run(const run_name& name) {
  return {ec::not_found, "workflow instance [" + name.workflow_id + "]["
                           + std::to_string(name.instance_id) + "][" + std::to_string(name.run_id)
                           + "] not found (either not created or deleted)"};
}

std::vector<std::string> run_view::parents(std::size_t at) const {
  std::vector<std::string> out;
  for (auto parent : run->workflow->dag.parents[at])
    if (in_dag[parent])
      out.push_back(steps()[parent].id);
  return out;
}

namespace {

result<run_name> resolved(const shard_reader& from, const run_name& name) {
  if (name.run_id != 0)
    return name;
  auto latest = latest_run(from, name.workflow_id, name.instance_id);
  if (!latest)
    return latest.error();
  if (*latest == 0)
    return unknown_run(name);
  return run_name{name.workflow_id, name.instance_id, *latest};
}

/// What the workflow knows of a run that its own shard has not heard of yet.
result<run_view> read_pending(const shard_reader& from, const run_name& name) {
  auto summary = read_summary(from, name);
  if (!summary)
    return summary.error();
  auto state = read_workflow(from, name.workflow_id);
  if (!state)
    return state.error();
  if (!*summary || !*state)
    return unknown_run(name);
  auto version = read_version(from, name.workflow_id, (*summary)->version_id);
  if (!version)
    return version.error();
  if (!*version)
    return unknown_run(name);
  auto definition = compile(std::move((*version)->workflow));
  if (!definition)
    return definition.error();
  run_spec spec;
  spec.workflow_id = name.workflow_id;
  spec.instance_id = name.instance_id;
  spec.run_id = name.run_id;
  spec.uuid = (*summary)->uuid;
  spec.create_time = spec.request_time = (*summary)->create_time;
  spec.version_id = (*summary)->version_id;
  spec.internal_id = (*state)->internal_id;
  spec.correlation_id = name.workflow_id + ":" + std::to_string(name.instance_id) + ":1";
  if (auto& owner = (*state)->snapshot.properties.owner)
    spec.properties.owner = owner->name;
  spec.properties.create_time = (*state)->snapshot.create_time;
  run_view view;
  view.name = name;
  view.run = std::make_shared<const run_context>(std::move(spec), std::move(*definition), nullptr);
  view.state.status = (*summary)->status;
  view.state.start_time = (*summary)->start_time;
  view.state.end_time = (*summary)->end_time;
  view.pending = true;
  view.in_dag.assign(view.steps().size(), true);
  return view;
}

} // namespace

result<run_view> read_run(const shard_reader& from, const run_name& asked) {
  auto name = resolved(from, asked);
  if (!name)
    return name.error();
  auto id = instance_entity(name->workflow_id, name->instance_id, name->run_id);
  auto& reader = from.of(id);
  auto state = read_row<run_state>(reader, rows::run_state(name->workflow_id, name->instance_id,
                                                           name->run_id));
  if (!state)
    return state.error();
  if (!*state)
    return is_inline(name->workflow_id) ? result<run_view>{unknown_run(asked)}
                                        : read_pending(from, *name);
  auto run = load_run(id, reader);
  if (!run)
    return run.error();
  run_view view{std::move(*name), std::move(*run), std::move(**state), false, {}};
  view.in_dag = dag_of_run(*view.run);
  return view;
}

result<model::run_status> status_of_run(const shard_reader& from, const run_name& asked) {
  auto name = resolved(from, asked);
  if (!name)
    return name.error();
  auto& reader = from.of(instance_entity(name->workflow_id, name->instance_id, name->run_id));
  auto state = read_row<run_state>(reader, rows::run_state(name->workflow_id, name->instance_id,
                                                           name->run_id));
  if (!state)
    return state.error();
  if (*state)
    return (*state)->status;
  if (is_inline(name->workflow_id))
    return unknown_run(asked);
  auto summary = read_summary(from, *name);
  if (!summary)
    return summary.error();
  if (!*summary)
    return unknown_run(asked);
  return (*summary)->status;
}

// -- steps ----------------------------------------------------------------------------------------

result<std::vector<step_state>> latest_attempts(const shard_reader& from, const run_view& view) {
  std::vector<step_state> latest(view.steps().size());
  if (view.pending)
    return latest;
  auto& name = view.name;
  std::optional<error> broken;
  auto [begin, end]
    = rows::range_of_prefix(rows::steps_prefix(name.workflow_id, name.instance_id, name.run_id));
  auto id_at = begin.size();
  auto& reader = from.of(instance_entity(name.workflow_id, name.instance_id, name.run_id));
  auto ok = reader.scan(begin, end, [&](std::string_view key, std::string_view value) {
    auto at = view.run->workflow->position(key.substr(id_at, key.find('\0', id_at) - id_at));
    auto state = model::decode<step_state>(value);
    if (!state || at == compiled_workflow::npos) {
      broken = error{ec::corrupt, "row of a step of workflow instance run "
                                    + to_string(instance_entity(name.workflow_id, name.instance_id,
                                                                name.run_id))};
      return false;
    }
    // Attempts come in order, so the last one stays.
    latest[at] = std::move(*state);
    return true;
  });
  if (!ok)
    return ok.error();
  if (broken)
    return *broken;
  return latest;
}

result<step_state> read_attempt(const shard_reader& from, const entity_id& step,
                                std::int64_t attempt) {
  auto& reader = from.of(step);
  if (attempt != 0) {
    auto row = read_row<step_state>(reader, rows::step(step, attempt));
    if (!row)
      return row.error();
    return row->value_or(step_state{});
  }
  result<step_state> found{step_state{}};
  auto [begin, end] = rows::range_of_prefix(rows::attempts_prefix(step));
  auto ok = reader.scan_back(begin, end, [&](std::string_view, std::string_view value) {
    found = model::decode<step_state>(value);
    return false;
  });
  if (!ok)
    return ok.error();
  return found;
}

step_brief brief_of(const step_state& attempt) {
  auto& state = attempt.state;
  return {state.status, attempt.attempt, state.start_time.value_or(0), state.end_time.value_or(0)};
}

result<std::optional<loop_view>> read_loop_view(const shard_reader& from,
                                                const std::string& inline_id) {
  // The first iteration's shard was given the loop first.
  auto& reader = from.of(instance_entity(inline_id, 1, 1));
  std::optional<result<loop_spec>> spec;
  auto [begin, end] = rows::range_of_prefix(rows::workflow_prefix('L', inline_id));
  auto ok = reader.scan_back(begin, end, [&](std::string_view, std::string_view value) {
    spec = model::decode<loop_spec>(value);
    return false;
  });
  if (!ok)
    return ok.error();
  if (!spec)
    return std::optional<loop_view>{};
  if (!*spec)
    return spec->error();
  auto step = read_attempt(from, (*spec)->parent, 0);
  if (!step)
    return step.error();
  if (!step->loop && !step->repeat)
    return std::optional<loop_view>{};
  return std::optional{loop_view{std::move(**spec), std::move(*step)}};
}

// -- JSON -----------------------------------------------------------------------------------------

void put_time(json::object& out, std::string_view name, std::int64_t time) {
  if (time != 0)
    out[name] = time;
}

void add(status_counts& to, const leaf_counts& leaves) {
  for (auto& [name, n] : leaves.by_status)
    if (auto status = model::parse_step_status(name); status && n != 0)
      to[*status] += n;
}

json::object rollup(const status_counts& counts, const step_refs& refs) {
  json::object out;
  std::int64_t total = 0;
  json::object overview;
  for (auto& [status, n] : counts) {
    total += n;
    json::object one{{"cnt", n}};
    if (auto ref = refs.find(status); ref != refs.end()) {
      json::object by_run;
      for (auto& [run, steps] : ref->second)
        by_run[run] = steps;
      one["ref"] = std::move(by_run);
    }
    overview[model::to_string(status)] = std::move(one);
  }
  out["total_leaf_count"] = total;
  if (!overview.empty())
    out["overview"] = std::move(overview);
  return out;
}

bool is_overview_status(step_status x) {
  switch (x) {
    case step_status::paused:
    case step_status::waiting_for_signals:
    case step_status::evaluating_params:
    case step_status::waiting_for_permits:
    case step_status::running:
    case step_status::user_failed:
    case step_status::platform_failed:
    case step_status::fatally_failed:
    case step_status::internally_failed:
    case step_status::timeout_failed:
      return true;
    default:
      return false;
  }
}

model::timeline_event status_event(std::int64_t time, std::string_view status) {
  model::timeline_event event;
  event.timestamp = time;
  event.type = model::timeline_type::status;
  event.status = status;
  return event;
}

json::value enriched_timeline(const std::vector<model::timeline_event>& stored,
                              std::vector<model::timeline_event> begun,
                              const std::optional<model::timeline_event>& ended) {
  auto all = std::move(begun);
  all.insert(all.end(), stored.begin(), stored.end());
  if (ended)
    all.push_back(*ended);
  std::stable_sort(all.begin(), all.end(),
                   [](auto& a, auto& b) { return a.timestamp < b.timestamp; });
  return model::to_json(all);
}

std::string last_message(const std::vector<model::timeline_event>& timeline) {
  for (auto i = timeline.rbegin(); i != timeline.rend(); ++i)
    if (i->type == model::timeline_type::log || i->type == model::timeline_type::details)
      return i->message;
  return {};
}

std::string failure_message(const std::vector<model::timeline_event>& timeline) {
  using model::timeline_type;
  auto failed = [](const model::timeline_event& x) {
    return x.type == timeline_type::details
           || (x.type == timeline_type::log && x.level == model::log_level::error);
  };
  auto last = std::find_if(timeline.rbegin(), timeline.rend(), failed);
  if (last == timeline.rend())
    return last_message(timeline);
  auto out = last->message;
  static const std::vector<std::string> none;
  for (auto& x : last->errors ? *last->errors : none)
    if (out.find(x) == std::string::npos)
      out += (out.empty() ? "" : "; ") + x;
  return out;
}

} // namespace tutti::engine::views
