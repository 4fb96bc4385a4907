#pragma once

#include "runtime/base/error.hpp"
#include "runtime/engine/template_use.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/params/evaluator.hpp"

namespace tutti::engine {

/// What a push or a validation finds out by trying, without storing anything (spec 02 §14.1):
/// merges and evaluates the workflow's parameters, parses its timeout, and merges the parameters
/// of its top-level steps. Error: bad_request in the words of the API, the cause in `details`.
/// Without `templates` there are no job templates.
status dry_run(const model::workflow_create_request& request,
               const params::expression_evaluator& language, const template_reader& templates = {});

} // namespace tutti::engine
