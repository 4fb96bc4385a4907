#pragma once

#include "runtime/sel/cell.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// What the language knows by name (spec 03 §8).
namespace tutti::sel {

/// Methods and fields, in the order of their names.
// clang-format off
enum class method : std::uint16_t {
  unknown,
  sunday, utc, as_list, compare_to, contains, contains_key, current_time_millis,
  date_int_hour_to_ts, date_int_to_ts, date_ints_between, day_of_month, day_of_week, day_of_year,
  days_between, ends_with, equals, escape, for_id, for_pattern, format, get, get_as_text,
  get_day_of_month, get_day_of_week, get_day_of_year, get_days, get_hour_of_day, get_millis,
  get_millis_of_day, get_millis_of_second, get_minute_of_day, get_minute_of_hour,
  get_month_of_year, get_offset, get_or_default, get_second_of_day, get_second_of_minute,
  get_week_of_weekyear, get_weekyear, get_year, hour_of_day, increment_date_int, int_value,
  ints_between, is_after, is_before, is_empty, is_equal, join, last_index_of, length, long_value,
  max, millis_of_day, millis_of_second, min, minus_days, minus_hours, minus_millis,
  minus_minutes, minus_months, minus_seconds, minus_weeks, minus_years, minute_of_day,
  minute_of_hour, month_of_year, parse, parse_date_time, parse_double, parse_long, parse_millis,
  plus_days, plus_hours, plus_millis, plus_minutes, plus_months, plus_seconds, plus_weeks,
  plus_years, pow, print, put, random, random_uuid, replace, replace_all, second_of_day,
  second_of_minute, size, split, starts_with, substring, timeout_for_date_int_deadline,
  timeout_for_date_time_deadline, to_date_time, to_json, to_lower_case, to_string, to_upper_case,
  trim, ts_to_date_int, value_of, week_of_weekyear, weekyear, with_day_of_month,
  with_day_of_week, with_day_of_year, with_hour_of_day, with_maximum_value, with_millis_of_day,
  with_millis_of_second, with_minimum_value, with_minute_of_hour, with_month_of_year,
  with_second_of_minute, with_time_at_start_of_day, with_week_of_weekyear, with_weekyear,
  with_year, with_zone
};
// clang-format on

/// `unknown` if there is none of that name.
method method_named(std::string_view name);

/// The kind of an object with the name of a class, `params` not among them.
std::optional<type> class_named(std::string_view name);

/// The type that a declaration or `new` may name.
std::optional<type> type_named(std::string_view name);

} // namespace tutti::sel
