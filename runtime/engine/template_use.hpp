#pragma once

#include "runtime/engine/store_reader.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/job_template.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a step takes from its job template (spec 02 §6.6, 04b §10.6). Templates are for the types
/// whose work is outside: Kubernetes, notebook and HTTP as in Maestro, and shell.
namespace tutti::engine {

/// Finds a version of a template; nothing where there is none.
using template_reader = std::function<result<std::optional<model::job_template>>(
  std::string_view job_type, std::string_view version)>;

/// Templates among the rows of a shard.
template_reader templates_in(const row_reader& rows);

struct template_schema {
  std::string job_type;
  std::string version;
  model::param_map params; ///< of its ancestors and its own, and what the workflow's replace
  std::vector<model::tag> tags;
};

/// Whether a step may have a template at all.
bool takes_template(const model::step& step);

/// The template of a step with all that it inherits. Nothing if the step has none, or its template
/// does not exist. Bad request: it is of another step type, or inherits from itself.
/// `workflow_params` are evaluated, or null: then only the defaults are told.
result<std::optional<template_schema>> template_of(const model::step& step,
                                                   const model::param_map* workflow_params,
                                                   const template_reader& find);

/// The validators of the schema over evaluated params; the first that is broken is bad request.
/// `holds` evaluates a SEL condition with the param's value as `param`. `@NotNull`, `@NotEmpty` and
/// `@NotBlank` are known by name.
status check_template_params(const template_schema& schema, const model::param_map& evaluated,
                             const std::function<result<bool>(const std::string& condition,
                                                              const model::param& value)>& holds);

} // namespace tutti::engine
