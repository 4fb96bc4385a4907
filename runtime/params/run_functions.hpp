#pragma once

#include "runtime/params/facts.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// `params.function(…)`: the functions whose answers lie outside of the parameters (spec 02 §8).
namespace tutti::params {

/// The answers, as far as a run has them. Absent functions mean that there is no such thing; an
/// empty answer means that it was not found.
struct run_answers {
  std::string environment; ///< the option of `getExecutionEnvironment`

  /// Increases over the whole cluster.
  std::function<std::int64_t()> next_unique_id;

  /// A parameter of the trigger that started the run; null if no signal started it.
  const model::param_map* trigger_params = nullptr;

  /// A parameter of the signal instance that started the run.
  std::function<std::optional<model::value>(std::string_view signal, std::string_view param)>
    signal;

  /// A parameter of the signal instance that a dependency of the step matched; null if the step
  /// has no dependencies.
  std::function<std::optional<model::value>(std::size_t index, std::string_view param)> dependency;
  std::size_t dependency_count = 0;

  /// Of a completed step of this run.
  std::function<std::optional<std::string>(std::string_view step)> status_of;
  std::function<std::optional<std::int64_t>(std::string_view step)> end_time_of; ///< epoch ms

  /// A step's parameter in every iteration of a completed foreach step, evaluated, in order.
  std::function<std::optional<std::vector<const model::param*>>(
    std::string_view foreach_step, std::string_view step, std::string_view param)>
    in_foreach;

  /// A step's parameter in the run that a completed subworkflow step has started.
  std::function<const model::param*(std::string_view subworkflow_step, std::string_view step,
                                    std::string_view param)>
    in_subworkflow;
};

/// Answers by `run_answers`, which must outlive it. `at_step` is false for workflow parameters,
/// where only unique ids, the environment and signals can be asked for.
class run_functions final : public host_functions {
public:
  run_functions(const run_answers& answers, bool at_step) : answers_(answers), at_step_(at_step) {}

  result<model::value> call(std::string_view function,
                            const std::vector<std::string>& args) override;

private:
  const run_answers& answers_;
  bool at_step_;
};

/// What a dry run knows of signals.
struct signal_names {
  std::vector<std::string> signals; ///< of all triggers
  std::vector<std::string> params;  ///< names of the triggers' own parameters
};

/// A dry run: signals must be named in a trigger and give the number 20220101.
class dry_run_functions final : public host_functions {
public:
  dry_run_functions(signal_names known, std::string environment)
    : known_(std::move(known)),
      environment_(std::move(environment)) {}

  result<model::value> call(std::string_view function,
                            const std::vector<std::string>& args) override;

private:
  signal_names known_;
  std::string environment_;
};

} // namespace tutti::params
