#include "runtime/engine/param_rules.hpp"

#include "runtime/engine/template_use.hpp"
#include "runtime/params/evaluate.hpp"
#include "runtime/params/fields.hpp"
#include "runtime/params/iterations.hpp"
#include "runtime/params/output.hpp"
#include "runtime/params/pass_down.hpp"

#include <algorithm>

namespace tutti::engine {

params::instance_facts facts_of(const run_context& run) {
  params::instance_facts facts;
  facts.workflow_id = run.spec.workflow_id;
  facts.instance_id = run.spec.instance_id;
  facts.run_id = run.spec.run_id;
  facts.shown_workflow_id = run.shown_workflow_id();
  facts.run_ts = run.run_ts();
  facts.owner = run.shown_owner();
  facts.initiator = run.initiator().type;
  if (run.initiator().user)
    facts.initiator_user = run.initiator().user->name;
  facts.policy = run.policy();
  return facts;
}

namespace {

params::step_inputs inputs_of(const step_scope& in) {
  params::step_inputs out;
  out.instance = facts_of(*in.run);
  out.step.step_id = in.definition->id;
  out.step.attempt = in.attempt;
  if (in.step_uuid)
    out.step.step_uuid = *in.step_uuid;
  out.step.type = in.definition->type;
  if (in.definition->sub_type)
    out.step.sub_type = *in.definition->sub_type;
  out.definition = in.definition->params ? &*in.definition->params : nullptr;
  out.workflow_params = &in.run->params();
  out.upstream = in.upstream;
  // What the engine adds to every step is derived when it is read, not stored a million times.
  out.with_defaults = false;
  out.evaluator = in.language;
  out.size_max = static_cast<std::size_t>(in.params_max_chars);
  out.host = in.host;
  out.run_params = in.run_params;
  out.restart_params = in.restart_params;
  return out;
}

} // namespace

result<model::param_map> evaluate_step_params(const step_scope& in) {
  auto inputs = inputs_of(in);
  if (!in.rows || !takes_template(*in.definition))
    return params::evaluate_step_params(inputs, in.now);
  auto schema = template_of(*in.definition, &in.run->params(), templates_in(*in.rows));
  if (!schema)
    return schema.error();
  if (!*schema)
    return params::evaluate_step_params(inputs, in.now);
  inputs.template_schema = &(*schema)->params;
  auto out = params::evaluate_step_params(inputs, in.now);
  if (!out)
    return out;
  auto holds = [&](const std::string& condition, const model::param& value) {
    auto own = *out;
    own.set("param", value);
    return params::evaluate_condition("validator", condition, inputs, own, in.now);
  };
  if (auto ok = check_template_params(**schema, *out, holds); !ok)
    return ok.error();
  return out;
}

std::vector<model::tag> template_tags(const step_scope& in) {
  std::vector<model::tag> out;
  if (!in.rows || !takes_template(*in.definition))
    return out;
  // What is wrong with a template was told with its params.
  auto schema = template_of(*in.definition, &in.run->params(), templates_in(*in.rows));
  if (!schema || !*schema)
    return out;
  auto own = in.definition->tags.value_or(std::vector<model::tag>{});
  for (auto& tag : (*schema)->tags)
    if (std::none_of(own.begin(), own.end(), [&](auto& x) { return x.name == tag.name; }))
      out.push_back(std::move(tag));
  return out;
}

result<bool> evaluate_condition(const std::string& successor, const std::string& condition,
                                const step_scope& in, const model::param_map& own) {
  return params::evaluate_condition(successor, condition, inputs_of(in), own, in.now);
}

result<std::int64_t> step_timeout_ms(const model::step& definition, const run_context& run) {
  if (!definition.timeout)
    return std::int64_t{0};
  auto facts = facts_of(run);
  return params::timeout_ms(*definition.timeout, run.params(), &facts);
}

model::step_retry retry_of(const model::step& definition, const run_context& run) {
  auto facts = facts_of(run);
  return params::resolve_retry(definition.retry_policy, run.params(), &facts).retry;
}

std::int64_t backoff_ms(const model::step_retry& retry, model::step_status failure) {
  return params::backoff_ms(retry, failure);
}

result<model::param_map> merge_outputs(model::param_map own, const std::string& outputs_json,
                                       const std::string& step_id, time_ms now) {
  auto reported = params::outputs_from_json(outputs_json, now, &own);
  if (!reported)
    return reported.error();
  return params::merge_outputs(std::move(own), *reported, step_id, now, {true});
}

result<model::value_map> loop_values_of(const model::param_map& evaluated,
                                        const std::string& step_id) {
  return params::loop_values(evaluated, step_id);
}

result<std::int64_t> iteration_count(const model::value_map& loop_values, std::int64_t max) {
  // Without any loop parameter the body runs once (spec 01 §6.4, a surprise that clients know).
  if (loop_values.empty())
    return std::int64_t{1};
  auto n = params::iteration_count(loop_values);
  if (n && *n > max)
    return error{ec::bad_request, "the loop has " + std::to_string(*n) + " iterations; at most "
                                    + std::to_string(max)
                                    + " are allowed (option foreach-iterations-max)"};
  return n;
}

model::param_map iteration_params(const loop_spec& loop, const run_spec& run) {
  auto index = run.instance_id - 1;
  auto own = loop.initiator.type == model::initiator_type::while_
               ? params::while_iteration_params(run.loop_values, index, run.create_time)
               : params::iteration_params(loop.loop_values, index, loop.create_time);
  auto all = loop.params;
  for (auto& [name, x] : own)
    all.set(name, std::move(x));
  return all;
}

model::param_map passed_down(const model::param_map& workflow_params, const model::param_map& own,
                             const model::step& definition) {
  params::parent_params parent;
  parent.workflow = &workflow_params;
  parent.step = &own;
  parent.step_definition = definition.params ? &*definition.params : nullptr;
  auto down = params::pass_down(parent);
  // An iteration is given values, which are its evaluated parameters as they are.
  for (auto& [name, x] : down) {
    auto* evaluated = own.find(name);
    if (!evaluated)
      evaluated = workflow_params.find(name);
    if (evaluated && !x.evaluated_result) {
      x.evaluated_result = evaluated->evaluated_result;
      x.evaluated_time = evaluated->evaluated_time;
    }
  }
  return down;
}

model::param_map child_params(const model::param_map& workflow_params, const model::param_map& own,
                              const model::step& definition, bool explicit_params) {
  params::parent_params parent;
  parent.workflow = &workflow_params;
  parent.step = &own;
  parent.step_definition = definition.params ? &*definition.params : nullptr;
  parent.explicit_params = explicit_params;
  return params::pass_down(parent);
}

result<model::value_map> while_values_of(const model::param_map& evaluated,
                                         const std::string& step_id) {
  return params::while_values(evaluated, step_id);
}

result<bool> evaluate_while(const std::string& condition, step_scope in,
                            const model::param_map& own, const model::value_map& values) {
  // No other step's parameters can be asked for here (spec 02 §6.5).
  in.upstream = nullptr;
  return params::evaluate_condition("condition", condition, inputs_of(in),
                                    params::while_scope(own, values, in.now), in.now);
}

void advance_while(model::value_map& values, const model::param_map& of_step) {
  params::advance_while(values, of_step);
}

} // namespace tutti::engine
