#pragma once

#include "runtime/engine/run.hpp"
#include "runtime/engine/store_reader.hpp"
#include "runtime/params/evaluator.hpp"
#include "runtime/params/facts.hpp"

#include <functional>
#include <string>

namespace tutti::params {
class host_functions;
} // namespace tutti::params

/// The engine's questions to the parameter rules of `runtime/params`.
namespace tutti::engine {

/// A parameter of a completed step, or null.
using upstream_lookup
  = std::function<const model::param*(std::string_view step_id, std::string_view name)>;

struct step_scope {
  const run_context* run = nullptr;
  const model::step* definition = nullptr;
  upstream_lookup upstream;
  std::int64_t attempt = 1;
  const std::string* step_uuid = nullptr;
  time_ms now = 0;
  std::int64_t params_max_chars = 750'000;
  const params::expression_evaluator* language = nullptr; ///< as in `surroundings`
  /// Where job templates are; null: there are none.
  const row_reader* rows = nullptr;
  /// Answers `params.function(…)`; null = there are none.
  params::host_functions* host = nullptr;
  /// What a restart gives to the step; null = nothing.
  const model::param_map* run_params = nullptr;
  const model::param_map* restart_params = nullptr;
};

/// What `params.getFromInstance` and the defaults of the system know of a run. Views `run`.
params::instance_facts facts_of(const run_context& run);

/// Merges and evaluates a step's parameters (spec 02 §6.2, §7.5).
result<model::param_map> evaluate_step_params(const step_scope& in);

/// Tags of the step's job template that it has not itself (spec 04b §10.6).
std::vector<model::tag> template_tags(const step_scope& in);

/// The condition of one successor, in the scope of the ended step (spec 02 §7.7).
result<bool> evaluate_condition(const std::string& successor, const std::string& condition,
                                const step_scope& in, const model::param_map& own);

/// The timeout in force for a step in milliseconds; 0 = the default of ten days.
result<std::int64_t> step_timeout_ms(const model::step& definition, const run_context& run);

/// Retry counters and limits of a first attempt; a bad policy gives the defaults (spec 04b §5.3).
model::step_retry retry_of(const model::step& definition, const run_context& run);

/// Milliseconds until the next attempt after a failure of the given kind (spec 04b §5.3).
std::int64_t backoff_ms(const model::step_retry& retry, model::step_status failure);

/// Merges what a job reported into the step's parameters (spec 02 §11).
result<model::param_map> merge_outputs(model::param_map own, const std::string& outputs_json,
                                       const std::string& step_id, time_ms now);

/// Evaluated loop parameters: name to array (spec 02 §6.4). Refuses scalars.
result<model::value_map> loop_values_of(const model::param_map& evaluated,
                                        const std::string& step_id);

/// The number of iterations; refuses more than `max`.
result<std::int64_t> iteration_count(const model::value_map& loop_values, std::int64_t max);

/// What an iteration's workflow parameters are made of: the loop's, its index and loop values.
model::param_map iteration_params(const loop_spec& loop, const run_spec& run);

/// The run parameters of a subworkflow (spec 02 §6.3).
model::param_map child_params(const model::param_map& workflow_params, const model::param_map& own,
                              const model::step& definition, bool explicit_params);

/// Evaluated loop parameters of a while: scalars all (spec 02 §6.5).
result<model::value_map> while_values_of(const model::param_map& evaluated,
                                         const std::string& step_id);

/// Whether a while goes on with these values. `own` are the evaluated parameters of its step.
result<bool> evaluate_while(const std::string& condition, step_scope in,
                            const model::param_map& own, const model::value_map& values);

/// Takes the values that a step of the last iteration has for the loop parameters.
void advance_while(model::value_map& values, const model::param_map& of_step);

/// Parameters that an iteration gets as they are (spec 04c §2).
model::param_map passed_down(const model::param_map& workflow_params, const model::param_map& own,
                             const model::step& definition);

} // namespace tutti::engine
