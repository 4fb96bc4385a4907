#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/param.hpp"

#include <span>
#include <string>

/// Evaluated parameters that become definitions again: for a restart, or for a child run
/// (spec 02 §6.1, §6.3, §6.4).
namespace tutti::params {

/// A literal with the evaluated result. Type, mode, source, validator and tags stay. What is not
/// evaluated stays as it is.
model::param to_definition(const model::param& evaluated);

/// Merges the parameters of the run before into `out`: IMMUTABLE ones are evaluated again, reserved
/// names are left out.
status restore(model::param_map& out, const model::param_map& previous);

/// Who a child run belongs to.
struct parent_params {
  const model::param_map* workflow = nullptr;        ///< evaluated
  const model::param_map* step = nullptr;            ///< evaluated
  const model::param_map* step_definition = nullptr; ///< only these of the step go down
  bool explicit_params = false; ///< a subworkflow that gets its step's parameters only
  std::span<const std::string> always_pass_down; ///< even then
};

/// The run parameters of a child, without what belongs to the step itself: `loop_params`,
/// `subworkflow_id` and `subworkflow_version`.
model::param_map pass_down(const parent_params& in);

} // namespace tutti::params
