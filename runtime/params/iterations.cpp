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

bool is_scalar(const value& x) {
  return x.as<std::string>() || x.as<std::int64_t>() || x.as<double>() || x.as<bool>();
}

model::param loop_param(value x, std::int64_t now,
                        model::param_source source = model::param_source::foreach) {
  auto out = model::make_param(x);
  out.tags.emplace();
  out.mode = model::param_mode::mutable_always;
  out.source = source;
  out.evaluated_result = std::move(x);
  out.evaluated_time = now;
  return out;
}

bool is_array(const value& x) {
  return length(x).has_value();
}

/// The evaluated entries of `loop_params`, each of the kind that the loop at `place` wants.
result<model::value_map> loop_entries(const model::param_map& step_params, const std::string& place,
                                      bool (*fits)(const value&), std::string_view expected) {
  const auto* loop = step_params.find("loop_params");
  const auto* entries
    = loop && loop->evaluated_result ? loop->evaluated_result->as<model::value_map>() : nullptr;
  if (!entries)
    return kind::refuse(kind::internal, "Found no evaluated MAP [loop_params] for " + place);
  for (const auto& [name, x] : *entries)
    if (!fits(x))
      return kind::refuse(kind::internal, "Invalid loop param with name [" + name + "] and type ["
                                            + std::string{type_name(x)} + "] for " + place
                                            + ", expected " + std::string{expected});
  return *entries;
}

} // namespace

result<model::value_map> loop_values(const model::param_map& step_params, std::string_view step) {
  return loop_entries(step_params, "foreach step [" + std::string{step} + "]", is_array,
                      "an array");
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

// -- while ----------------------------------------------------------------------------

result<model::value_map> while_values(const model::param_map& step_params, std::string_view step) {
  return loop_entries(step_params, "while step [" + std::string{step} + "]", is_scalar,
                      "STRING, LONG, DOUBLE or BOOLEAN");
}

model::param_map while_scope(const model::param_map& step_params, const model::value_map& loop,
                             std::int64_t now) {
  auto out = step_params;
  out.erase("loop_params");
  for (const auto& [name, x] : loop)
    out.set(name, loop_param(x, now, model::param_source::while_));
  return out;
}

model::param_map while_iteration_params(const model::value_map& loop, std::int64_t index,
                                        std::int64_t now) {
  constexpr auto source = model::param_source::while_;
  model::param_map out;
  out.reserve(loop.size() + 2);
  out.append("loop_index", loop_param(value{index}, now, source));
  for (const auto& [name, x] : loop)
    out.set(name, loop_param(x, now, source));
  out.set("condition", loop_param(value{true}, now, source));
  return out;
}

void advance_while(model::value_map& loop, const model::param_map& step_params) {
  for (auto& [name, x] : loop) {
    const auto* found = step_params.find(name);
    if (found && found->evaluated_result)
      x = *found->evaluated_result;
  }
}

} // namespace tutti::params
