#include "runtime/cron/expression.hpp"

#include <chrono>

namespace tutti::cron {

namespace {

/// A month by its number of days and the weekday of its first day.
struct month_shape {
  int length;
  int first_weekday;

  int weekday(int day) const { return (first_weekday + day - 1) % 7; }
};

month_shape shape_of(int year, unsigned month) {
  namespace ch = std::chrono;
  auto ym = ch::year{year} / ch::month{month};
  auto last = ch::year_month_day{ym / ch::last};
  auto first = ch::weekday{ch::sys_days{ym / 1}};
  return {static_cast<int>(static_cast<unsigned>(last.day())),
          static_cast<int>(first.c_encoding())};
}

constexpr int sunday = 0;
constexpr int saturday = 6;

/// A Saturday goes to the Friday before, the first of the month to Monday the third; a Sunday goes
/// to the Monday after, the last of the month stays.
int nearest_weekday(const month_shape& month, int day) {
  if (day > month.length)
    return 0;
  if (month.weekday(day) == saturday)
    return day == 1 ? 3 : day - 1;
  if (month.weekday(day) == sunday && day < month.length)
    return day + 1;
  return day;
}

int last_weekday(const month_shape& month) {
  auto last = month.weekday(month.length);
  return month.length - (last == saturday ? 1 : last == sunday ? 2 : 0);
}

/// The day of the month, 0 for none.
int day_of(const special_day& x, const month_shape& month) {
  switch (x.what) {
    case day_special::last_of_month:
      return month.length - x.number;
    case day_special::last_weekday:
      return last_weekday(month);
    case day_special::nearest_weekday:
      return nearest_weekday(month, x.number);
    case day_special::last_of_week:
      return month.length - (month.weekday(month.length) - x.weekday + 7) % 7;
    case day_special::nth_of_week:
      return 1 + (x.weekday - month.first_weekday + 7) % 7 + 7 * (x.number - 1);
  }
  return 0;
}

} // namespace

std::uint32_t day_rule::days_in(int year, unsigned month) const {
  auto shape = shape_of(year, month);
  std::uint32_t out = of_month ? month_days : 0;
  if (of_week)
    for (int day = 1; day <= shape.length; ++day)
      if ((weekdays >> shape.weekday(day)) & 1U)
        out |= 1U << day;
  for (const auto& x : specials) {
    auto day = day_of(x, shape);
    if (day >= 1 && day <= shape.length)
      out |= 1U << day;
  }
  auto all = (std::uint64_t{2} << shape.length) - 2;
  return out & static_cast<std::uint32_t>(all);
}

} // namespace tutti::cron
