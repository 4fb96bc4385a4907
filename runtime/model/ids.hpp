#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Ids and names: their rules (spec 01 §13), and those that the engine makes up (04a §1, 04c §1).
namespace tutti::model {

inline constexpr std::size_t id_length_max = 128; ///< UTF-16 units
inline constexpr std::size_t name_length_max = 256;
inline constexpr std::string_view step_param_separator = "__";

/// The rules give nothing for a good text, else the first thing that is wrong with it, for
/// example `[maestro id] cannot be null or empty`.
std::optional<std::string> workflow_id_flaw(std::string_view id);
/// For step ids, param names, job template types and versions.
std::optional<std::string> reference_id_flaw(std::string_view id);
/// For tag names and the names of announced signals.
std::optional<std::string> name_flaw(std::string_view name);
/// For `workflow.name` and the `name` of steps.
std::optional<std::string> display_name_flaw(std::string_view name);

/// Length of a UTF-8 text in UTF-16 units.
std::size_t utf16_length(std::string_view text);

/// `[workflow_id][instance_id][run_id]`: flow reference and grouping key of a run.
std::string run_identity(std::string_view workflow_id, std::int64_t instance_id,
                         std::int64_t run_id);

/// `[step_id][attempt][step_uuid]`
std::string step_identity(std::string_view step_id, std::int64_t attempt,
                          std::string_view step_uuid);

/// Request ids of children, the same for each try to make them.
std::string subworkflow_request_id(std::string_view parent_identity,
                                   std::string_view parent_step_identity);
std::string foreach_request_id(std::string_view inline_workflow_id, std::int64_t foreach_run_id,
                               std::int64_t zero_based_index);
std::string while_request_id(std::string_view inline_workflow_id, std::int64_t iteration_id,
                             std::int64_t loop_run_id);

/// The name-based UUID (version 3) of the bytes of `name`.
std::string name_uuid(std::string_view name);

/// 0 when there are no groups, else the group of a run, below `group_info`.
std::int64_t group_of(std::string_view identity, std::int64_t group_info);

/// Base 62, least significant digit first. @pre `x > 0`
std::string hash_key(std::int64_t x);

/// Base 62 behind its number of digits: sorts as the numbers do. @pre `x > 0`
std::string range_key(std::int64_t x);

/// Where a loop step runs.
struct loop_place {
  std::int64_t internal_id = 0;       ///< of the workflow that is no loop body
  std::int64_t outer_instance_id = 0; ///< of the closest instance that is no loop body
  std::string step_id;
  std::int64_t instance_id = 0; ///< of the instance that holds the step
  std::string workflow_id;      ///< likewise
};

/// `maestro_foreach_<hash key>_<range key>_<md5>`
std::string foreach_workflow_id(const loop_place& at);
std::string while_workflow_id(const loop_place& at);

/// `maestro_foreach_<hash key>_`: all foreach loops of a definition begin with it.
std::string foreach_prefix(std::int64_t internal_id);
std::string while_prefix(std::int64_t internal_id);

/// Whether it is the workflow of a loop body.
bool is_inline_workflow_id(std::string_view workflow_id);

} // namespace tutti::model
