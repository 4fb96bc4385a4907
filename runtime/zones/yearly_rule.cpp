#include "runtime/zones/yearly_rule.hpp"

#include <algorithm>

namespace tutti::zones {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;

class rule_reader {
public:
  explicit rule_reader(std::string_view x) : x_(x) {}

  std::optional<yearly_rule> read() {
    yearly_rule out;
    if (!name(out.winter_name) || !time(out.winter_offset) || !name(out.summer_name))
      return std::nullopt;
    out.winter_offset = -out.winter_offset;
    out.summer_offset = out.winter_offset + 3600;
    if (!x_.starts_with(',')) {
      if (!time(out.summer_offset))
        return std::nullopt;
      out.summer_offset = -out.summer_offset;
    }
    if (!turn(out.to_summer) || !turn(out.to_winter) || !x_.empty())
      return std::nullopt;
    return out;
  }

private:
  bool accept(char c) {
    if (!x_.starts_with(c))
      return false;
    x_.remove_prefix(1);
    return true;
  }

  bool name(std::string& out) {
    const auto quoted = accept('<');
    const auto end = quoted ? x_.find('>') : x_.find_first_of("+-0123456789,");
    if (end == 0 || end == std::string_view::npos)
      return false;
    out = x_.substr(0, end);
    x_.remove_prefix(end + (quoted ? 1 : 0));
    return true;
  }

  bool number(std::int32_t& out) {
    const auto digits = std::min(x_.find_first_not_of("0123456789"), x_.size());
    if (digits == 0 || digits > 4)
      return false;
    out = 0;
    for (auto c : x_.substr(0, digits))
      out = out * 10 + (c - '0');
    x_.remove_prefix(digits);
    return true;
  }

  /// Hours, maybe minutes and seconds, in seconds.
  bool time(std::int32_t& out) {
    const auto negative = accept('-');
    if (!negative)
      accept('+');
    std::int32_t part = 0;
    if (!number(part))
      return false;
    out = part * 3600;
    for (auto unit : {60, 1}) {
      if (!accept(':'))
        break;
      if (!number(part))
        return false;
      out += part * unit;
    }
    out = negative ? -out : out;
    return true;
  }

  bool turn(yearly_rule::turn& out) {
    return accept(',') && accept('M') && number(out.month) && accept('.') && number(out.week)
           && accept('.') && number(out.weekday) && out.month >= 1 && out.month <= 12
           && (!accept('/') || time(out.second));
  }

  std::string_view x_;
};

/// Days since 1970 of a date; years of any size, which those of `std::chrono` are not.
std::int64_t days_of(std::int64_t year, std::int32_t month, std::int32_t day) {
  const auto shifted = month <= 2 ? year - 1 : year; // years begin in March
  const auto era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const auto year_of_era = shifted - era * 400;
  const auto day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
         - 719'468;
}

/// The year, or one beside it.
std::int64_t year_near(std::int64_t epoch_s) {
  constexpr std::int64_t seconds_per_400_years = 146'097 * seconds_per_day;
  return 1970
         + static_cast<std::int64_t>(static_cast<double>(epoch_s) * 400
                                     / static_cast<double>(seconds_per_400_years));
}

/// Seconds since 1970 on the clock.
std::int64_t clock_of(const yearly_rule::turn& x, std::int64_t year) {
  const auto first = days_of(year, x.month, 1);
  const auto next = x.month == 12 ? days_of(year + 1, 1, 1) : days_of(year, x.month + 1, 1);
  const auto weekday = (first % 7 + 11) % 7; // of the first: 1970-01-01 was a Thursday
  auto day = first + (x.weekday - weekday + 7) % 7 + (x.week - 1) * 7;
  while (day >= next)
    day -= 7;
  return day * seconds_per_day + x.second;
}

} // namespace

zone_span span_by_rule(const yearly_rule& rule, std::int64_t epoch_s) {
  const auto year = year_near(epoch_s);
  zone_span out;
  for (auto y = year - 2; y <= year + 2; ++y)
    for (auto is_summer : {true, false}) {
      const auto turn = is_summer ? clock_of(rule.to_summer, y) - rule.winter_offset
                                  : clock_of(rule.to_winter, y) - rule.summer_offset;
      if (turn > epoch_s) {
        out.end_s = std::min(out.end_s, turn);
      } else if (turn > out.begin_s) {
        out.begin_s = turn;
        out.summer = is_summer;
      }
    }
  out.offset_s = out.summer ? rule.summer_offset : rule.winter_offset;
  out.abbreviation = out.summer ? rule.summer_name : rule.winter_name;
  return out;
}

std::optional<yearly_rule> parse_yearly_rule(std::string_view x) {
  return rule_reader{x}.read();
}

} // namespace tutti::zones
