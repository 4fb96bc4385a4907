#include "runtime/cron/next_run.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

namespace tutti::cron {

namespace {

namespace ch = std::chrono;
using optional_time = std::optional<std::int64_t>;

constexpr std::int64_t first_second = -62'135'596'800; // 0001-01-01
constexpr std::int64_t second_of_day = 86'400;
constexpr std::int64_t hour_s = 3600;
constexpr int years_searched = 100;
constexpr int none = -1;

/// The first bit at or above `from` that is set, or `none`.
int next_bit(std::uint64_t bits, int from) {
  if (from > 63)
    return none;
  auto rest = bits >> from << from;
  return rest == 0 ? none : std::countr_zero(rest);
}

/// The first second of the day at or after `from` that matches, or `none`.
int next_in_day(const fields& x, int from) {
  int hour = from / 3600;
  int minute = from / 60 % 60;
  int second = from % 60;
  auto match = next_bit(x.hours, hour);
  while (match != none) {
    if (match != hour)
      minute = second = 0;
    hour = match;
    auto found = next_bit(x.minutes, minute);
    if (found != none && found != minute)
      second = 0;
    auto tail = found == none ? none : next_bit(x.seconds, second);
    if (found != none && tail == none) {
      found = next_bit(x.minutes, found + 1);
      tail = found == none ? none : next_bit(x.seconds, 0);
    }
    if (tail != none)
      return hour * 3600 + found * 60 + tail;
    match = next_bit(x.hours, hour + 1);
  }
  return none;
}

/// A search over wall clock time in one month.
optional_time next_in_month(const fields& x, int year, unsigned month, int from_day,
                            int from_second) {
  auto days = x.days.days_in(year, month);
  for (auto day = next_bit(days, from_day); day != none; day = next_bit(days, day + 1)) {
    auto second = next_in_day(x, day == from_day ? from_second : 0);
    if (second == none)
      continue;
    auto first = ch::sys_days{ch::year{year} / ch::month{month} / 1};
    return (first.time_since_epoch().count() + day - 1) * second_of_day + second;
  }
  return std::nullopt;
}

/// The first wall clock time at or after `from` and before `end` that matches.
optional_time next_local(const fields& x, std::int64_t from, std::int64_t end) {
  auto day = ch::floor<ch::days>(ch::sys_seconds{ch::seconds{from}});
  auto date = ch::year_month_day{day};
  auto year = static_cast<int>(date.year());
  auto month = static_cast<unsigned>(date.month());
  auto from_day = static_cast<int>(static_cast<unsigned>(date.day()));
  auto from_second = static_cast<int>(from - day.time_since_epoch().count() * second_of_day);
  auto last = ch::year_month_day{ch::floor<ch::days>(ch::sys_seconds{ch::seconds{end}})};
  for (; year <= static_cast<int>(last.year()); ++year, month = 1, from_day = 1, from_second = 0) {
    if (!x.allows_year(year))
      continue;
    for (; month <= 12; ++month, from_day = 1, from_second = 0) {
      if (ch::year{year} / ch::month{month} > last.year() / last.month())
        return std::nullopt;
      if (((x.months >> month) & 1U) == 0)
        continue;
      auto found = next_in_month(x, year, month, from_day, from_second);
      if (found)
        return *found < end ? found : std::nullopt;
    }
  }
  return std::nullopt;
}

/// The end of the search: local times of later years are not looked at.
std::int64_t search_end(const fields& x, std::int64_t from_s) {
  auto date = ch::year_month_day{ch::floor<ch::days>(ch::sys_seconds{ch::seconds{from_s}})};
  auto year = static_cast<int>(date.year()) + years_searched + 1;
  if (x.has_years)
    year = std::min(year, year_last + 1);
  auto end = ch::sys_days{ch::year{year} / 1 / 2}.time_since_epoch().count() * second_of_day;
  return std::min(end, end_of_time_s);
}

class search {
public:
  search(const fields& x, const zone& where, std::int64_t from_s)
    : x_(x),
      where_(where),
      end_s_(search_end(x, from_s)) {}

  /// The first instant at or after `from_s` whose wall clock time matches, in both passes of an
  /// overlap. Stretches of one offset are looked at one by one.
  optional_time at_or_after(std::int64_t from_s) const {
    while (from_s < end_s_) {
      auto span = where_.span_at(from_s);
      auto end = std::min(span.end_s, end_s_);
      auto found = next_local(x_, from_s + span.offset_s, end + span.offset_s);
      if (found)
        return *found - span.offset_s;
      from_s = std::max(end, from_s + 1);
    }
    return std::nullopt;
  }

  optional_time after(std::int64_t after_s) const {
    auto found = at_or_after(after_s);
    if (!found || *found != after_s)
      return found;
    found = at_or_after(after_s + 1);
    if (!found || offset_at(*found) >= offset_at(after_s))
      return found;
    // The clock was turned back in between: a run that is not repeated within the hour is not
    // repeated in the second pass.
    auto following = at_or_after(*found + 1);
    if (following && *following - *found >= 2 * hour_s)
      return at_or_after(after_s + 1 + hour_s);
    return found;
  }

private:
  std::int64_t offset_at(std::int64_t epoch_s) const { return where_.span_at(epoch_s).offset_s; }

  const fields& x_;
  const zone& where_;
  std::int64_t end_s_;
};

} // namespace

std::optional<std::int64_t> next_run(const expression& x, const zone& where,
                                     std::int64_t after_ms) {
  auto after_s = std::max(after_ms / 1000 - (after_ms % 1000 < 0 ? 1 : 0), first_second);
  if (after_s >= end_of_time_s)
    return std::nullopt;
  optional_time out;
  for (const auto& one : x.alternatives) {
    auto found = search{one, where, after_s}.after(after_s);
    if (found && (!out || *found < *out))
      out = found;
  }
  return out ? optional_time{*out * 1000} : std::nullopt;
}

std::vector<std::int64_t> next_runs(const expression& x, const zone& where, std::int64_t after_ms,
                                    std::size_t count) {
  std::vector<std::int64_t> out;
  while (out.size() < count) {
    auto next = next_run(x, where, after_ms);
    if (!next)
      break;
    out.push_back(*next);
    after_ms = *next;
  }
  return out;
}

} // namespace tutti::cron
