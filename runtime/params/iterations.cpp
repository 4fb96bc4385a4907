#include "runtime/params/iterations.hpp"

#include "runtime/params/coerce.hpp"
#include "runtime/params/kinds.hpp"

#include <cassert>
#include <optional>

namespace tutti::params {

namespace {

using model::value;

/// The length of an array, or nothing for other values.
std::optional<std::uint64_t> length(const value& x) {
  if (const auto* items = x.as<model::int_seq>())
    return items->size();
  if (const auto* items = x.as<std::vector<std::string>>())
    return items->size();
  if (const auto* items = x.as<std::vector<double>>())
    return items->size();
  if (const auto* items = x.as<std::vector<bool>>())
    return items->size();
  return std::nullopt;
}

model::param loop_param(value x, std::int64_t now) {
  auto out = model::make_param(x);
  out.tags.emplace();
  out.mode = model::param_mode::mutable_always;
  out.source = model::param_source::foreach;
  out.evaluated_result = std::move(x);
  out.evaluated_time = now;
  return out;
}

} // namespace

result<model::value_map> loop_values(const model::param_map& step_params, std::string_view step) {
  auto where = " for foreach step [" + std::string{step} + "]";
  const auto* loop = step_params.find("loop_params");
  const auto* entries
    = loop && loop->evaluated_result ? loop->evaluated_result->as<model::value_map>() : nullptr;
  if (!entries)
    return kind::refuse(kind::internal, "Found no evaluated MAP [loop_params]" + where);
  for (const auto& [name, x] : *entries)
    if (!length(x))
      return kind::refuse(kind::internal, "Invalid loop param with name [" + name + "] and type ["
                                            + std::string{type_name(x)} + "]" + where
                                            + ", expected an array");
  return *entries;
}

result<std::int64_t> iteration_count(const model::value_map& loop) {
  std::int64_t count = loop.empty() ? 0 : 1;
  for (const auto& [name, x] : loop) {
    auto size = length(x);
    if (!size)
      return kind::refuse(kind::internal, "Invalid loop param with name [" + name + "] and type ["
                                            + std::string{type_name(x)} + "], expected an array");
    if (*size == 0)
      return std::int64_t{0};
    // An empty array further on still means zero, so the product saturates first.
    if (count >= 0 && __builtin_mul_overflow(count, *size, &count))
      count = -1;
  }
  if (count < 0)
    return error{ec::bad_request, "The loop params give more iterations than 2^63 - 1"};
  return count;
}

value element(const value& x, std::uint64_t i) {
  assert(length(x) && i < *length(x));
  if (const auto* items = x.as<model::int_seq>())
    return value{(*items)[i]};
  if (const auto* items = x.as<std::vector<std::string>>())
    return value{(*items)[i]};
  if (const auto* items = x.as<std::vector<double>>())
    return value{(*items)[i]};
  if (const auto* items = x.as<std::vector<bool>>())
    return value{static_cast<bool>((*items)[i])};
  return {};
}

model::param_map iteration_params(const model::value_map& loop, std::int64_t index,
                                  std::int64_t now) {
  model::param_map out;
  out.reserve(loop.size() + 1);
  out.append("loop_index", loop_param(value{index}, now));
  auto rest = static_cast<std::uint64_t>(index);
  for (const auto& [name, x] : loop) {
    auto size = length(x).value_or(0);
    assert(size > 0);
    if (size == 0)
      continue;
    out.set(name, loop_param(element(x, rest % size), now));
    rest /= size;
  }
  return out;
}

} // namespace tutti::params
