#pragma once

#include "runtime/zones/zone_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::zones {

/// The rule of a zone for the years after those that its file lists, as POSIX writes it:
/// `PST8PDT,M3.2.0,M11.1.0`. Only rules with months and weekdays, which tz data uses.
struct yearly_rule {
  struct turn {
    std::int32_t month = 1;
    std::int32_t week = 1; ///< 5 = the last one
    std::int32_t weekday = 0;
    std::int32_t second = 7200; ///< of the day, in the time before the turn
  };

  std::int32_t winter_offset = 0; ///< seconds east
  std::int32_t summer_offset = 0;
  std::string winter_name;
  std::string summer_name;
  turn to_summer;
  turn to_winter;
};

/// Nothing if the text is no such rule, or one without summer time.
std::optional<yearly_rule> parse_yearly_rule(std::string_view x);

/// The half of the year around a moment.
/// @pre less than 2^53 seconds away from 1970
zone_span span_by_rule(const yearly_rule& rule, std::int64_t epoch_s);

} // namespace tutti::zones
