#include "runtime/model/time_trigger_date.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace tutti::model {

namespace {

constexpr std::int64_t ms_per_minute = 60'000;
constexpr std::int64_t ms_per_day = 86'400'000;

struct zone {
  std::string_view name;
  int minutes; ///< east of Greenwich
};

constexpr std::array zones{
  zone{"UTC", 0},     zone{"GMT", 0},     zone{"PST", -480}, zone{"PDT", -420}, zone{"MST", -420},
  zone{"MDT", -360},  zone{"CST", -360},  zone{"CDT", -300}, zone{"EST", -300}, zone{"EDT", -240},
  zone{"AKST", -540}, zone{"AKDT", -480}, zone{"HST", -600}, zone{"WET", 0},    zone{"WEST", 60},
  zone{"BST", 60},    zone{"CET", 60},    zone{"CEST", 120}, zone{"EET", 120},  zone{"EEST", 180},
  zone{"MSK", 180},   zone{"IST", 330},   zone{"JST", 540},  zone{"KST", 540}};

/// One number of the pattern, and the sign after it.
struct part {
  std::size_t width;
  std::int64_t min;
  std::int64_t max;
  char end; ///< 0: nothing
};

constexpr std::array parts{part{2, 1, 12, '-'}, part{2, 1, 31, '-'}, part{4, 1, 9999, ' '},
                           part{2, 1, 12, ':'}, part{2, 0, 59, ':'}, part{2, 0, 59, '.'},
                           part{3, 0, 999, 0}};

constexpr std::size_t digit_count_max = 9;

std::optional<std::int64_t> take_number(std::string_view& text, const part& p, date_reading how) {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9')
    ++n;
  if (n == 0 || n > digit_count_max || (how == date_reading::exact && n != p.width))
    return std::nullopt;
  std::int64_t x = 0;
  std::from_chars(text.data(), text.data() + n, x);
  text.remove_prefix(n);
  if (how == date_reading::exact && (x < p.min || x > p.max))
    return std::nullopt;
  if (p.end != 0) {
    if (text.empty() || text.front() != p.end)
      return std::nullopt;
    text.remove_prefix(1);
  }
  return x;
}

/// `+1`, `+01:00`, `-0800`, as minutes.
std::optional<int> offset_minutes(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-'))
    return std::nullopt;
  auto sign = text[0] == '-' ? -1 : 1;
  std::string digits;
  for (auto c : text.substr(1)) {
    if (c == ':')
      continue;
    if (c < '0' || c > '9' || digits.size() == 4)
      return std::nullopt;
    digits += c;
  }
  if (digits.empty())
    return std::nullopt;
  if (digits.size() <= 2)
    digits += "00";
  auto number = std::stoi(digits);
  auto minutes = number / 100 * 60 + number % 100;
  if (number / 100 > 23 || number % 100 > 59)
    return std::nullopt;
  return sign * minutes;
}

std::optional<int> zone_minutes(std::string_view text) {
  for (const auto& x : zones)
    if (x.name == text)
      return x.minutes;
  if (text.starts_with("GMT"))
    text.remove_prefix(3);
  return offset_minutes(text);
}

std::int64_t days_from(std::int64_t year, std::int64_t month, std::int64_t day) {
  auto months = year * 12 + month - 1;
  using namespace std::chrono;
  auto first = std::chrono::year{static_cast<int>(months / 12)}
               / std::chrono::month{static_cast<unsigned>(months % 12 + 1)} / std::chrono::day{1};
  return sys_days{first}.time_since_epoch().count() + day - 1;
}

bool in_calendar(std::int64_t year, std::int64_t month, std::int64_t day) {
  return (std::chrono::year{static_cast<int>(year)}
          / std::chrono::month{static_cast<unsigned>(month)}
          / std::chrono::day{static_cast<unsigned>(day)})
    .ok();
}

} // namespace

std::optional<std::int64_t> parse_trigger_date(std::string_view text, date_reading how) {
  std::array<std::int64_t, parts.size()> x{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto number = take_number(text, parts[i], how);
    if (!number)
      return std::nullopt;
    x[i] = *number;
  }
  auto [month, day, year, hour, minute, second, ms] = x;
  constexpr std::int64_t year_max = 30'000; // What the calendar can count.
  auto zone = zone_minutes(text);
  if (!zone || year + month / 12 > year_max
      || (how == date_reading::exact && !in_calendar(year, month, day)))
    return std::nullopt;
  if (hour == 12)
    hour = 0;
  auto minutes = hour * 60 + minute - *zone;
  return days_from(year, month, day) * ms_per_day + minutes * ms_per_minute + second * 1000 + ms;
}

std::string trigger_date_text(std::int64_t epoch_ms) {
  auto days = epoch_ms / ms_per_day - (epoch_ms % ms_per_day < 0 ? 1 : 0);
  auto rest = epoch_ms - days * ms_per_day;
  std::chrono::year_month_day date{
    std::chrono::sys_days{std::chrono::days{static_cast<std::int32_t>(days)}}};
  auto hour = rest / 3'600'000 % 12;
  char out[64];
  std::snprintf(out, sizeof out, "%02u-%02u-%04d %02d:%02d:%02d.%03dUTC",
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(date.year()), static_cast<int>(hour == 0 ? 12 : hour),
                static_cast<int>(rest / ms_per_minute % 60), static_cast<int>(rest / 1000 % 60),
                static_cast<int>(rest % 1000));
  return out;
}

} // namespace tutti::model
