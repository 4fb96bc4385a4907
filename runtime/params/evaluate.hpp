#pragma once

#include "runtime/params/coerce.hpp"
#include "runtime/params/defaults.hpp"
#include "runtime/params/evaluation.hpp"
#include "runtime/params/iterations.hpp"
#include "runtime/params/merge.hpp"

/// The parameters of workflow runs and steps: merge order, then evaluation (spec 02 §6, §7).
/// Pure; whatever is asked for has no parameters costs no allocation.
namespace tutti::params {

/// Pointers to absent maps are null; everything is owned by the caller.
struct workflow_inputs {
  instance_facts instance;                      ///< `run_ts` 0 means now
  const model::param_map* definition = nullptr; ///< `workflow.params`
  const model::param_map* run_params = nullptr;
  const model::param_map* restart_params = nullptr; ///< only for the target of the restart
  const model::param_map* previous = nullptr; ///< evaluated, of the run before: this is a restart
  /// Adds the parameters of 12.1. Without, they are derived when something mentions them.
  bool with_defaults = true;
  default_overrides overrides{};
  const expression_evaluator* evaluator = nullptr; ///< null = `basic_evaluator()`
  host_functions* host = nullptr;
  std::size_t size_max = params::size_max; ///< characters of JSON of the result
};

struct step_inputs {
  instance_facts instance;
  step_facts step;
  const model::param_map* definition = nullptr;      ///< `step.params`
  const model::param_map* template_schema = nullptr; ///< of a job template
  const model::param_map* run_params = nullptr;
  const model::param_map* restart_params = nullptr;
  const model::param_map* workflow_params = nullptr; ///< evaluated
  upstream_lookup upstream;                          ///< parameters of completed steps
  /// Adds the parameters of 12.2. Without, they are derived when something mentions them.
  bool with_defaults = true;
  default_overrides overrides{};
  const expression_evaluator* evaluator = nullptr; ///< null = `basic_evaluator()`
  host_functions* host = nullptr;
  std::size_t size_max = params::size_max; ///< characters of JSON of the result
};

/// Merges only (6.1), and cleans up.
result<model::param_map> merge_workflow_params(const workflow_inputs& in);

/// Merges only (6.2), and cleans up.
result<model::param_map> merge_step_params(const step_inputs& in);

/// What an enriched definition shows (14.2): not evaluated, not cleaned up.
result<model::param_map> enriched_workflow_params(const model::param_map* definition,
                                                  const default_overrides& overrides = {});
result<model::param_map> enriched_step_params(const model::param_map* definition,
                                              const model::param_map* template_schema,
                                              model::step_type type,
                                              const default_overrides& overrides = {});

/// Merges and evaluates; at most `size_max` characters of JSON.
result<model::param_map> evaluate_workflow_params(const workflow_inputs& in, std::int64_t now);

/// Merges and evaluates; at most `size_max` characters of JSON.
result<model::param_map> evaluate_step_params(const step_inputs& in, std::int64_t now);

/// The condition of one successor in the scope of the ended step, whose evaluated parameters are
/// `own` (7.7). Also the condition of a while step: `own` are then its parameters without
/// `loop_params`, and the loop values. `true` and `false` cost nothing.
result<bool> evaluate_condition(std::string_view successor, std::string_view condition,
                                const step_inputs& in, const model::param_map& own,
                                std::int64_t now);

} // namespace tutti::params
