#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <cstdint>
#include <string_view>

/// Parameters that jobs report when they end (spec 02 §11, 04b §12).
namespace tutti::params {

/// Reads what a job reports: `{"name": value, …}` with types that follow from the values, or
/// `{"params": {"name": {"type": …, "value": …}}}`. A type declared in `declared` settles what a
/// value leaves open: an empty array, whole numbers for a DOUBLE_ARRAY, a map of texts.
result<model::param_map> outputs_from_json(std::string_view json, std::int64_t now,
                                           const model::param_map* declared = nullptr);

struct output_rules {
  /// Accepts names that the step does not have, as new MUTABLE parameters (ours, shell steps).
  bool allow_new = false;
};

/// Merges reported parameters into the evaluated parameters of a step, with the reported results.
/// @param step names the step in errors
result<model::param_map> merge_outputs(model::param_map own, const model::param_map& reported,
                                       std::string_view step, std::int64_t now,
                                       const output_rules& rules = {});

} // namespace tutti::params
