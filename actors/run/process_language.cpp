#include "actors/run/process_language.hpp"

#include "actors/run/process_budget.hpp"
#include "runtime/sel/evaluator.hpp"

namespace tutti::actors {

std::shared_ptr<const params::expression_evaluator> process_language() {
  static const std::shared_ptr<const params::expression_evaluator> one
    = sel::make_evaluator({process_budget(), {}});
  return one;
}

} // namespace tutti::actors
