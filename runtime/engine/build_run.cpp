#include "runtime/engine/build_run.hpp"

#include "runtime/engine/param_rules.hpp"
#include "runtime/engine/restart_path.hpp"
#include "runtime/params/evaluate.hpp"
#include "runtime/params/fields.hpp"
#include "runtime/params/limits.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

std::int64_t depth_of(const model::initiator& who) {
  return who.ancestors.empty() ? who.depth : static_cast<std::int64_t>(who.ancestors.size());
}

params::instance_facts facts_of(const run_spec& spec, time_ms now) {
  params::instance_facts facts;
  facts.workflow_id = spec.workflow_id;
  facts.run_ts = spec.run_ts != 0 ? spec.run_ts : now;
  facts.shown_workflow_id = spec.shown_workflow_id;
  facts.owner = spec.shown_owner.empty() ? spec.properties.owner : spec.shown_owner;
  facts.initiator = spec.initiator.type;
  if (spec.initiator.user)
    facts.initiator_user = spec.initiator.user->name;
  facts.policy = spec.policy;
  return facts;
}

/// What a step hands on is not a user's, and is not bounded as that is.
status check_params(const run_spec& spec, const surroundings& around) {
  if (spec.is_child)
    return unit{};
  return params::check_run_params(spec.run_params,
                                  static_cast<std::size_t>(around.options->run_params_max));
}

status check_tags(const model::workflow& definition, const run_spec& spec) {
  if (!spec.runtime_tags)
    return unit{};
  auto all = definition.tags.value_or(std::vector<model::tag>{});
  for (auto& x : *spec.runtime_tags) {
    if (std::any_of(all.begin(), all.end(), [&](auto& y) { return y.name == x.name; }))
      return error{ec::bad_request,
                   "[tag list definition] cannot contain duplicate tag names: [" + x.name + "]"};
    all.push_back(x);
  }
  return unit{};
}

status set_timeout(run_spec& spec, const model::workflow& definition, time_ms now) {
  if (!definition.timeout)
    return unit{};
  auto facts = facts_of(spec, now);
  auto timeout = params::timeout_ms(*definition.timeout, spec.params, &facts);
  if (!timeout)
    return timeout.error();
  spec.timeout_ms = *timeout;
  spec.explicit_timeout = true;
  return unit{};
}

} // namespace

namespace {

void take_order(run_spec& spec, const child_order& order) {
  spec.is_child = true;
  spec.correlation_id = order.correlation_id;
  spec.group_info = order.group_info;
  spec.run_ts = order.run_ts;
  spec.tree_concurrency = order.tree_concurrency;
  spec.shown_workflow_id = order.shown_workflow_id;
  spec.shown_owner = order.shown_owner;
}

} // namespace

result<run_spec> build_run(const start_inputs& in, const surroundings& around) {
  auto& request = in.request->request;
  run_spec spec;
  spec.workflow_id = in.definition->id;
  spec.uuid = in.request->uuid;
  spec.request_time = request.request_time.value_or(around.now);
  spec.internal_id = in.internal_id;
  spec.group_info = around.options->group_info;
  spec.initiator = request.initiator;
  spec.initiator.depth = depth_of(request.initiator);
  spec.run_params = request.run_params.value_or(model::param_map{});
  spec.runtime_tags = request.runtime_tags;
  spec.artifacts = request.artifacts;
  if (in.request->child)
    take_order(spec, *in.request->child);
  auto& props = in.snapshot->properties;
  spec.properties.create_time = in.snapshot->create_time;
  if (props.owner)
    spec.properties.owner = props.owner->name;
  spec.properties.alerting = props.alerting;
  spec.properties.step_concurrency = props.step_concurrency;
  spec.properties.tags = props.tags;
  if (auto ok = check_tags(*in.definition, spec); !ok)
    return ok.error();
  if (auto ok = check_params(spec, around); !ok)
    return ok.error();
  params::workflow_inputs inputs;
  inputs.instance = facts_of(spec, around.now);
  inputs.definition = in.definition->params ? &*in.definition->params : nullptr;
  inputs.run_params = spec.run_params.empty() ? nullptr : &spec.run_params;
  inputs.with_defaults = false;
  inputs.evaluator = around.language;
  inputs.size_max = static_cast<std::size_t>(around.options->params_max_chars);
  auto made = params::evaluate_workflow_params(inputs, around.now);
  if (!made)
    return made.error();
  spec.params = std::move(*made);
  if (auto ok = set_timeout(spec, *in.definition, around.now); !ok)
    return ok.error();
  return spec;
}

result<run_spec> build_restart(const run_context& previous, const std::vector<carried_step>& view,
                               model::run_status last_status, const restart_instance& request,
                               const surroundings& around) {
  using model::run_policy;
  auto step_is_named = request.restart && !request.restart->restart_path.empty()
                       && request.restart->restart_path.back().step_id;
  if (request.policy != run_policy::restart_from_incomplete
      && request.policy != run_policy::restart_from_beginning
      && !(request.policy == run_policy::restart_from_specific && step_is_named))
    return error{ec::bad_request,
                 "restart_policy must be RESTART_FROM_INCOMPLETE or RESTART_FROM_BEGINNING"};
  auto spec = previous.spec;
  spec.restart = request.restart;
  spec.run_ts = previous.run_ts();
  spec.uuid = request.uuid;
  spec.request_time = request.request_time != 0 ? request.request_time : around.now;
  spec.policy = request.policy;
  spec.initiator = {};
  spec.initiator.type = model::initiator_type::manual;
  spec.initiator.user = model::user{request.caller, {}};
  if (request.child) {
    take_order(spec, *request.child);
    spec.run_ts = previous.run_ts();
    spec.initiator = request.initiator;
  }
  spec.run_params = request.run_params;
  spec.timeout_ms = 0;
  spec.partial = false;
  spec.start_steps.clear();
  spec.carried.clear();
  spec.baseline_status.reset();
  if (request.policy != run_policy::restart_from_beginning) {
    spec.partial = true;
    spec.baseline_status = last_status;
    spec.carried = view;
    spec.start_steps = first_steps(view, request.restart ? &*request.restart : nullptr);
  }
  if (auto ok = check_params(spec, around); !ok)
    return ok.error();
  params::workflow_inputs inputs;
  inputs.instance = facts_of(spec, around.now);
  inputs.previous = &previous.spec.params;
  inputs.run_params = spec.run_params.empty() ? nullptr : &spec.run_params;
  if (spec.restart && is_target(*spec.restart) && spec.restart->restart_params)
    inputs.restart_params = &*spec.restart->restart_params;
  inputs.with_defaults = false;
  inputs.evaluator = around.language;
  inputs.size_max = static_cast<std::size_t>(around.options->params_max_chars);
  auto made = params::evaluate_workflow_params(inputs, around.now);
  if (!made)
    return made.error();
  spec.params = std::move(*made);
  if (auto ok = set_timeout(spec, previous.workflow->workflow, around.now); !ok)
    return ok.error();
  return spec;
}

result<model::param_map> restarted_params(const run_context& run, const model::param_map& changes,
                                          const surroundings& around) {
  params::workflow_inputs inputs;
  inputs.instance = facts_of(run);
  inputs.previous = &run.params();
  inputs.restart_params = &changes;
  inputs.with_defaults = false;
  inputs.evaluator = around.language;
  inputs.size_max = static_cast<std::size_t>(around.options->params_max_chars);
  return params::evaluate_workflow_params(inputs, around.now);
}

model::timeline_event initiator_event(const model::initiator& who, time_ms now) {
  std::string text;
  switch (who.type) {
    case model::initiator_type::manual:
      text = "Manually run a new workflow instance by a user ["
             + (who.user ? who.user->name : std::string{"unknown"}) + "]";
      break;
    case model::initiator_type::time:
      text = "Run a new workflow instance by a time trigger ["
             + who.trigger_uuid.value_or(std::string{}) + "]";
      break;
    case model::initiator_type::signal:
      text = "Run a new workflow instance by a signal trigger ["
             + who.trigger_uuid.value_or(std::string{}) + "]";
      break;
    default:
      text = "Run a new workflow instance by a step of another workflow instance";
      if (!who.ancestors.empty()) {
        auto& up = who.ancestors.back();
        text = "Run a new workflow instance by the step [" + up.workflow_id + "]["
               + std::to_string(up.instance_id) + "][" + std::to_string(up.run_id) + "]["
               + up.step_id + "]";
      }
  }
  return model::log_event(now, model::log_level::info, std::move(text));
}

} // namespace tutti::engine
