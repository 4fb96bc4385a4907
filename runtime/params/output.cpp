#include "runtime/params/output.hpp"

#include "runtime/model/ids.hpp"
#include "runtime/params/coerce.hpp"
#include "runtime/params/kinds.hpp"
#include "runtime/params/limits.hpp"
#include "runtime/params/merge.hpp"

#include <string>

namespace tutti::params {

namespace {

using model::param;
using model::param_map;
using model::value;
using model::value_map;

const value* entry_of(const value_map* results, std::string_view name) {
  return results ? results->find(name) : nullptr;
}

const value_map* as_map(const value* x) {
  return x ? x->as<value_map>() : nullptr;
}

/// The result of a merged MAP: what was reported, else what was there, else the literal.
value map_result(const param_map& merged, const value_map* reported, const value_map* old) {
  value_map out;
  out.reserve(merged.size());
  for (const auto& [name, entry] : merged) {
    const auto* fresh = entry_of(reported, name);
    const auto* before = entry_of(old, name);
    if (const auto* nested = entry.literal ? entry.literal->as<param_map>() : nullptr)
      out.append(name, map_result(*nested, as_map(fresh), as_map(before)));
    else if (fresh || before)
      out.append(name, fresh ? *fresh : *before);
    else if (entry.literal)
      out.append(name, *entry.literal);
  }
  return value{std::move(out)};
}

value plain_result(const value& literal) {
  if (const auto* entries = literal.as<param_map>())
    return map_result(*entries, nullptr, nullptr);
  return literal;
}

/// What counts as the reported result.
result<value> reported_result(std::string_view name, const param& merged, const param& reported,
                              const value* before) {
  const auto* entries = merged.literal ? merged.literal->as<param_map>() : nullptr;
  if (entries && reported.literal) {
    auto fresh = reported.evaluated_result ? *reported.evaluated_result
                                           : plain_result(*reported.literal);
    return map_result(*entries, as_map(&fresh), as_map(before));
  }
  if (reported.literal && merged.type == model::param_type::string_map)
    return *merged.literal;
  if (reported.evaluated_result)
    return *reported.evaluated_result;
  if (reported.literal)
    return plain_result(*reported.literal);
  return kind::refuse(kind::illegal_argument, "Output parameter [" + std::string{name}
                                                + "] has neither a value nor a result");
}

result<param> merge_output(std::string_view name, param* own, const param& reported,
                           std::int64_t now) {
  auto before = own ? own->evaluated_result : std::nullopt;
  auto merged = merge_one(name, own, reported,
                          {model::param_source::output_parameter, false, false});
  if (!merged)
    return merged;
  auto raw = reported_result(name, *merged, reported, before ? &*before : nullptr);
  if (!raw)
    return raw.error();
  auto typed = coerce(name, merged->type, *std::move(raw));
  if (!typed)
    return typed.error();
  merged->evaluated_result = *std::move(typed);
  merged->evaluated_time = reported.evaluated_time.value_or(now);
  return merged;
}

error refuse(std::string_view name, std::string_view step, std::string_view why) {
  return kind::refuse(kind::validation, "Invalid output parameter [" + std::string{name} + "], "
                                          + std::string{why} + " of step [" + std::string{step}
                                          + "]");
}

} // namespace

result<param_map> merge_outputs(param_map own, const param_map& reported, std::string_view step,
                                std::int64_t now, const output_rules& rules) {
  for (const auto& [name, x] : reported) {
    auto* old = own.find(name);
    if (!old && !rules.allow_new)
      return refuse(name, step, "not defined in params");
    if (auto flaw = old ? std::nullopt : model::reference_id_flaw(name))
      return refuse(name, step, *flaw + ", as the name of a new param");
    auto merged = merge_output(name, old, x, now);
    if (!merged)
      return merged.error();
    if (!old) {
      merged->mode = model::param_mode::mutable_always;
      merged->internal_mode.reset();
      own.append(name, *std::move(merged));
    } else {
      *old = *std::move(merged);
    }
  }
  if (!reported.empty()) {
    auto good = check_size(own, "step", step);
    if (!good)
      return good.error();
  }
  return own;
}

} // namespace tutti::params
