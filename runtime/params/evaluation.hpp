#pragma once

#include "runtime/params/defaults.hpp"
#include "runtime/params/evaluator.hpp"
#include "runtime/params/facts.hpp"

#include <functional>
#include <optional>
#include <vector>

/// Evaluates the parameters of one level, on demand and in order (spec 02 §7).
namespace tutti::params {

/// A parameter of a step that has completed in this run, or null.
using upstream_lookup
  = std::function<const model::param*(std::string_view step_id, std::string_view name)>;

/// What names can mean.
struct surroundings {
  const instance_facts* instance = nullptr;
  const step_facts* step = nullptr;                  ///< null at workflow level
  const model::param_map* workflow_params = nullptr; ///< evaluated; at step level
  const upstream_lookup* upstream = nullptr;         ///< may be null
  host_functions* host = nullptr;                    ///< may be null
  const expression_evaluator* evaluator = nullptr;
  std::int64_t now = 0;
};

/// One evaluation of one map. The map must not change its shape meanwhile.
class evaluation final : public scope {
public:
  /// May evaluate what is not evaluated yet.
  evaluation(model::param_map& own, const surroundings& around)
    : own_(&own),
      writable_(&own),
      around_(around) {}

  /// Only reads. `own` may be null.
  evaluation(const model::param_map* own, const surroundings& around)
    : own_(own),
      around_(around) {}

  status evaluate_all();

  /// Evaluates an expression that is no parameter of the map, under the name `name`.
  result<model::value> evaluate_expression(std::string_view name, std::string_view expression);

  result<model::value> resolve(std::string_view name) override;
  result<model::value> call(std::string_view function,
                            const std::vector<std::string>& args) override;
  /// What `params` holds beside the names that the expression mentions: at step level, the
  /// parameters of the workflow.
  std::optional<model::value> in_params(std::string_view name) override;

  std::int64_t now() const override { return around_.now; }

private:
  status evaluate(std::string_view name, model::param& x);
  error cyclic(std::string_view name) const;
  result<model::value> run_expression(std::string_view name, std::string_view expression);
  result<model::value> raw_result(std::string_view name, const model::param& x);
  result<model::value> literal_result(const model::value& x);
  result<model::value> map_result(const model::param_map& entries);

  result<model::value> resolve_in_workflow(std::string_view name);
  result<model::value> resolve_in_step(std::string_view name);
  result<model::value> default_value(const system_default& x);
  /// A parameter of the map, evaluated if it is not yet.
  result<model::value> own_value(std::string_view name, const model::param& x);
  result<model::value> across_steps(std::string_view name);
  result<model::value> step_param(std::string_view step_id, std::string_view name);
  const model::param* upstream_param(std::string_view step_id, std::string_view name) const;
  result<model::value> from_signal(std::string_view signal, std::string_view name);
  result<model::value> ask_host(std::string_view function, const std::vector<std::string>& args);

  std::string_view current() const { return chain_.empty() ? std::string_view{} : chain_.back(); }

  const model::param_map* own_ = nullptr;
  model::param_map* writable_ = nullptr;
  const surroundings& around_;
  std::vector<std::string_view> chain_; ///< what is being evaluated, outermost first
};

} // namespace tutti::params
