#include "runtime/params/evaluator.hpp"

namespace tutti::params {

const expression_evaluator& default_evaluator() {
  return basic_evaluator();
}

} // namespace tutti::params
