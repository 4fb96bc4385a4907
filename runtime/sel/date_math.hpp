#pragma once

#include "runtime/sel/calendar.hpp"
#include "runtime/sel/date_text.hpp"

#include <cstdint>

/// Dates with a zone, changed as Joda-Time changes them. Failures as in `calendar.hpp`.
namespace tutti::sel {

/// Hours and less are counted in real time, days and more on the clock of the zone.
moment plus(moment x, date_unit unit, std::int64_t count);

/// IllegalFieldValueException also where the zone's clock skips the result.
moment with_field(moment x, date_field what, std::int32_t value);

moment start_of_day(moment x);

/// The least or greatest value that a field can have; at a gap, the time before or after it.
moment with_least(moment x, date_field what);
moment with_greatest(moment x, date_field what);

/// IllegalInstantException in a gap.
std::int64_t instant_of(std::int64_t local, const zone& place);

/// Whole days on the clock of the first date's zone. ArithmeticException over 32 bits.
std::int32_t days_between(moment from, moment to);

} // namespace tutti::sel
