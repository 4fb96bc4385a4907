#include "runtime/params/pass_down.hpp"

#include "runtime/params/limits.hpp"
#include "runtime/params/merge.hpp"

#include <algorithm>
#include <array>

namespace tutti::params {

namespace {

using model::param;
using model::param_map;
using model::value;

/// A MAP keeps the definitions of its entries, with their results.
value map_literal(const param_map& definitions, const model::value_map& results) {
  param_map out;
  out.reserve(results.size());
  for (const auto& [name, x] : results) {
    auto entry = model::make_param(x);
    if (const auto* old = definitions.find(name)) {
      const auto* inner = x.as<model::value_map>();
      const auto* nested = old->literal ? old->literal->as<param_map>() : nullptr;
      if (inner && nested)
        entry.literal = map_literal(*nested, *inner);
      entry.mode = old->mode;
      entry.source = old->source;
      entry.validator = old->validator;
      entry.tags = old->tags;
    }
    out.append(name, std::move(entry));
  }
  return value{std::move(out)};
}

void strip_results(param& x) {
  x.evaluated_result.reset();
  x.evaluated_time.reset();
  x.meta.clear();
}

} // namespace

param to_definition(const param& evaluated) {
  auto out = evaluated;
  strip_results(out);
  if (!evaluated.evaluated_result)
    return out;
  const auto* results = evaluated.evaluated_result->as<model::value_map>();
  const auto* definitions = evaluated.literal ? evaluated.literal->as<param_map>() : nullptr;
  out.literal = results && definitions ? map_literal(*definitions, *results)
                                       : model::make_param(*evaluated.evaluated_result).literal;
  out.expression.reset();
  return out;
}

status restore(param_map& out, const param_map& previous) {
  param_map definitions;
  definitions.reserve(previous.size());
  for (const auto& [name, x] : previous) {
    if (is_reserved_name(name))
      continue;
    if (x.mode != model::param_mode::immutable) {
      definitions.append(name, to_definition(x));
      continue;
    }
    strip_results(definitions.append(name, x));
  }
  return merge(out, definitions, {model::param_source::system, false, true});
}

param_map pass_down(const parent_params& in) {
  constexpr std::array<std::string_view, 3> own{"loop_params", "subworkflow_id",
                                                "subworkflow_version"};
  param_map out;
  if (in.workflow)
    for (const auto& [name, x] : *in.workflow)
      if (!in.explicit_params
          || std::find(in.always_pass_down.begin(), in.always_pass_down.end(), name)
               != in.always_pass_down.end())
        out.append(name, to_definition(x));
  if (in.step && in.step_definition)
    for (const auto& [name, x] : *in.step)
      if (in.step_definition->contains(name))
        out.set(name, to_definition(x));
  for (auto name : own)
    out.erase(name);
  return out;
}

} // namespace tutti::params
