#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace date {

class time_zone;

} // namespace date

/// The system's tz data, read once per zone and kept; safe for any number of threads. What an id
/// may look like, and what local times mean, is the business of those who use it.
namespace tutti::zones {

/// What is known of a zone; lives for ever.
using zone_rules = date::time_zone;

/// No change before or behind.
inline constexpr std::int64_t earliest_s = INT64_MIN;
inline constexpr std::int64_t latest_s = INT64_MAX;

/// A stretch of time with one offset, in seconds since 1970.
struct zone_span {
  std::int64_t begin_s = earliest_s;
  std::int64_t end_s = latest_s; ///< exclusive
  std::int32_t offset_s = 0;     ///< east of Greenwich
  bool summer = false;
  std::string abbreviation;
};

/// Null for a name that the data does not have, or if its data cannot be read.
const zone_rules* find_rules(std::string_view name);

/// The name that the data gives the rules: `US/Pacific` for itself.
std::string_view name_of(const zone_rules& rules);

/// The stretch around a moment of any year. Behind the changes that the data lists (up to 2037) its
/// yearly rule goes on for ever.
zone_span span_at(const zone_rules& rules, std::int64_t epoch_s);

} // namespace tutti::zones
