#pragma once

#include "runtime/params/evaluator.hpp"

#include <memory>

namespace tutti::actors {

/// The expression language with `process_budget`; one for the whole process, so that its users
/// share what is compiled.
std::shared_ptr<const params::expression_evaluator> process_language();

} // namespace tutti::actors
