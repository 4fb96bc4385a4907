#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/model/job_template.hpp"
#include "runtime/model/requests.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a request must fulfil beyond being readable (spec 01, 05 §1.6).
namespace tutti::model {

/// The defaults are those of spec 01 §14, except where 00 promises more.
struct limits {
  std::size_t request_bytes_max = 262'144;      ///< of the request written again
  std::size_t step_count_max = 1'000;           ///< nested steps and loops counted
  std::int64_t iteration_count_max = 1'000'000; ///< of one foreach or while
  std::int64_t foreach_concurrency_max = 500;
  std::int64_t concurrency_max = 1'000; ///< of steps and of workflow instances
  std::int64_t instance_step_concurrency_max = 999;
  std::int64_t depth_max = 10;                  ///< a child of this depth is refused
  std::int64_t leaf_step_count_max = 1'000'000; ///< in the tree of one instance
  std::size_t start_batch_max = 10;
  std::size_t run_param_count_max = 128;
  std::size_t params_text_max = 750'000;       ///< characters of evaluated params as JSON
  std::size_t description_length_max = 16'384; ///< UTF-16 units
  std::int64_t retry_max = 99;
  std::int64_t retry_wait_max_s = 86'400;
  std::int64_t timeout_max_ms = 120LL * 86'400'000;
  std::int64_t timeout_default_ms = 10LL * 86'400'000;
  std::int64_t trigger_interval_min_ms = 120'000;
  std::size_t signal_name_count_max = 8; ///< per signal trigger
  /// Cycles inside loops and expressions that do not parse are refused (spec 02 §14.1).
  bool strict_push = true;
};

/// All violations, each as `<java-style path> <text>`, for example
/// `workflow.steps[0].concurrency must be less than or equal to 500`. Time triggers, signals and
/// alerting are checked by the modules that know them.
std::vector<std::string> violations(const workflow_create_request& x, const limits& bounds = {});
std::vector<std::string> violations(const properties& x, const limits& bounds = {});
std::vector<std::string> violations(const workflow_start_request& x, const limits& bounds = {});
std::vector<std::string> violations(const workflow_instance_restart_request& x,
                                    const limits& bounds = {});
std::vector<std::string> violations(const step_instance_restart_request& x,
                                    const limits& bounds = {});

/// The first flaw of the steps of a workflow as a whole: number, ids, transitions, loop params.
std::optional<std::string> steps_flaw(const workflow& x, const limits& bounds = {});

std::vector<std::string> violations(const job_template_create_request& x,
                                    const limits& bounds = {});

/// `ec::bad_request` for duplicate ids, unknown successors of the top level, and cycles, inside of
/// loops only if `nested`:
/// `Invalid workflow definition [w], where DAG contains cycle: a -> b -> a`.
status check_graph(const workflow& x, bool nested = true);

/// The params of a retry policy in range; the text says `RetryPolicy: …`.
std::optional<std::string> retry_flaw(const retry_policy& x, const limits& bounds = {});

/// A timeout in range; one that depends on params is taken for good.
std::optional<std::string> timeout_flaw(const parsable_long& x, const limits& bounds = {});

/// Whether users may not give a run param of this name.
bool is_reserved_param(std::string_view name);

} // namespace tutti::model
