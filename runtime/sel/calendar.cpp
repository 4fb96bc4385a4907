#include "runtime/sel/calendar.hpp"

#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace tutti::sel {

namespace {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t b) {
  return a - floor_div(a, b) * b;
}

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

std::int32_t days_in_month(std::int64_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

std::int32_t day_of_week(std::int64_t days) {
  return static_cast<std::int32_t>(floor_mod(days + 3, 7)) + 1;
}

/// The Monday of week 1.
std::int64_t first_week(std::int64_t weekyear) {
  const auto day = days_of(weekyear, 1, 4);
  return day - (day_of_week(day) - 1);
}

std::int64_t weekyear_of(std::int64_t days) {
  return civil_of(days + 4 - day_of_week(days)).year;
}

std::int32_t weeks_in(std::int64_t weekyear) {
  return static_cast<std::int32_t>((first_week(weekyear + 1) - first_week(weekyear)) / 7);
}

std::int32_t week_of(std::int64_t days) {
  return static_cast<std::int32_t>((days - first_week(weekyear_of(days))) / 7) + 1;
}

std::int32_t day_of_year(std::int64_t days) {
  return static_cast<std::int32_t>(days - days_of(civil_of(days).year, 1, 1)) + 1;
}

std::int64_t at_day(std::int64_t days, std::int64_t in_day) {
  constexpr auto day_max = std::numeric_limits<std::int64_t>::max() / millis_per_day;
  if (days > day_max - 1 || days < -day_max + 1)
    fail(label::arithmetic, "The calculation of a date caused an overflow");
  return days * millis_per_day + in_day;
}

std::int64_t with_civil(std::int64_t local, std::int64_t year, std::int32_t month,
                        std::int32_t day) {
  return at_day(days_of(year, month, std::min(day, days_in_month(year, month))),
                millis_in_day(local));
}

std::int64_t set_year(std::int64_t local, std::int32_t year) {
  const auto date = civil_of(day_of(local));
  return with_civil(local, year, date.month, date.day);
}

std::int64_t set_weekyear(std::int64_t local, std::int32_t year) {
  const auto days = day_of(local);
  if (weekyear_of(days) == year)
    return local;
  const auto week = std::min(week_of(days), weeks_in(year));
  return at_day(first_week(year) + (week - 1) * 7 + day_of_week(days) - 1, millis_in_day(local));
}

/// A field of constant length within a range of constant length.
struct precise {
  std::int64_t unit;
  std::int64_t range;
};

precise precise_of(date_field what) {
  constexpr auto half = millis_per_day / 2;
  switch (what) {
    case date_field::halfday_of_day:
      return {half, millis_per_day};
    case date_field::hour_of_halfday:
    case date_field::clockhour_of_halfday:
      return {millis_per_hour, half};
    case date_field::hour_of_day:
    case date_field::clockhour_of_day:
      return {millis_per_hour, millis_per_day};
    case date_field::minute_of_day:
      return {millis_per_minute, millis_per_day};
    case date_field::minute_of_hour:
      return {millis_per_minute, millis_per_hour};
    case date_field::second_of_day:
      return {millis_per_second, millis_per_day};
    case date_field::second_of_minute:
      return {millis_per_second, millis_per_minute};
    case date_field::millis_of_day:
      return {1, millis_per_day};
    case date_field::millis_of_second:
      return {1, millis_per_second};
    case date_field::millis_of_minute:
      return {1, millis_per_minute};
    case date_field::millis_of_hour:
      return {1, millis_per_hour};
    default:
      return {millis_per_day, 7 * millis_per_day};
  }
}

/// Counts from 1: zero is written as the largest value.
bool counts_from_one(date_field x) {
  return x == date_field::clockhour_of_halfday || x == date_field::clockhour_of_day;
}

std::int32_t get_precise(date_field what, std::int64_t local) {
  const auto [unit, range] = precise_of(what);
  const auto out = static_cast<std::int32_t>(floor_mod(local, range) / unit);
  return out == 0 && counts_from_one(what) ? static_cast<std::int32_t>(range / unit) : out;
}

std::int64_t set_precise(date_field what, std::int64_t local, std::int32_t value) {
  const auto [unit, range] = precise_of(what);
  const auto count = static_cast<std::int32_t>(range / unit);
  if (counts_from_one(what) && value == count)
    value = 0;
  const auto old = floor_mod(local, range) / unit;
  return safe_add(local, (value - old) * unit);
}

} // namespace

std::string_view name_of(date_field x) {
  constexpr std::string_view names[] = {"era",
                                        "centuryOfEra",
                                        "yearOfEra",
                                        "year",
                                        "weekyear",
                                        "monthOfYear",
                                        "weekOfWeekyear",
                                        "dayOfYear",
                                        "dayOfMonth",
                                        "dayOfWeek",
                                        "halfdayOfDay",
                                        "hourOfHalfday",
                                        "clockhourOfHalfday",
                                        "clockhourOfDay",
                                        "hourOfDay",
                                        "minuteOfDay",
                                        "minuteOfHour",
                                        "secondOfDay",
                                        "secondOfMinute",
                                        "millisOfDay",
                                        "millisOfSecond",
                                        "millisOfSecond",
                                        "millisOfSecond"};
  return names[static_cast<std::size_t>(x)];
}

std::int64_t days_of(std::int64_t year, std::int32_t month, std::int32_t day) {
  year -= month <= 2 ? 1 : 0;
  const auto era = floor_div(year, 400);
  const auto year_of_era = year - era * 400;
  const std::int64_t day_in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const auto day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_in_year;
  return era * 146097 + day_of_era - 719468;
}

civil civil_of(std::int64_t days) {
  days += 719468;
  const auto era = floor_div(days, 146097);
  const auto day_of_era = days - era * 146097;
  const auto year_of_era
    = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const auto day_in_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto shifted = (5 * day_in_year + 2) / 153;
  const auto day = day_in_year - (153 * shifted + 2) / 5 + 1;
  const auto month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)),
          static_cast<std::int32_t>(month), static_cast<std::int32_t>(day)};
}

std::int64_t day_of(std::int64_t local) {
  return floor_div(local, millis_per_day);
}

std::int64_t millis_in_day(std::int64_t local) {
  return floor_mod(local, millis_per_day);
}

std::int32_t get(date_field what, std::int64_t local) {
  const auto days = day_of(local);
  const auto year = [&] { return civil_of(days).year; };
  switch (what) {
    case date_field::era:
      return year() > 0 ? 1 : 0;
    case date_field::century_of_era:
      return std::abs(year()) / 100;
    case date_field::year_of_era:
      return year() > 0 ? year() : 1 - year();
    case date_field::year:
      return year();
    case date_field::weekyear:
      return static_cast<std::int32_t>(weekyear_of(days));
    case date_field::month_of_year:
      return civil_of(days).month;
    case date_field::week_of_weekyear:
      return week_of(days);
    case date_field::day_of_year:
      return day_of_year(days);
    case date_field::day_of_month:
      return civil_of(days).day;
    case date_field::day_of_week:
      return day_of_week(days);
    default:
      return get_precise(what, local);
  }
}

std::int32_t least(date_field what) {
  switch (what) {
    case date_field::year:
    case date_field::weekyear:
      return year_min;
    case date_field::year_of_era:
    case date_field::month_of_year:
    case date_field::week_of_weekyear:
    case date_field::day_of_year:
    case date_field::day_of_month:
    case date_field::day_of_week:
    case date_field::clockhour_of_halfday:
    case date_field::clockhour_of_day:
      return 1;
    default:
      return 0;
  }
}

std::int32_t greatest(date_field what) {
  switch (what) {
    case date_field::era:
      return 1;
    case date_field::century_of_era:
      return year_max / 100;
    case date_field::year:
    case date_field::weekyear:
    case date_field::year_of_era:
      return year_max;
    case date_field::month_of_year:
      return 12;
    case date_field::week_of_weekyear:
      return 53;
    case date_field::day_of_year:
      return 366;
    case date_field::day_of_month:
      return 31;
    case date_field::day_of_week:
      return 7;
    default: {
      const auto [unit, range] = precise_of(what);
      return static_cast<std::int32_t>(range / unit) - (counts_from_one(what) ? 0 : 1);
    }
  }
}

std::int32_t greatest(date_field what, std::int64_t local) {
  const auto days = day_of(local);
  const auto date = civil_of(days);
  switch (what) {
    case date_field::week_of_weekyear:
      return weeks_in(weekyear_of(days));
    case date_field::day_of_year:
      return is_leap(date.year) ? 366 : 365;
    case date_field::day_of_month:
      return days_in_month(date.year, date.month);
    default:
      return greatest(what);
  }
}

void check_value(date_field what, std::int32_t value, std::int32_t from, std::int32_t to) {
  if (value < from || value > to)
    fail(label::field_value, "Value " + std::to_string(value) + " for " + std::string{name_of(what)}
                               + " must be in the range [" + std::to_string(from) + ","
                               + std::to_string(to) + "]");
}

std::int64_t set(date_field what, std::int64_t local, std::int32_t value) {
  const auto limit = greatest(what, local);
  check_value(what, value, what == date_field::weekyear ? -limit : least(what), limit);
  const auto date = civil_of(day_of(local));
  switch (what) {
    case date_field::era:
      return (date.year > 0) == (value == 1) ? local : set_year(local, -date.year);
    case date_field::century_of_era: {
      const auto year = value * 100 + std::abs(date.year) % 100;
      check_value(date_field::year, year, 0, year_max);
      return set_year(local, date.year < 0 ? -year : year);
    }
    case date_field::year_of_era:
      return set_year(local, date.year > 0 ? value : 1 - value);
    case date_field::year:
      return set_year(local, value);
    case date_field::weekyear:
      return set_weekyear(local, value);
    case date_field::month_of_year:
      return with_civil(local, date.year, value, date.day);
    case date_field::week_of_weekyear:
    case date_field::day_of_year:
    case date_field::day_of_month:
    case date_field::day_of_week: {
      const auto step = what == date_field::week_of_weekyear ? 7 : 1;
      return safe_add(local, (value - get(what, local)) * step * millis_per_day);
    }
    default:
      return set_precise(what, local, value);
  }
}

std::int64_t round_floor(date_field what, std::int64_t local) {
  const auto days = day_of(local);
  const auto date = civil_of(days);
  switch (what) {
    case date_field::era:
      return date.year > 0 ? at_day(days_of(1, 1, 1), 0) : std::numeric_limits<std::int64_t>::min();
    case date_field::century_of_era: {
      const auto year = std::abs(date.year) / 100 * 100;
      return at_day(days_of(date.year < 0 ? -year : year, 1, 1), 0);
    }
    case date_field::year_of_era:
    case date_field::year:
      return at_day(days_of(date.year, 1, 1), 0);
    case date_field::weekyear:
      return at_day(first_week(weekyear_of(days)), 0);
    case date_field::month_of_year:
      return at_day(days_of(date.year, date.month, 1), 0);
    case date_field::week_of_weekyear:
      return at_day(days - (day_of_week(days) - 1), 0);
    case date_field::day_of_year:
    case date_field::day_of_month:
    case date_field::day_of_week:
      return at_day(days, 0);
    default:
      return local - floor_mod(local, precise_of(what).unit);
  }
}

std::int64_t safe_add(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_add_overflow(a, b, &out))
    fail(label::arithmetic,
         "The calculation caused an overflow: " + std::to_string(a) + " + " + std::to_string(b));
  return out;
}

std::int64_t add(date_unit what, std::int64_t local, std::int64_t count) {
  if (count == 0)
    return local;
  if (what == date_unit::years) {
    const auto year = civil_of(day_of(local)).year + count;
    if (year != static_cast<std::int32_t>(year))
      fail(label::arithmetic, "The calculation of a year caused an overflow");
    return set(date_field::year, local, static_cast<std::int32_t>(year));
  }
  if (what == date_unit::months) {
    const auto date = civil_of(day_of(local));
    const auto months = date.year * std::int64_t{12} + date.month - 1 + count;
    return with_civil(local, floor_div(months, 12),
                      static_cast<std::int32_t>(floor_mod(months, 12)) + 1, date.day);
  }
  constexpr std::int64_t units[] = {7 * millis_per_day, millis_per_day,    millis_per_hour,
                                    millis_per_minute,  millis_per_second, 1};
  return safe_add(local, count * units[static_cast<int>(what) - 2]);
}

std::string_view long_name(date_field what, std::int32_t value) {
  constexpr std::string_view months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
  constexpr std::string_view days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
  if (what == date_field::month_of_year)
    return months[value - 1];
  if (what == date_field::day_of_week)
    return days[value - 1];
  if (what == date_field::halfday_of_day)
    return value == 0 ? "AM" : "PM";
  return what != date_field::era ? std::string_view{} : value == 0 ? "BC" : "AD";
}

std::string_view short_name(date_field what, std::int32_t value) {
  const auto name = long_name(what, value);
  return what == date_field::month_of_year || what == date_field::day_of_week ? name.substr(0, 3)
                                                                              : name;
}

} // namespace tutti::sel
