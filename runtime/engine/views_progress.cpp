#include "runtime/engine/views_rows.hpp"

#include <algorithm>

namespace tutti::engine::views {

using model::step_status;

namespace {

/// What a person watching wants to read: why it failed, or what it waits for.
bool tells_message(step_status x) {
  switch (x) {
    case step_status::not_created:
    case step_status::running:
    case step_status::finishing:
    case step_status::succeeded:
    case step_status::skipped:
    case step_status::disabled:
    case step_status::unsatisfied:
      return false;
    default:
      return true;
  }
}

json::object loop_json(const foreach_state& loop) {
  json::object counts;
  for (auto& [status, n] : iteration_counts(loop))
    counts[to_string(status)] = n;
  return {{"inline_workflow_id", text(loop.inline_id)},
          {"total", loop.total},
          {"launched", loop.next},
          {"counts", std::move(counts)}};
}

json::object step_json(const model::step& definition, const step_state& attempt) {
  auto& state = attempt.state;
  json::object out{{"step_id", text(definition.id)}, {"type", text(to_string(definition.type))}};
  auto status = attempt.attempt == 0 ? step_status::not_created : state.status;
  out["status"] = text(to_string(status));
  if (attempt.attempt == 0)
    return out;
  out["attempt"] = attempt.attempt;
  put_time(out, "start_time", state.start_time.value_or(0));
  put_time(out, "end_time", state.end_time.value_or(0));
  if (tells_message(status))
    if (auto message = model::is_terminal(status) || model::is_retryable(status)
                         ? failure_message(attempt.timeline)
                         : last_message(attempt.timeline);
        !message.empty())
      out["message"] = text(message);
  if (attempt.loop)
    out["foreach"] = loop_json(*attempt.loop);
  if (attempt.repeat)
    out["while"] = json::object{{"inline_workflow_id", text(attempt.repeat->inline_id)},
                                {"launched", attempt.repeat->last},
                                {"running", attempt.repeat->running}};
  if (attempt.child && attempt.child->instance_id != 0)
    out["subworkflow"] = json::object{{"workflow_id", text(attempt.child->workflow_id)},
                                      {"instance_id", attempt.child->instance_id},
                                      {"run_id", attempt.child->run_id}};
  return out;
}

/// A step that an earlier run finished and this one does not run.
const carried_step* carried(const run_view& view, std::size_t at) {
  if (view.in_dag[at])
    return nullptr;
  auto& all = view.run->spec.carried;
  auto found = std::find_if(all.begin(), all.end(),
                            [&](auto& x) { return x.step_id == view.steps()[at].id; });
  return found == all.end() ? nullptr : &*found;
}

json::object carried_json(const model::step& definition, const carried_step& x) {
  json::object out{{"step_id", text(definition.id)}, {"type", text(to_string(definition.type))}};
  out["status"] = text(to_string(x.status));
  put_time(out, "start_time", x.start_time);
  put_time(out, "end_time", x.end_time);
  return out;
}

} // namespace

json_result progress(const shard_reader& from, const run_name& name, time_ms now) {
  auto view = read_run(from, name);
  if (!view)
    return view.error();
  auto attempts = latest_attempts(from, *view);
  if (!attempts)
    return attempts.error();
  json::object out{{"workflow_id", text(view->name.workflow_id)},
                   {"workflow_instance_id", view->name.instance_id},
                   {"workflow_run_id", view->name.run_id},
                   {"status", text(to_string(view->state.status))},
                   {"create_time", view->run->spec.create_time}};
  put_time(out, "start_time", view->state.start_time);
  put_time(out, "end_time", view->state.end_time);
  out["now"] = now;
  json::array steps;
  for (std::size_t i = 0; i < attempts->size(); ++i)
    if (auto* old = carried(*view, i))
      steps.push_back(carried_json(view->steps()[i], *old));
    else
      steps.push_back(step_json(view->steps()[i], (*attempts)[i]));
  out["steps"] = std::move(steps);
  return json::value(std::move(out));
}

// -- all workflows --------------------------------------------------------------------------------

namespace {

struct listed_run {
  run_name name;
  std::int64_t place = 0; ///< in the queue; 0 = runs
};

/// At most `most` runs of a table of one shard, each with its place among those of its workflow.
status list_runs(const row_reader& from, char table, std::int64_t most,
                 std::vector<listed_run>& out) {
  auto [begin, end] = rows::table(table);
  std::string workflow_id;
  std::int64_t place = 0;
  return from.scan(begin, end, [&](std::string_view key, std::string_view) {
    auto parts = rows::parse_run_key(key);
    if (!parts)
      return true;
    place = parts->workflow_id == workflow_id ? place + 1 : 1;
    workflow_id = parts->workflow_id;
    out.push_back({{std::move(parts->workflow_id), parts->instance_id, parts->run_id},
                   table == 'Q' ? place : 0});
    return --most > 0;
  });
}

/// The status and times come from the run itself where it is known already.
result<json::object> active_json(const shard_reader& from, const listed_run& run) {
  auto& name = run.name;
  auto summary = read_summary(from, name);
  if (!summary)
    return summary.error();
  auto state
    = read_row<run_state>(from.of(instance_entity(name.workflow_id, name.instance_id, name.run_id)),
                          rows::run_state(name.workflow_id, name.instance_id, name.run_id));
  if (!state)
    return state.error();
  auto now = state->value_or(run_state{});
  json::object out{{"workflow_id", text(name.workflow_id)},
                   {"workflow_instance_id", name.instance_id},
                   {"workflow_run_id", name.run_id},
                   {"status", text(to_string(now.status))}};
  put_time(out, "create_time", *summary ? (*summary)->create_time : 0);
  put_time(out, "start_time", now.start_time);
  if (run.place != 0)
    out["message"] = text("waits in the queue at place " + std::to_string(run.place));
  else if (now.ending)
    out["message"] = text("ends: " + std::string{to_string(now.ending->kind)} + " by ["
                          + now.ending->caller + "]");
  else
    out["message"] = now.launched ? "runs" : "is about to begin";
  return out;
}

} // namespace

json_result active_runs(const shard_reader& from, std::int64_t first) {
  json::array elements;
  for (auto table : {'A', 'Q'}) {
    std::vector<listed_run> found;
    for (shard_no shard = 0; shard < from.shards; ++shard)
      if (auto ok = list_runs(from.rows(shard), table, first, found); !ok)
        return ok.error();
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return std::tie(a.name.workflow_id, a.name.instance_id, a.name.run_id)
             < std::tie(b.name.workflow_id, b.name.instance_id, b.name.run_id);
    });
    for (auto& run : found) {
      if (static_cast<std::int64_t>(elements.size()) >= first)
        break;
      auto one = active_json(from, run);
      if (!one)
        return one.error();
      elements.push_back(std::move(*one));
    }
  }
  return json::value(json::object{{"elements", std::move(elements)}});
}

} // namespace tutti::engine::views
