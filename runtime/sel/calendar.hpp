#pragma once

#include <cstdint>
#include <string_view>

/// The ISO calendar on local milliseconds, as Joda-Time computes it: no zones here.
///
/// Failures: IllegalFieldValueException for a value out of its range, ArithmeticException for an
/// overflow of 64 bits.
namespace tutti::sel {

enum class date_field : std::uint8_t {
  era,
  century_of_era,
  year_of_era,
  year,
  weekyear,
  month_of_year,
  week_of_weekyear,
  day_of_year,
  day_of_month,
  day_of_week,
  halfday_of_day,
  hour_of_halfday,
  clockhour_of_halfday,
  clockhour_of_day,
  hour_of_day,
  minute_of_day,
  minute_of_hour,
  second_of_day,
  second_of_minute,
  millis_of_day,
  millis_of_second,
  // Fractions of a minute and an hour in texts.
  millis_of_minute,
  millis_of_hour
};

enum class date_unit : std::uint8_t {
  years,
  months,
  weeks,
  days,
  hours,
  minutes,
  seconds,
  millis
};

/// `dayOfWeek`.
std::string_view name_of(date_field x);

inline constexpr std::int64_t millis_per_second = 1'000;
inline constexpr std::int64_t millis_per_minute = 60'000;
inline constexpr std::int64_t millis_per_hour = 3'600'000;
inline constexpr std::int64_t millis_per_day = 86'400'000;
inline constexpr std::int32_t year_min = -292'275'054;
inline constexpr std::int32_t year_max = 292'278'993;

struct civil {
  std::int32_t year;
  std::int32_t month;
  std::int32_t day;
};

std::int64_t days_of(std::int64_t year, std::int32_t month, std::int32_t day);
civil civil_of(std::int64_t days);

/// Days since 1970-01-01, and the rest of the day.
std::int64_t day_of(std::int64_t local);
std::int64_t millis_in_day(std::int64_t local);

std::int32_t get(date_field what, std::int64_t local);
std::int32_t least(date_field what);
/// The largest value that the field can have in the period around `local`.
std::int32_t greatest(date_field what, std::int64_t local);
/// Without looking at a date.
std::int32_t greatest(date_field what);

std::int64_t set(date_field what, std::int64_t local, std::int32_t value);
std::int64_t round_floor(date_field what, std::int64_t local);

std::int64_t add(date_unit what, std::int64_t local, std::int64_t count);

std::int64_t safe_add(std::int64_t a, std::int64_t b);

/// Throws IllegalFieldValueException.
void check_value(date_field what, std::int32_t value, std::int32_t from, std::int32_t to);

/// US English text of a month, day of week, half day or era; empty for others.
std::string_view long_name(date_field what, std::int32_t value);
std::string_view short_name(date_field what, std::int32_t value);

} // namespace tutti::sel
