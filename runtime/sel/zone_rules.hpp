#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace date {

class time_zone;

} // namespace date

/// The system's tz data, read once per zone and kept; safe for any number of threads.
namespace tutti::sel {

/// A stretch of time with one offset, in milliseconds since 1970. Without end or begin the
/// largest or least number stands there.
struct zone_span {
  std::int64_t begin;
  std::int64_t end;
  std::int32_t offset; ///< milliseconds east
  bool summer;
  std::string abbreviation;
};

/// Null for an unknown name, or if its data cannot be read.
const date::time_zone* find_rules(std::string_view name);

zone_span span_at(const date::time_zone& rules, std::int64_t utc);

} // namespace tutti::sel
