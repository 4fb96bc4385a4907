#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/model/param.hpp"

#include <string>
#include <string_view>

/// Merging one map of parameters into another: modes, sources, types (spec 02 §5).
namespace tutti::params {

/// Who merges.
struct merge_context {
  model::param_source source = model::param_source::definition;
  bool upstream = false; ///< the initiator is a step of another run
  bool restart = false;
};

/// SYSTEM, TEMPLATE_SCHEMA, SYSTEM_INJECTED, SYSTEM_DEFAULT.
bool is_system(model::param_source x);

/// SUBWORKFLOW, FOREACH, WHILE, TEMPLATE.
bool is_upstream(model::initiator_type x);

/// The source that run parameters get (spec 02 §4).
model::param_source run_source(model::initiator_type initiator, bool fresh);

/// Merges `add` into `baseline`: names keep their places, new ones are appended, evaluated
/// results and user meta are dropped. After an error `baseline` is partly merged.
status merge(model::param_map& baseline, const model::param_map& add, const merge_context& context);

/// Merges the parameter `name` of `add` alone. `baseline` may be null: then it is new.
result<model::param> merge_one(std::string_view name, model::param* baseline,
                               const model::param& add, const merge_context& context);

/// What follows the last merge of a level: drops unset optional parameters, refuses unset
/// required ones, removes the internal modes.
status clean_up(model::param_map& merged);

} // namespace tutti::params
