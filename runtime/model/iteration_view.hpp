#pragma once

#include "runtime/model/run_view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Iterations of nested loops as a flat list (spec 08 §3).
namespace tutti::model {

/// A leaf step in one iteration.
struct step_iteration {
  std::string workflow_id;
  std::string step_id;
  std::optional<std::string> iteration_rank;
  std::optional<std::string> step_attempt_seq;
  std::optional<step_instance_reference> leaf_step_instance_ref;
  std::optional<string_map> loop_params;
  std::optional<model::step_runtime_state> step_runtime_state;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;

  bool operator==(const step_iteration&) const = default;

  static constexpr auto fields() {
    using self = step_iteration;
    return std::make_tuple(field(1, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(2, "step_id", &self::step_id, emit::not_empty),
                           field(3, "iteration_rank", &self::iteration_rank),
                           field(4, "step_attempt_seq", &self::step_attempt_seq),
                           field(5, "leaf_step_instance_ref", &self::leaf_step_instance_ref),
                           field(6, "loop_params", &self::loop_params),
                           field(7, "step_runtime_state", &self::step_runtime_state),
                           field(8, "workflow_instance_id", &self::workflow_instance_id),
                           field(9, "workflow_run_id", &self::workflow_run_id));
  }
};

/// Iterations of a leaf step at a glance.
struct step_iterations_summary {
  std::optional<step_iteration> representative_iteration;
  std::optional<enum_map<step_status, std::int64_t>> count_by_status;
  std::optional<std::vector<std::int64_t>> range;
  std::optional<ordered_map<std::vector<std::string>>> loop_param_values;

  bool operator==(const step_iterations_summary&) const = default;

  static constexpr auto fields() {
    using self = step_iterations_summary;
    return std::make_tuple(field(1, "representative_iteration", &self::representative_iteration),
                           field(2, "count_by_status", &self::count_by_status),
                           field(3, "range", &self::range),
                           field(4, "loop_param_values", &self::loop_param_values));
  }
};

/// What a row is about.
struct iteration_key {
  std::int64_t initial_step_created_ms = 0;
  std::optional<std::string> iteration_rank;
  std::optional<std::string> leaf_workflow_id;
  std::string step_id;
  std::string workflow_id;
  std::int64_t workflow_instance_id = 0;
  std::int64_t workflow_run_id = 0;

  bool operator==(const iteration_key&) const = default;

  static constexpr auto fields() {
    using self = iteration_key;
    return std::make_tuple(field(1, "initial_step_created_ms", &self::initial_step_created_ms),
                           field(2, "iteration_rank", &self::iteration_rank),
                           field(3, "leaf_workflow_id", &self::leaf_workflow_id),
                           field(4, "step_id", &self::step_id, emit::not_empty),
                           field(5, "workflow_id", &self::workflow_id, emit::not_empty),
                           field(6, "workflow_instance_id", &self::workflow_instance_id),
                           field(7, "workflow_run_id", &self::workflow_run_id));
  }
};

/// A row of the flattened view (spec 08 §3.2).
struct iteration_row {
  std::optional<iteration_key> instance;
  std::int64_t run_id_validity_end = 0;
  std::optional<std::string> step_attempt_seq;
  std::optional<ordered_map<raw_json>> loop_parameters;
  std::optional<model::step_status> step_status;
  std::int32_t step_status_encoded = 0;
  std::int32_t step_status_priority = 0;
  std::optional<model::step_runtime_state> step_runtime_state;
  bool is_inserted_in_new_run = false;

  bool operator==(const iteration_row&) const = default;

  static constexpr auto fields() {
    using self = iteration_row;
    return std::make_tuple(field(1, "instance", &self::instance),
                           field(2, "run_id_validity_end", &self::run_id_validity_end),
                           field(3, "step_attempt_seq", &self::step_attempt_seq),
                           field(4, "loop_parameters", &self::loop_parameters),
                           field(5, "step_status", &self::step_status),
                           field(6, "step_status_encoded", &self::step_status_encoded),
                           field(7, "step_status_priority", &self::step_status_priority),
                           field(8, "step_runtime_state", &self::step_runtime_state),
                           field(9, "is_inserted_in_new_run", &self::is_inserted_in_new_run));
  }
};

} // namespace tutti::model
