#include "runtime/engine/dry_run.hpp"

#include "runtime/params/evaluate.hpp"
#include "runtime/params/fields.hpp"

namespace tutti::engine {

namespace {

/// Any moment will do: nothing of what is evaluated is kept.
constexpr std::int64_t some_time = 1'600'000'000'000;

/// The first thing that goes wrong.
status try_all(const model::workflow_create_request& request,
               const params::expression_evaluator& language, const template_reader& templates) {
  auto& workflow = request.workflow;
  params::workflow_inputs inputs;
  inputs.instance.workflow_id = workflow.id;
  inputs.instance.run_ts = some_time;
  if (request.properties && request.properties->owner)
    inputs.instance.owner = request.properties->owner->name;
  inputs.definition = workflow.params ? &*workflow.params : nullptr;
  inputs.with_defaults = false;
  inputs.evaluator = &language;
  auto evaluated = params::evaluate_workflow_params(inputs, some_time);
  if (!evaluated)
    return evaluated.error();
  if (workflow.timeout)
    if (auto ok = params::timeout_ms(*workflow.timeout, *evaluated, &inputs.instance); !ok)
      return ok.error();
  for (auto& step : workflow.steps) {
    params::step_inputs step_inputs;
    step_inputs.instance = inputs.instance;
    step_inputs.step.step_id = step.id;
    step_inputs.step.type = step.type;
    step_inputs.definition = step.params ? &*step.params : nullptr;
    step_inputs.workflow_params = &*evaluated;
    step_inputs.with_defaults = false;
    std::optional<template_schema> schema;
    if (templates && takes_template(step)) {
      auto found = template_of(step, &*evaluated, templates);
      if (!found)
        return found.error();
      schema = std::move(*found);
      step_inputs.template_schema = schema ? &schema->params : nullptr;
    }
    if (auto ok = params::merge_step_params(step_inputs); !ok)
      return ok.error();
  }
  return unit{};
}

} // namespace

status dry_run(const model::workflow_create_request& request,
               const params::expression_evaluator& language, const template_reader& templates) {
  auto ok = try_all(request, language, templates);
  if (ok)
    return ok;
  auto& cause = ok.error().message;
  return error{ec::bad_request,
               "BAD_REQUEST - Exception during dry run validation for workflow "
                 + request.workflow.id + " Error=[" + cause + "]",
               {cause}};
}

} // namespace tutti::engine
