#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/views_rows.hpp"
#include "runtime/model/json.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/pass_down.hpp"

/// The parameters of runs as clients see them. What the system adds to every run is derived here,
/// not stored with each (spec 02 §12.1).
namespace tutti::engine::views {

namespace {

/// Whether a step has handed on what it had itself from the system.
bool is_handed_on(const run_view& view) {
  return view.run->loop || (view.run->spec.is_child && !view.run->spec.shown_workflow_id.empty());
}

model::param_source handed_on_by(model::initiator_type type) {
  switch (type) {
    case model::initiator_type::foreach:
      return model::param_source::foreach;
    case model::initiator_type::while_:
      return model::param_source::while_;
    case model::initiator_type::template_:
      return model::param_source::template_;
    default:
      return model::param_source::subworkflow;
  }
}

/// One of the system's parameters, evaluated.
model::param system_param(const params::system_default& x, const run_view& view) {
  auto made = params::to_param(x);
  made.internal_mode.reset();
  made.tags.emplace();
  made.evaluated_result = x.derive(facts_of(*view.run), nullptr);
  made.evaluated_time = view.run->spec.create_time;
  made.source = model::param_source::system_default;
  auto of_before = !view.run->loop && !view.run->spec.is_child && view.run->spec.run_ts != 0;
  if (!is_handed_on(view) && !of_before)
    return made;
  // A restart takes over what the run before had evaluated, a child what its parent had.
  made.expression.reset();
  made.literal = made.evaluated_result;
  if (is_handed_on(view))
    made.source = handed_on_by(view.run->initiator().type);
  return made;
}

/// The system's parameters, those of `own` in their places, and the rest of `own` behind them.
model::param_map with_defaults(const run_view& view, const model::param_map& own) {
  model::param_map all;
  for (auto& x : params::system_defaults()) {
    auto* given = own.find(x.name);
    all.append(std::string{x.name}, given ? *given : system_param(x, view));
  }
  for (auto& [name, x] : own)
    if (!all.contains(name))
      all.append(name, x);
  return all;
}

/// Whether the loop itself has made a parameter for the iteration.
bool is_of_loop(const run_view& view, std::string_view name) {
  auto& loop = view.run->loop;
  return loop
         && (name == "loop_index" || loop->spec.loop_values.contains(name)
             || view.run->spec.loop_values.contains(name)
             || (name == "condition"
                 && loop->spec.initiator.type == model::initiator_type::while_));
}

/// Parameters as they were handed on: values without results.
model::param_map given_params(const run_view& view, const model::param_map& evaluated) {
  auto given = evaluated;
  for (auto& [name, x] : given) {
    if (params::find_default(params::system_defaults(), name))
      x.source = model::param_source::system_default;
    if (x.evaluated_result) {
      x.literal = std::move(x.evaluated_result);
      x.expression.reset();
    }
    x.evaluated_result.reset();
    x.evaluated_time.reset();
    if (!is_of_loop(view, name))
      continue;
    x.mode.reset();
    x.source.reset();
    x.tags.reset();
  }
  return given;
}

} // namespace

json::value run_params_json(const run_view& view) {
  auto& spec = view.run->spec;
  if (view.run->loop)
    return model::to_json(given_params(view, with_defaults(view, view.run->params())));
  if (is_handed_on(view))
    return model::to_json(given_params(view, with_defaults(view, spec.run_params)));
  // Those of a user's restart are in its configuration.
  return model::is_fresh(spec.policy) || spec.is_child ? model::to_json(spec.run_params)
                                                       : json::object{};
}

json::value params_json(const run_view& view) {
  auto all = with_defaults(view, view.run->params());
  if (view.run->loop)
    for (auto& [name, x] : all)
      x.source = handed_on_by(view.run->initiator().type);
  return model::to_json(all);
}

} // namespace tutti::engine::views
