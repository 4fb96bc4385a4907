#include "runtime/params/merge.hpp"

#include "runtime/params/coerce.hpp"
#include "runtime/params/kinds.hpp"

#include <algorithm>
#include <optional>

namespace tutti::params {

namespace {

using model::internal_param_mode;
using model::param;
using model::param_map;
using model::param_mode;
using model::param_source;
using model::param_type;

using parent_mode = std::optional<param_mode>;

error refuse(std::string why) {
  return kind::refuse(kind::validation, std::move(why));
}

error refuse(std::string_view why, std::string_view name) {
  return refuse(std::string{why} + " for parameter [" + std::string{name} + "]");
}

parent_mode stricter(parent_mode a, parent_mode b) {
  if (!a || !b)
    return a ? a : b;
  return std::max(*a, *b);
}

error type_mismatch(std::string_view name, param_type from, param_type to) {
  return refuse("BAD_REQUEST - ParameterDefinition type mismatch name [" + std::string{name}
                + "] from [" + std::string{model::to_string(from)} + "] != to ["
                + std::string{model::to_string(to)} + "]");
}

param_mode implied_by(internal_param_mode x) {
  return x == internal_param_mode::reserved ? param_mode::constant : param_mode::mutable_always;
}

/// The entries of a MAP literal as definitions.
param_map definitions_of(const model::value& literal) {
  if (const auto* definitions = literal.as<param_map>())
    return *definitions;
  param_map out;
  if (const auto* results = literal.as<model::value_map>())
    for (const auto& [name, item] : *results)
      out.append(name, model::make_param(item));
  return out;
}

bool is_literal_map(const param& x) {
  return x.type == param_type::map && x.literal;
}

bool is_literal_string_map(const param& x) {
  return x.type == param_type::string_map && x.literal;
}

/// A literal map goes into the baseline's own map; another type or an expression is refused.
status check_map_baseline(std::string_view name, const param* baseline, param_type type) {
  if (!baseline)
    return unit{};
  if (baseline->type != type)
    return type_mismatch(name, type, baseline->type);
  if (baseline->expression)
    return kind::refuse(kind::illegal_argument,
                        "Param [" + std::string{name} + "] is the expression ["
                          + *baseline->expression + "] and not a literal, a literal "
                          + std::string{model::to_string(type)} + " cannot be merged into it");
  return unit{};
}

status merge_level(param_map& baseline, const param_map& add, const merge_context& context,
                   parent_mode parent);

/// Merges into the baseline's own entries, so that new keys are no change of the map itself.
status merge_map(std::string_view name, param* baseline, const param& add,
                 const merge_context& context, parent_mode parent, param& out) {
  auto good = check_map_baseline(name, baseline, param_type::map);
  if (!good)
    return good;
  auto mode = stricter(parent, baseline ? baseline->mode : add.mode);
  auto has_entries = baseline && baseline->literal;
  auto entries = has_entries ? definitions_of(*baseline->literal) : param_map{};
  good = merge_level(entries, definitions_of(*add.literal), context, mode);
  if (!good)
    return good;
  if (has_entries)
    baseline->literal = model::value{entries};
  out.literal = model::value{std::move(entries)};
  return unit{};
}

status merge_string_map(std::string_view name, param* baseline, const param& add, param& out) {
  auto good = check_map_baseline(name, baseline, param_type::string_map);
  if (!good)
    return good;
  if (!baseline || !baseline->literal || !baseline->literal->as<model::string_map>()) {
    out.literal = add.literal;
    return unit{};
  }
  auto entries = *baseline->literal->as<model::string_map>();
  if (const auto* added = add.literal->as<model::string_map>())
    for (const auto& [key, text] : *added)
      entries.set(key, text);
  baseline->literal = model::value{entries};
  out.literal = model::value{std::move(entries)};
  return unit{};
}

/// The baseline's type wins: a literal of another type is converted as a result would be.
status merge_value(std::string_view name, const param* baseline, const param& add, param& out) {
  out.literal = add.literal;
  out.expression = add.expression;
  if (!add.literal || !baseline || baseline->type == add.type)
    return unit{};
  auto own = coerce(name, add.type, *add.literal);
  auto converted = own ? coerce(name, baseline->type, *std::move(own)) : std::move(own);
  if (!converted)
    return type_mismatch(name, add.type, baseline->type);
  out.literal = model::make_param(*std::move(converted)).literal;
  return unit{};
}

std::optional<std::vector<model::tag>> merge_tags(const param* baseline, const param& add) {
  std::vector<model::tag> out;
  auto join = [&](const std::optional<std::vector<model::tag>>& tags) {
    if (!tags)
      return;
    for (const auto& x : *tags)
      if (std::find(out.begin(), out.end(), x) == out.end())
        out.push_back(x);
  };
  if (baseline)
    join(baseline->tags);
  join(add.tags);
  return out;
}

param_mode merge_mode(const param* baseline, const param& add, const merge_context& context,
                      parent_mode parent, std::optional<internal_param_mode> internal) {
  auto own = baseline ? baseline->mode : std::nullopt;
  auto mode = add.mode ? add.mode : own;
  if (internal)
    mode = stricter(mode, implied_by(*internal));
  if (context.upstream)
    mode = stricter(mode, own);
  return stricter(mode, parent).value_or(param_mode::mutable_always);
}

bool same_tags(const param& a, const param& b) {
  auto count = [](const param& x) { return x.tags ? x.tags->size() : 0; };
  if (count(a) != count(b))
    return false;
  return count(a) == 0
         || std::is_permutation(a.tags->begin(), a.tags->end(), b.tags->begin(), b.tags->end());
}

bool changed(const param& baseline, const param& merged) {
  return baseline.expression != merged.expression || baseline.validator != merged.validator
         || baseline.mode.value_or(param_mode::mutable_always) != merged.mode
         || baseline.literal != merged.literal || !same_tags(baseline, merged);
}

/// The strictest mode that `context` may change.
param_mode strictest_allowed(const merge_context& context) {
  if (context.source == param_source::output_parameter)
    return param_mode::mutable_always;
  if (context.source == param_source::restart || context.restart)
    return param_mode::mutable_on_start_restart;
  return param_mode::mutable_on_start;
}

status check_permission(std::string_view name, const param& baseline, const param& add,
                        const param& merged, const merge_context& context) {
  if (is_system(context.source))
    return unit{};
  if (context.upstream && add.source && *add.source != param_source::definition)
    return unit{};
  auto mode = merged.mode.value_or(param_mode::mutable_always);
  if (mode > strictest_allowed(context))
    return refuse("Cannot modify param with mode [" + std::string{model::to_string(mode)} + "]",
                  name);
  if (mode < baseline.mode.value_or(param_mode::mutable_always))
    return refuse("Cannot modify param mode to be less strict", name);
  if (add.internal_mode)
    return refuse("Cannot modify system mode", name);
  if (merged.internal_mode == internal_param_mode::reserved)
    return refuse("Cannot modify param with system mode [RESERVED]", name);
  return unit{};
}

result<param_source> merge_source(std::string_view name, const param* baseline, const param& add,
                                  bool is_changed, const merge_context& context) {
  auto trusted = is_system(context.source) || context.upstream;
  if (is_changed && add.source && !trusted)
    return refuse("Cannot modify source", name);
  if (!is_changed && trusted && baseline && baseline->source)
    return *baseline->source;
  if (!baseline && is_system(context.source) && add.source)
    return *add.source;
  return context.source;
}

result<param> merge_param(std::string_view name, param* baseline, const param& add,
                          const merge_context& context, parent_mode parent) {
  param out;
  out.type = baseline ? baseline->type : add.type;
  auto good = is_literal_map(add)          ? merge_map(name, baseline, add, context, parent, out)
              : is_literal_string_map(add) ? merge_string_map(name, baseline, add, out)
                                           : merge_value(name, baseline, add, out);
  if (!good)
    return good.error();
  out.tags = merge_tags(baseline, add);
  out.validator = add.validator ? add.validator : baseline ? baseline->validator : std::nullopt;
  out.internal_mode = baseline && baseline->internal_mode ? baseline->internal_mode
                                                          : add.internal_mode;
  out.mode = merge_mode(baseline, add, context, parent, out.internal_mode);
  auto is_changed = baseline && changed(*baseline, out);
  if (is_changed)
    good = check_permission(name, *baseline, add, out, context);
  if (!good)
    return good.error();
  auto source = merge_source(name, baseline, add, is_changed, context);
  if (!source)
    return source.error();
  out.source = *source;
  return out;
}

status merge_level(param_map& baseline, const param_map& add, const merge_context& context,
                   parent_mode parent) {
  for (auto& [name, old] : baseline) {
    const auto* item = add.find(name);
    if (!item)
      continue;
    auto merged = merge_param(name, &old, *item, context, parent);
    if (!merged)
      return merged.error();
    old = *std::move(merged);
  }
  for (const auto& [name, item] : add) {
    if (baseline.contains(name))
      continue;
    auto merged = merge_param(name, nullptr, item, context, parent);
    if (!merged)
      return merged.error();
    baseline.append(name, *std::move(merged));
  }
  return unit{};
}

/// Whether it is left out: an optional parameter that nobody has set.
result<bool> is_unset(std::string_view name, const param& x) {
  auto optional = x.internal_mode == internal_param_mode::optional;
  if (x.literal || x.expression) {
    const auto* entries = x.literal ? x.literal->as<param_map>() : nullptr;
    return optional && x.type == param_type::map && entries && entries->empty();
  }
  if (optional)
    return true;
  return kind::refuse(kind::illegal_argument, "[" + std::string{name}
                                                + "] is a required parameter (type=["
                                                + std::string{model::to_string(x.type)} + "])");
}

} // namespace

bool is_system(param_source x) {
  return x == param_source::system || x == param_source::template_schema
         || x == param_source::system_injected || x == param_source::system_default;
}

bool is_upstream(model::initiator_type x) {
  using model::initiator_type;
  return x == initiator_type::subworkflow || x == initiator_type::foreach
         || x == initiator_type::while_ || x == initiator_type::template_;
}

param_source run_source(model::initiator_type initiator, bool fresh) {
  switch (initiator) {
    case model::initiator_type::subworkflow:
      return param_source::subworkflow;
    case model::initiator_type::foreach:
      return param_source::foreach;
    case model::initiator_type::while_:
      return param_source::while_;
    case model::initiator_type::template_:
      return param_source::template_;
    default:
      return fresh ? param_source::launch : param_source::restart;
  }
}

status merge(param_map& baseline, const param_map& add, const merge_context& context) {
  if (add.empty())
    return unit{};
  return merge_level(baseline, add, context, std::nullopt);
}

result<param> merge_one(std::string_view name, param* baseline, const param& add,
                        const merge_context& context) {
  return merge_param(name, baseline, add, context, std::nullopt);
}

status clean_up(param_map& merged) {
  std::vector<std::string> unset;
  for (auto& [name, item] : merged) {
    // An empty optional MAP goes before its entries are looked at, a MAP that becomes empty stays.
    auto gone = is_unset(name, item);
    if (!gone)
      return gone.error();
    item.internal_mode.reset();
    if (*gone) {
      unset.push_back(name);
      continue;
    }
    auto* entries = item.literal ? std::get_if<param_map>(&item.literal->v) : nullptr;
    if (!entries)
      continue;
    auto good = clean_up(*entries);
    if (!good)
      return good;
  }
  for (const auto& name : unset)
    merged.erase(name);
  return unit{};
}

} // namespace tutti::params
