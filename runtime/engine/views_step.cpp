#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/fields.hpp"

#include <algorithm>

namespace tutti::engine::views {

using model::step_status;

namespace {

/// The definition as the step runs it: defaults and predecessors filled in.
json::value definition(const run_view& view, std::size_t at) {
  auto step = view.steps()[at];
  step.transition.predecessors = view.parents(at);
  if (!step.failure_mode)
    step.failure_mode = model::failure_mode::fail_after_running;
  if (!step.params)
    step.params.emplace();
  return model::to_json(step);
}

// -- parameters -----------------------------------------------------------------------------------

model::param satisfied_param(const step_state& attempt) {
  model::param out;
  out.type = model::param_type::boolean;
  out.literal = model::value{attempt.satisfied && attempt.state.status != step_status::unsatisfied};
  out.evaluated_result = out.literal;
  auto& state = attempt.state;
  out.evaluated_time = state.initialize_time ? state.initialize_time : state.create_time;
  return out;
}

/// What the system adds to every step is derived here, not stored with each (spec 02 §12.2).
void add_defaults(model::param_map& all, const run_view& view, std::size_t at,
                  const step_state& attempt, const model::param_map& own) {
  params::instance_facts run;
  run.workflow_id = view.name.workflow_id;
  run.instance_id = view.name.instance_id;
  run.run_id = view.name.run_id;
  run.owner = view.run->properties().owner;
  params::step_facts step;
  step.step_id = view.steps()[at].id;
  step.step_instance_id = attempt.step_instance_id;
  step.step_uuid = attempt.step_uuid;
  step.attempt = attempt.attempt;
  step.type = view.steps()[at].type;
  for (auto& x : params::step_defaults()) {
    if (own.contains(x.name))
      continue;
    auto made = params::to_param(x);
    made.internal_mode.reset();
    made.tags.emplace();
    made.evaluated_result = x.derive(run, &step);
    made.evaluated_time = attempt.state.evaluate_param_time;
    made.source = model::param_source::system_default;
    all.append(std::string{x.name}, std::move(made));
  }
}

result<model::param_map> step_params_of(const shard_reader& from, const run_view& view,
                                        std::size_t at, const step_state& attempt) {
  model::param_map all;
  all.append("maestro_step_satisfied", satisfied_param(attempt));
  // Parameters are there once they were evaluated.
  if (!attempt.state.wait_permit_time)
    return all;
  model::param_map own;
  if (attempt.has_params) {
    auto& name = view.name;
    auto id = step_entity(name.workflow_id, name.instance_id, name.run_id, view.steps()[at].id);
    auto row = read_row<model::param_map>(from.of(id), rows::step_params(id, attempt.attempt));
    if (!row)
      return row.error();
    own = row->value_or(model::param_map{});
  }
  add_defaults(all, view, at, attempt, own);
  for (auto& [key, x] : own)
    all.set(key, std::move(x));
  return all;
}

// -- transition, retry, timeout -------------------------------------------------------------------

json::object transition(const run_view& view, std::size_t at, const step_state& attempt) {
  json::object out;
  auto parents = view.parents(at);
  if (!parents.empty()) {
    json::array names;
    for (auto& x : parents)
      names.push_back(text(x));
    out["predecessors"] = std::move(names);
  }
  json::object successors;
  for (auto& [to, condition] : view.steps()[at].transition.successors) {
    model::param p;
    p.type = model::param_type::boolean;
    p.expression = condition;
    if (auto* chosen = attempt.conditions.find(to)) {
      p.evaluated_result = model::value{*chosen};
      p.evaluated_time = attempt.state.end_time;
    }
    successors[to] = model::to_json(p);
  }
  if (!successors.empty())
    out["successors"] = std::move(successors);
  return out;
}

bool is_restartable(step_status x) {
  return model::is_terminal(x) && !model::is_complete(x) && !model::is_retryable(x);
}

json::value retry_json(const step_state& attempt) {
  // Untouched rules are not stored.
  auto retry = attempt.retry == model::step_retry{} ? params::default_retry() : attempt.retry;
  // A first failure without a policy stores the counters only.
  if (retry.backoff == model::backoff{})
    retry.backoff = params::default_retry().backoff;
  if (is_restartable(attempt.state.status))
    retry.retryable = false;
  return model::to_json(retry);
}

// -- timeline -------------------------------------------------------------------------------------

/// Clients of the original see these lines for each step that starts; none of it is stored.
std::vector<model::timeline_event> permit_lines(const step_state& attempt) {
  std::vector<model::timeline_event> out;
  if (attempt.state.start_time)
    for (auto* line : {"The step is still waiting for tag permit", "Tag permit acquired"})
      out.push_back(model::log_event(*attempt.state.start_time, model::log_level::info, line));
  return out;
}

json::value timeline(const step_state& attempt, bool enriched) {
  if (!enriched)
    return enriched_timeline(attempt.timeline, permit_lines(attempt), std::nullopt);
  auto& x = attempt.state;
  std::vector<model::timeline_event> begun;
  auto add = [&](const std::optional<std::int64_t>& time, step_status status) {
    if (time)
      begun.push_back(status_event(*time, model::to_string(status)));
  };
  add(x.create_time, step_status::created);
  add(x.initialize_time, step_status::initialized);
  add(x.pause_time, step_status::paused);
  add(x.wait_signal_time, step_status::waiting_for_signals);
  add(x.evaluate_param_time, step_status::evaluating_params);
  add(x.wait_permit_time, step_status::waiting_for_permits);
  add(x.start_time, step_status::starting);
  for (auto& line : permit_lines(attempt))
    begun.push_back(std::move(line));
  add(x.execute_time, step_status::running);
  add(x.finish_time, step_status::finishing);
  std::optional<model::timeline_event> ended;
  if (x.end_time)
    ended = status_event(*x.end_time, model::to_string(x.status));
  return enriched_timeline(attempt.timeline, std::move(begun), ended);
}

json::object names_json(const run_view& view, std::size_t at, const step_state& attempt) {
  auto& run = *view.run;
  json::object out;
  out["workflow_id"] = text(view.name.workflow_id);
  out["workflow_instance_id"] = view.name.instance_id;
  out["workflow_run_id"] = view.name.run_id;
  out["step_id"] = text(view.steps()[at].id);
  out["step_attempt_id"] = attempt.attempt;
  out["workflow_uuid"] = text(run.spec.uuid);
  out["step_uuid"] = text(attempt.step_uuid);
  out["correlation_id"] = text(run.correlation_id());
  out["step_instance_id"] = attempt.step_instance_id;
  out["workflow_version_id"] = run.version_id();
  out["group_info"] = run.group_info();
  out["owner"] = text(run.properties().owner);
  return out;
}

} // namespace

result<json::object> step_json(const shard_reader& from, const run_view& view, std::size_t at,
                               const step_state& attempt, bool enriched) {
  auto& step = view.steps()[at];
  auto all = step_params_of(from, view, at, attempt);
  if (!all)
    return all.error();
  auto out = names_json(view, at, attempt);
  out["definition"] = definition(view, at);
  auto tags = step.tags.value_or(std::vector<model::tag>{});
  tags.insert(tags.end(), attempt.template_tags.begin(), attempt.template_tags.end());
  out["tags"] = model::to_json(tags);
  if (attempt.again) {
    out["step_run_params"] = model::to_json(attempt.again->run_params);
    out["restart_config"] = model::to_json(attempt.again->restart);
  }
  out["params"] = model::to_json(*all);
  out["transition"] = transition(view, at, attempt);
  out["step_retry"] = retry_json(attempt);
  if (attempt.timeout_ms != 0)
    out["timeout_in_millis"] = attempt.timeout_ms;
  out["runtime_state"] = model::to_json(attempt.state);
  if (attempt.state.finish_time)
    out["signal_outputs"] = json::object{};
  if (attempt.loop) {
    auto id = step_entity(view.name.workflow_id, view.name.instance_id, view.name.run_id, step.id);
    out["artifacts"] = json::object{{"maestro_foreach", foreach_artifact(view, id, attempt)}};
  }
  if (attempt.repeat) {
    auto id = step_entity(view.name.workflow_id, view.name.instance_id, view.name.run_id, step.id);
    auto loop = while_artifact(from, view, id, attempt);
    if (!loop)
      return loop.error();
    out["artifacts"] = json::object{{"maestro_while", std::move(*loop)}};
  }
  if (attempt.child && attempt.child->instance_id != 0) {
    auto child = subworkflow_artifact(from, *attempt.child);
    if (!child)
      return child.error();
    out["artifacts"] = json::object{{"maestro_subworkflow", std::move(*child)}};
  }
  auto events = timeline(attempt, enriched);
  if (!events.as_array().empty())
    out["timeline"] = std::move(events);
  return out;
}

// -- look-ups -------------------------------------------------------------------------------------

namespace {

error unknown_attempt(const run_name& name, const std::string& step_id, std::int64_t attempt) {
  return {ec::not_found, "workflow instance [" + name.workflow_id + "]["
                           + std::to_string(name.instance_id) + "][" + std::to_string(name.run_id)
                           + "]'s step instance [" + step_id + "]["
                           + (attempt == 0 ? "latest" : std::to_string(attempt))
                           + "] not found (either not created or deleted)"};
}

entity_id step_of(const run_name& name, const std::string& step_id) {
  return step_entity(name.workflow_id, name.instance_id, name.run_id, step_id);
}

json_result as_value(result<json::object> x) {
  if (!x)
    return x.error();
  return json::value(std::move(*x));
}

/// Steps found so far over the runs of an instance.
struct found_steps {
  std::vector<std::pair<std::int64_t, json::object>> items; ///< by step_instance_id
  std::vector<std::string> ids;

  bool has(const std::string& id) const {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }

  json::array sorted() {
    std::stable_sort(items.begin(), items.end(),
                     [](auto& a, auto& b) { return a.first < b.first; });
    json::array out;
    for (auto& x : items)
      out.push_back(std::move(x.second));
    return out;
  }
};

status add_steps(const shard_reader& from, const run_view& view, found_steps& found) {
  auto attempts = latest_attempts(from, view);
  if (!attempts)
    return attempts.error();
  for (std::size_t i = 0; i < attempts->size(); ++i) {
    auto& attempt = (*attempts)[i];
    auto& id = view.steps()[i].id;
    if (attempt.attempt == 0 || found.has(id))
      continue;
    auto one = step_json(from, view, i, attempt, false);
    if (!one)
      return one.error();
    found.items.emplace_back(attempt.step_instance_id, std::move(*one));
    found.ids.push_back(id);
  }
  return unit{};
}

} // namespace

json_result step(const shard_reader& from, const run_name& name, const std::string& step_id,
                 std::int64_t attempt, bool enriched) {
  auto view = read_run(from, name);
  if (!view && view.error().code == ec::not_found)
    return unknown_attempt(name, step_id, attempt);
  if (!view)
    return view.error();
  auto at = view->run->workflow->position(step_id);
  if (at == compiled_workflow::npos)
    return unknown_attempt(view->name, step_id, attempt);
  auto state = read_attempt(from, step_of(view->name, step_id), attempt);
  if (!state)
    return state.error();
  if (state->attempt == 0)
    return unknown_attempt(view->name, step_id, attempt);
  return as_value(step_json(from, *view, at, *state, enriched));
}

json_result latest_step(const shard_reader& from, const std::string& workflow_id,
                        std::int64_t instance_id, const std::string& step_id, bool enriched) {
  auto latest = latest_run(from, workflow_id, instance_id);
  if (!latest)
    return latest.error();
  for (auto run = *latest; run > 0; --run) {
    auto state = read_attempt(from, step_entity(workflow_id, instance_id, run, step_id), 0);
    if (!state)
      return state.error();
    if (state->attempt != 0)
      return step(from, {workflow_id, instance_id, run}, step_id, 0, enriched);
  }
  return error{ec::not_found, "step instance view for [" + workflow_id + "]["
                                + std::to_string(instance_id) + "][" + step_id
                                + "] not found (either not created or deleted)"};
}

json_result latest_steps(const shard_reader& from, const std::string& workflow_id,
                         std::int64_t instance_id) {
  auto latest = latest_run(from, workflow_id, instance_id);
  if (!latest)
    return latest.error();
  found_steps found;
  for (auto run = *latest; run > 0; --run) {
    auto view = read_run(from, {workflow_id, instance_id, run});
    if (!view && view.error().code == ec::not_found)
      continue;
    if (!view)
      return view.error();
    if (auto ok = add_steps(from, *view, found); !ok)
      return ok.error();
    if (found.ids.size() == view->steps().size())
      break;
  }
  return json::value(found.sorted());
}

json_result run_steps(const shard_reader& from, const run_name& name) {
  found_steps found;
  auto view = read_run(from, name);
  if (!view && view.error().code != ec::not_found)
    return view.error();
  if (view)
    if (auto ok = add_steps(from, *view, found); !ok)
      return ok.error();
  if (found.items.empty())
    return error{ec::not_found, "Step instances of workflow instance [" + name.workflow_id + "]["
                                  + std::to_string(name.instance_id) + "]["
                                  + std::to_string(name.run_id)
                                  + "] not found (either empty, not created, or deleted)"};
  return json::value(found.sorted());
}

result<attempt_brief> attempt(const shard_reader& from, const run_name& name,
                              const std::string& step_id, std::int64_t number) {
  auto run = name;
  if (run.run_id == 0) {
    auto latest = latest_run(from, name.workflow_id, name.instance_id);
    if (!latest)
      return latest.error();
    run.run_id = *latest;
  }
  auto state = read_attempt(from, step_of(run, step_id), number);
  if (!state)
    return state.error();
  if (state->attempt == 0)
    return unknown_attempt(run, step_id, number);
  return attempt_brief{state->step_uuid, state->state.status};
}

no_log why_no_log(const shard_reader& from, const run_name& name, const std::string& step_id,
                  std::int64_t attempt) {
  auto view = read_run(from, name);
  if (!view)
    return {false, view.error()};
  auto at = view->run->workflow->position(step_id);
  auto state = read_attempt(from, step_of(view->name, step_id), attempt);
  if (!state)
    return {false, state.error()};
  if (at == compiled_workflow::npos || state->attempt == 0)
    return {false, unknown_attempt(view->name, step_id, attempt)};
  auto type = view->steps()[at].type;
  auto out = "step [" + step_id + "] is of type " + std::string{to_string(type)};
  if (state->loop || state->repeat)
    return {false,
            {ec::not_found, out
                              + ": it has no process and no logs, the steps of its iterations "
                                "may have; these are the instances of workflow ["
                              + (state->loop ? state->loop->inline_id : state->repeat->inline_id)
                              + "]"}};
  if (state->child)
    return {false,
            {ec::not_found, out
                              + ": it has no process and no logs, the steps of workflow instance ["
                              + state->child->workflow_id + "]["
                              + std::to_string(state->child->instance_id) + "] may have"}};
  if (type != model::step_type::shell)
    return {false, {ec::not_found, out + ": it has no process and no logs"}};
  auto over = model::is_terminal(state->state.status);
  return {!over,
          {ec::not_found, "attempt " + std::to_string(state->attempt) + " of step [" + step_id
                            + "] has no logs"
                            + (over ? ": no process was started, or its logs are not kept any more"
                                    : " yet: its process has not begun")}};
}

} // namespace tutti::engine::views
