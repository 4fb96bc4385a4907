#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"
#include "runtime/model/instance.hpp"
#include "runtime/params/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Fields of definitions that may hold `${name}`; only workflow parameters count (spec 02 §13).
namespace tutti::params {

inline constexpr std::int64_t default_timeout_ms = 10LL * 24 * 3600 * 1000;
inline constexpr std::int64_t timeout_max_ms = 120LL * 24 * 3600 * 1000;

/// The text of a field with its references replaced. `instance`, if given, answers for the
/// parameters that the system derives.
result<std::string> field_text(const std::string& text, const model::param_map& workflow_params,
                               const instance_facts* instance = nullptr);

/// A timeout in milliseconds: more than 0, at most 120 days. Errors are `ec::unprocessable`.
result<std::int64_t> timeout_ms(const model::parsable_long& x,
                                const model::param_map& workflow_params,
                                const instance_facts* instance = nullptr);

struct resolved_retry {
  model::step_retry retry;      ///< counters at 0; every member of the back-off is a number
  std::optional<error> problem; ///< the policy is bad, and `retry` is the default
};

/// Limits and back-off of a step's first attempt, with defaults for what is not set (04b §5.3).
resolved_retry resolve_retry(const std::optional<model::retry_policy>& policy,
                             const model::param_map& workflow_params,
                             const instance_facts* instance = nullptr);

/// The retry rules of a step without a policy.
const model::step_retry& default_retry();

/// How long to wait before the next attempt, by the kind of failure and the retries consumed so
/// far. @pre `is_retryable(failure)`
std::int64_t backoff_ms(const model::step_retry& retry, model::step_status failure);

} // namespace tutti::params
