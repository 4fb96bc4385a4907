#pragma once

#include "runtime/model/enum_map.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/model/unique_list.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Sums over the steps of a run and over the iterations of a loop (spec 04a §9, §10, 04c §3.3).
namespace tutti::model {

/// A number of leaf steps, and where they are: `workflow:run` to `instance:step:attempt`.
struct count_reference {
  std::int32_t cnt = 0;
  std::optional<ordered_map<std::vector<std::string>>> ref;

  bool operator==(const count_reference&) const = default;

  static constexpr auto fields() {
    using self = count_reference;
    return std::make_tuple(field(1, "cnt", &self::cnt), field(2, "ref", &self::ref));
  }
};

/// Leaf steps of the whole tree, over all runs.
struct workflow_rollup_overview {
  std::int64_t total_leaf_count = 0;
  std::optional<enum_map<step_status, count_reference>> overview;

  bool operator==(const workflow_rollup_overview&) const = default;

  static constexpr auto fields() {
    using self = workflow_rollup_overview;
    return std::make_tuple(field(1, "total_leaf_count", &self::total_leaf_count),
                           field(2, "overview", &self::overview));
  }
};

/// Steps of one status. JSON may also be the bare number.
/// A step is its ordinal in the DAG, its start and its end; a time may be absent.
struct step_status_summary {
  std::int64_t cnt = 0;
  std::optional<std::vector<std::vector<std::optional<std::int64_t>>>> steps;

  using own_json = void;

  bool operator==(const step_status_summary&) const = default;

  static constexpr auto fields() {
    using self = step_status_summary;
    return std::make_tuple(field(1, "cnt", &self::cnt), field(2, "steps", &self::steps));
  }
};

/// Steps of one run by status.
struct workflow_runtime_overview {
  std::int64_t total_step_count = 0;
  enum_map<step_status, step_status_summary> step_overview;
  std::optional<workflow_rollup_overview> rollup_overview;
  std::optional<model::run_status> run_status;

  bool operator==(const workflow_runtime_overview&) const = default;

  static constexpr auto fields() {
    using self = workflow_runtime_overview;
    return std::make_tuple(field(1, "total_step_count", &self::total_step_count),
                           field(2, "step_overview", &self::step_overview),
                           field(3, "rollup_overview", &self::rollup_overview),
                           field(4, "run_status", &self::run_status));
  }
};

/// The state of a step over all runs.
struct step_aggregated_view {
  std::optional<std::int64_t> workflow_run_id;
  std::optional<step_status> status;
  std::optional<std::int64_t> start_time;
  std::optional<std::int64_t> end_time;

  bool operator==(const step_aggregated_view&) const = default;

  static constexpr auto fields() {
    using self = step_aggregated_view;
    return std::make_tuple(field(1, "workflow_run_id", &self::workflow_run_id),
                           field(2, "status", &self::status),
                           field(3, "start_time", &self::start_time),
                           field(4, "end_time", &self::end_time));
  }
};

/// All steps over all runs.
struct workflow_instance_aggregated_info {
  std::optional<run_status> workflow_instance_status;
  ordered_map<step_aggregated_view> step_aggregated_views;

  bool operator==(const workflow_instance_aggregated_info&) const = default;

  static constexpr auto fields() {
    using self = workflow_instance_aggregated_info;
    return std::make_tuple(field(1, "workflow_instance_status", &self::workflow_instance_status),
                           field(2, "step_aggregated_views", &self::step_aggregated_views,
                                 emit::not_empty));
  }
};

/// Iterations `first` to `last`, both included. JSON: one number, or a list of both.
struct foreach_interval {
  std::int64_t first = 0;
  std::int64_t last = 0;

  using own_json = void;

  bool operator==(const foreach_interval&) const = default;

  static constexpr auto fields() {
    using self = foreach_interval;
    return std::make_tuple(field(1, "first", &self::first), field(2, "last", &self::last));
  }
};

/// Iterations by status.
struct foreach_details {
  enum_map<model::run_status, std::vector<foreach_interval>> by_status;

  using own_json = void;

  bool operator==(const foreach_details&) const = default;

  static constexpr auto fields() {
    using self = foreach_details;
    return std::make_tuple(field(1, "by_status", &self::by_status));
  }
};

/// Iterations of a foreach.
struct foreach_step_overview {
  std::int64_t checkpoint = 0;
  std::optional<enum_map<run_status, std::int64_t>> stats;
  std::optional<enum_map<run_status, std::int64_t>> running_stats;
  std::optional<workflow_rollup_overview> rollup;
  std::optional<workflow_rollup_overview> running_rollup;
  std::optional<foreach_details> details;
  std::optional<unique_list<std::int64_t>> restart_info;

  bool operator==(const foreach_step_overview&) const = default;

  static constexpr auto fields() {
    using self = foreach_step_overview;
    return std::make_tuple(
      field(1, "checkpoint", &self::checkpoint), field(2, "stats", &self::stats),
      field(3, "running_stats", &self::running_stats), field(4, "rollup", &self::rollup),
      field(5, "running_rollup", &self::running_rollup), field(6, "details", &self::details),
      field(7, "restart_info", &self::restart_info, emit::not_empty));
  }
};

} // namespace tutti::model
