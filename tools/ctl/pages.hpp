#pragma once

#include "tools/ctl/json_view.hpp"
#include "tools/ctl/text.hpp"

#include <cstdint>
#include <string>

/// Answers of the server as text for people. Pure: what is now is an argument.
namespace tutti::ctl {

/// Answer of `GET /api/v3/instances`.
std::string active_runs_page(const json_value& answer, std::int64_t now_ms, const look& how);

/// Answer of `GET /api/v3/workflows`.
std::string workflows_page(const json_value& answer, const look& how);

/// A `WorkflowInstance` with its aggregate.
std::string instance_page(const json_value& instance, std::int64_t now_ms, const look& how);

/// A `StepInstance`.
std::string step_page(const json_value& step, std::int64_t now_ms, const look& how);

/// A `WorkflowDefinition`.
std::string definition_page(const json_value& definition, const look& how);

/// An overview of a workflow that has never run.
std::string overview_page(const json_value& overview, const look& how);

/// Answer of `…/why`. With a step id, only what concerns that step.
std::string why_page(const json_value& answer, const std::string& step_id, std::int64_t now_ms,
                     const look& how);

/// Answer of `GET /api/v3/node`: any object.
std::string node_page(const json_value& answer, const look& how);

/// The evaluated value of a param, or its literal or expression, in one line.
std::string param_text(const json_value& param);

} // namespace tutti::ctl
