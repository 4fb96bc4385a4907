#pragma once

#include "runtime/base/error.hpp"

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

/// Cron expressions in two dialects: UNIX with 5 fields, Quartz with 6 or 7 (spec 07 §2).
namespace tutti::cron {

inline constexpr int year_first = 1970;
inline constexpr int year_last = 2099;

/// A rule for days that depends on the month.
enum class day_special : std::uint8_t {
  last_of_month,   ///< `L`, `L-3`: `number` days before the last one
  last_weekday,    ///< `LW`
  nearest_weekday, ///< `15W`: `number` is the day of the month
  last_of_week,    ///< `FRIL`: the last such weekday of the month
  nth_of_week,     ///< `FRI#3`: the `number`-th such weekday of the month
};

struct special_day {
  day_special what;
  int number = 0;
  int weekday = 0; ///< 0 = Sunday
};

/// The days on which an expression runs: a day counts if the days of the month or the weekdays
/// name it, as far as they are restricted.
struct day_rule {
  bool of_month = true;         ///< `month_days` and their specials count
  bool of_week = false;         ///< `weekdays` and their specials count
  std::uint32_t month_days = 0; ///< bits 1 to 31
  std::uint8_t weekdays = 0;    ///< bits 0 (Sunday) to 6
  std::vector<special_day> specials;

  /// Bits 1 to 31.
  std::uint32_t days_in(int year, unsigned month) const;
};

/// One expression without alternatives, as sets of values.
struct fields {
  std::uint64_t seconds = 1;
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint16_t months = 0; ///< bits 1 to 12
  day_rule days;
  /// Years count only in the Quartz dialect; there, bit 0 is 1970 and the last bit 2099.
  bool has_years = false;
  std::bitset<year_last - year_first + 1> years;

  bool allows_year(int year) const {
    if (!has_years)
      return true;
    return year >= year_first && year <= year_last
           && years.test(static_cast<std::size_t>(year - year_first));
  }
};

/// Runs whenever one of the alternatives does.
struct expression {
  std::vector<fields> alternatives; ///< not empty
};

/// Signs `|` in one expression; more are refused (ours), so that a search stays short.
inline constexpr std::size_t bars_max = 128;

/// Reads an expression: UNIX, else Quartz. `ec::bad_request` with the text that clients of the
/// original know, mostly that of the second dialect.
result<expression> parse(std::string_view text);

} // namespace tutti::cron
