#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <cstdint>
#include <string_view>

/// The loop values of iterations (spec 02 §6.4). An iteration costs the same whatever the loop's
/// length, as ranges are never expanded.
namespace tutti::params {

/// The evaluated loop parameters of a foreach step, in order. Refuses what is no array.
/// @param step names the step in errors
result<model::value_map> loop_values(const model::param_map& step_params, std::string_view step);

/// The product of the lengths: 0 if one is empty or there are none. Refuses more than 2^63 - 1.
result<std::int64_t> iteration_count(const model::value_map& loop);

/// Element `i` of an array. @pre `x` is an array and `i` is less than its length
model::value element(const model::value& x, std::uint64_t i);

/// `loop_index` and one scalar for each array; the first array varies fastest. They are evaluated
/// as they are: a `$` in a text is not looked at, unless they are merged as run parameters.
/// @pre `0 <= index < *iteration_count(loop)`
model::param_map iteration_params(const model::value_map& loop, std::int64_t index,
                                  std::int64_t now);

// -- while (spec 02 §6.5) -------------------------------------------------------------

/// The evaluated loop parameters of a while step, in order: scalars all. Refuses other values.
result<model::value_map> while_values(const model::param_map& step_params, std::string_view step);

/// What the condition sees of the step: its parameters without `loop_params`, and the loop values.
model::param_map while_scope(const model::param_map& step_params, const model::value_map& loop,
                             std::int64_t now);

/// The loop's own run parameters of an iteration: `loop_index`, the values, and a true `condition`.
model::param_map while_iteration_params(const model::value_map& loop, std::int64_t index,
                                        std::int64_t now);

/// Takes the next values from a step of the iteration that has succeeded: call it for each step,
/// in the order in which they were made.
void advance_while(model::value_map& loop, const model::param_map& step_params);

} // namespace tutti::params
