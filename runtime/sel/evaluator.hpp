#pragma once

#include "runtime/params/evaluator.hpp"
#include "runtime/sel/limits.hpp"
#include "runtime/sel/program_cache.hpp"

#include <memory>

namespace tutti::sel {

struct evaluator_options {
  budget with; ///< its functions are called by all threads that evaluate
  program_cache::bounds cache{};
};

/// The whole language behind the port of `params` (spec 03 §13). Errors have the details
/// `MaestroInvalidExpressionException` or `MaestroInternalError`, then those of `sel.hpp`. All
/// names that an expression mentions are resolved before it is evaluated, as the nesting of
/// evaluations would cost stack otherwise.
std::unique_ptr<const params::expression_evaluator> make_evaluator(evaluator_options options);

} // namespace tutti::sel
