#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/definition.hpp"

#include <cstdint>
#include <string_view>

/// The fixed delay of a trigger with `fuzzy_max_delay` (spec 07 §5).
namespace tutti::cron {

/// The delay in whole seconds, below `bound_s`: always the same for the same names.
/// @pre `0 < bound_s < 2^31`
std::int64_t fixed_delay_s(std::string_view trigger_text, std::string_view workflow_id,
                           std::int64_t bound_s);

/// The bound of the delay in whole seconds; 0 = no delay, as for a text of digits only or with a
/// reference. A number counts as milliseconds. `ec::bad_request` where it is below a second.
result<std::int64_t> delay_bound_s(const model::parsable_long& x);

/// More than zero, at most 120 days; here a number counts as seconds. The bound of the delay is
/// looked at too.
status check_delay(const model::parsable_long& x);

} // namespace tutti::cron
