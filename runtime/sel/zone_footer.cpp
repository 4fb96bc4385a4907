#include "runtime/sel/zone_footer.hpp"

#include "runtime/sel/calendar.hpp"

#include <algorithm>

namespace tutti::sel {

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

/// Seconds since 1970 on the clock.
std::int64_t clock_of(const yearly_rule::turn& x, std::int32_t year) {
  const auto first = days_of(year, x.month, 1);
  const auto next = x.month == 12 ? days_of(year + 1, 1, 1) : days_of(year, x.month + 1, 1);
  const auto weekday = (first % 7 + 11) % 7; // of the first: 1970-01-01 was a Thursday
  auto day = first + (x.weekday - weekday + 7) % 7 + (x.week - 1) * 7;
  while (day >= next)
    day -= 7;
  return day * seconds_per_day + x.second;
}

} // namespace

std::int64_t yearly_rule::summer_begins(std::int32_t year) const {
  return clock_of(to_summer, year) - winter_offset;
}

std::int64_t yearly_rule::winter_begins(std::int32_t year) const {
  return clock_of(to_winter, year) - summer_offset;
}

std::optional<yearly_rule> parse_yearly_rule(std::string_view x) {
  return rule_reader{x}.read();
}

} // namespace tutti::sel
