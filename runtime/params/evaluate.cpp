#include "runtime/params/evaluate.hpp"

#include "runtime/params/coerce.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/limits.hpp"
#include "runtime/params/pass_down.hpp"

namespace tutti::params {

namespace {

using model::param_map;
using model::param_source;

bool is_empty(const param_map* x) {
  return !x || x->empty();
}

const expression_evaluator* or_basic(const expression_evaluator* x) {
  return x ? x : &basic_evaluator();
}

/// Whether somebody sets a parameter of the table: then its rules must be there to be checked.
bool mentions(std::span<const system_default> table, std::initializer_list<const param_map*> maps) {
  for (const auto* map : maps)
    if (map)
      for (const auto& x : *map)
        if (find_default(table, x.first))
          return true;
  return false;
}

/// The defaults, with what the operator puts in their places.
param_map overridden(const param_map& defaults, const param_map* overrides) {
  auto out = defaults;
  for (const auto& [name, x] : *overrides)
    out.set(name, x);
  return out;
}

/// Merges maps in order until one fails.
struct layers {
  param_map out;
  status good = unit{};

  void add(const param_map* map, const merge_context& context) {
    if (good && !is_empty(map))
      good = merge(out, *map, context);
  }

  void add_defaults(const param_map& defaults, const param_map* overrides) {
    constexpr merge_context context{param_source::system_default, false, false};
    if (is_empty(overrides)) {
      add(&defaults, context);
      return;
    }
    auto changed = overridden(defaults, overrides);
    add(&changed, context);
  }

  result<param_map> unfinished() {
    if (!good)
      return good.error();
    return std::move(out);
  }

  result<param_map> finish() {
    if (good)
      good = clean_up(out);
    if (!good)
      return good.error();
    return std::move(out);
  }
};

/// Run parameters that the definition does not have come first, so that it can refer to them.
param_map unknown_to(const param_map* definition, const param_map* added) {
  param_map out;
  if (!is_empty(added))
    for (const auto& [name, x] : *added)
      if (!definition || !definition->contains(name))
        out.append(name, x);
  return out;
}

bool is_injected(std::string_view name, const model::param& x) {
  return is_reserved_name(name) && x.mode == model::param_mode::constant
         && x.source == param_source::system_injected;
}

/// On a restart, what the system injected is put in as it is.
void put_injected(param_map& out, const param_map* added) {
  if (is_empty(added))
    return;
  for (const auto& [name, x] : *added)
    if (is_injected(name, x))
      out.set(name, x).source = param_source::restart;
}

param_map without_injected(const param_map* added) {
  param_map out;
  if (!is_empty(added))
    for (const auto& [name, x] : *added)
      if (!is_injected(name, x))
        out.append(name, x);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\r\f";
  auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  auto end = text.find_last_not_of(blanks);
  return text.substr(begin, end + 1 - begin);
}

std::optional<bool> constant_condition(std::string_view condition) {
  auto text = trimmed(condition);
  if (text.ends_with(';')) {
    text.remove_suffix(1);
    text = trimmed(text);
  }
  if (text == "true" || text == "false")
    return text == "true";
  return std::nullopt;
}

surroundings around_step(const step_inputs& in, std::int64_t now) {
  return {&in.instance,           &in.step, in.workflow_params, &in.upstream, in.host,
          or_basic(in.evaluator), now};
}

} // namespace

result<param_map> merge_workflow_params(const workflow_inputs& in) {
  layers out;
  if (in.previous) {
    if (!in.with_defaults && mentions(system_defaults(), {in.run_params, in.restart_params}))
      out.add_defaults(workflow_default_params(), in.overrides.workflow);
    if (out.good)
      out.good = restore(out.out, *in.previous);
  } else {
    if (in.with_defaults || !is_empty(in.overrides.workflow)
        || mentions(system_defaults(), {in.definition, in.run_params, in.restart_params}))
      out.add_defaults(workflow_default_params(), in.overrides.workflow);
    out.add(in.definition, {param_source::definition, false, false});
  }
  merge_context context{run_source(in.instance.initiator, !in.previous),
                        is_upstream(in.instance.initiator), in.previous != nullptr};
  out.add(in.run_params, context);
  out.add(in.restart_params, context);
  return out.finish();
}

result<param_map> merge_step_params(const step_inputs& in) {
  const auto& by_type = type_defaults(in.step.type);
  layers out;
  if (in.with_defaults || !is_empty(in.overrides.step)
      || mentions(step_defaults(),
                  {in.definition, in.template_schema, in.run_params, in.restart_params}))
    out.add_defaults(step_default_params(), in.overrides.step);
  out.add_defaults(by_type, in.overrides.by_type);
  out.add(in.template_schema, {param_source::template_schema, false, false});
  auto fresh = model::is_fresh(in.instance.policy);
  merge_context run{run_source(in.instance.initiator, fresh), false, !fresh};
  if (is_empty(in.run_params) && is_empty(in.restart_params)) {
    out.add(in.definition, {param_source::definition, false, false});
    return out.finish();
  }
  auto run_params = fresh ? *(in.run_params ? in.run_params : &type_defaults({}))
                          : without_injected(in.run_params);
  auto first_run = unknown_to(in.definition, &run_params);
  auto first_restart = unknown_to(in.definition, in.restart_params);
  out.add(&first_run, run);
  out.add(&first_restart, run);
  out.add(in.definition, {param_source::definition, false, false});
  out.add(&run_params, run);
  out.add(in.restart_params, run);
  if (!fresh)
    put_injected(out.out, in.run_params);
  return out.finish();
}

result<param_map> enriched_workflow_params(const param_map* definition,
                                           const default_overrides& overrides) {
  layers out;
  out.add_defaults(workflow_default_params(), overrides.workflow);
  out.add(definition, {param_source::definition, false, false});
  return out.unfinished();
}

result<param_map> enriched_step_params(const param_map* definition,
                                       const param_map* template_schema, model::step_type type,
                                       const default_overrides& overrides) {
  layers out;
  out.add_defaults(step_default_params(), overrides.step);
  out.add(template_schema, {param_source::template_schema, false, false});
  out.add_defaults(type_defaults(type), overrides.by_type);
  out.add(definition, {param_source::definition, false, false});
  return out.unfinished();
}

result<param_map> evaluate_workflow_params(const workflow_inputs& in, std::int64_t now) {
  auto out = merge_workflow_params(in);
  if (!out || out->empty())
    return out;
  auto instance = in.instance;
  if (instance.run_ts == 0)
    instance.run_ts = now;
  surroundings around{&instance, nullptr, nullptr, nullptr, in.host, or_basic(in.evaluator), now};
  auto good = evaluation{*out, around}.evaluate_all();
  if (good)
    good = check_size(*out, "workflow", in.instance.workflow_id, in.size_max);
  if (!good)
    return good.error();
  return out;
}

result<param_map> evaluate_step_params(const step_inputs& in, std::int64_t now) {
  auto out = merge_step_params(in);
  if (!out || out->empty())
    return out;
  auto around = around_step(in, now);
  auto good = evaluation{*out, around}.evaluate_all();
  if (good)
    good = check_size(*out, "step", in.step.step_id, in.size_max);
  if (!good)
    return good.error();
  return out;
}

result<bool> evaluate_condition(std::string_view successor, std::string_view condition,
                                const step_inputs& in, const param_map& own, std::int64_t now) {
  if (auto known = constant_condition(condition))
    return *known;
  auto around = around_step(in, now);
  auto raw = evaluation{&own, around}.evaluate_expression(successor, condition);
  if (!raw)
    return raw.error();
  auto typed = coerce(successor, model::param_type::boolean, *std::move(raw));
  if (!typed)
    return typed.error();
  return *typed->as<bool>();
}

} // namespace tutti::params
