#include "runtime/cron/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string>

namespace tutti::cron {

namespace {

namespace ch = std::chrono;

constexpr std::int64_t second_of_day = 86'400;
constexpr std::int64_t offset_max_s = 18 * 3600;

// -- rules that go on behind the data -------------------------------------------------

// The data tells every change up to 2037. A later time has the offset of the same day of a year
// that has its weekdays on the same dates. January and February are looked up by themselves, so
// that seven years without a 29th of February are enough.
constexpr int table_year_first = 2027;
constexpr int table_year_last = 2037;

std::int64_t day_number(int year, unsigned month) {
  return ch::sys_days{ch::year{year} / ch::month{month} / 1}.time_since_epoch().count();
}

struct year_part {
  int year;
  unsigned month;       ///< 1 or 3
  std::int64_t begin_s; ///< epoch seconds
  std::int64_t end_s;
};

year_part part_of(std::int64_t epoch_s) {
  auto date = ch::year_month_day{ch::floor<ch::days>(ch::sys_seconds{ch::seconds{epoch_s}})};
  auto year = static_cast<int>(date.year());
  auto early = date.month() < ch::March;
  auto begin = day_number(year, early ? 1 : 3);
  auto end = early ? day_number(year, 3) : day_number(year + 1, 1);
  return {year, early ? 1U : 3U, begin * second_of_day, end * second_of_day};
}

/// The begin of the same part of a year within the table.
std::int64_t twin_of(const year_part& x) {
  for (int year = table_year_last; year >= table_year_first; --year) {
    auto begin = day_number(year, x.month) * second_of_day;
    if (!ch::year{year}.is_leap() && (x.begin_s - begin) % (7 * second_of_day) == 0)
      return begin;
  }
  return x.begin_s;
}

struct raw_span {
  std::int64_t begin_s;
  zone_span span;
};

raw_span look_up(const date::time_zone& rules, std::int64_t epoch_s) {
  auto info = rules.get_info(date::sys_seconds{ch::seconds{epoch_s}});
  auto end = std::min<std::int64_t>(info.end.time_since_epoch().count(), end_of_time_s);
  return {info.begin.time_since_epoch().count(), {info.offset.count(), end}};
}

zone_span zone_at(const date::time_zone& rules, std::int64_t epoch_s) {
  auto found = look_up(rules, epoch_s);
  auto last_change = day_number(table_year_last, 1) * second_of_day;
  if (found.span.end_s < end_of_time_s || found.begin_s < last_change)
    return found.span;
  auto part = part_of(epoch_s);
  auto shift = part.begin_s - twin_of(part);
  auto twin = look_up(rules, epoch_s - shift);
  return {twin.span.offset_s, std::min(twin.span.end_s + shift, part.end_s)};
}

// -- ids ------------------------------------------------------------------------------

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Two digits, or one where `least` is 1.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t least) {
  std::size_t size = 0;
  while (size < 2 && size < text.size() && is_digit(text[size]))
    ++size;
  if (size < least)
    return std::nullopt;
  std::int64_t out = 0;
  for (auto c : text.substr(0, size))
    out = out * 10 + (c - '0');
  text.remove_prefix(size);
  return out;
}

/// `Z`, `+h`, `+hh`, `+hh:mm`, `+hhmm`, `+hh:mm:ss`, `+hhmmss`; at most 18 hours.
std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text == "Z")
    return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-'))
    return std::nullopt;
  auto sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  auto colons = text.find(':') != std::string_view::npos;
  auto hours = take_number(text, text.size() == 1 ? 1 : 2);
  std::int64_t rest[2] = {0, 0};
  for (auto& x : rest) {
    if (!hours || text.empty())
      break;
    if (colons && text[0] != ':')
      return std::nullopt;
    if (colons)
      text.remove_prefix(1);
    auto number = take_number(text, 2);
    if (!number || *number > 59)
      return std::nullopt;
    x = *number;
  }
  if (!hours || !text.empty())
    return std::nullopt;
  auto out = *hours * 3600 + rest[0] * 60 + rest[1];
  return out > offset_max_s ? std::nullopt : std::optional{sign * out};
}

/// The offset behind `GMT`, `UTC` or `UT`; nothing if the id begins with none of them.
std::optional<std::string_view> prefixed_offset(std::string_view id) {
  for (std::string_view prefix : {"GMT", "UTC", "UT"})
    if (id == prefix)
      return "Z";
    else if (id.starts_with(prefix) && (id[prefix.size()] == '+' || id[prefix.size()] == '-'))
      return id.substr(prefix.size());
  return std::nullopt;
}

/// Names in the data that the Java runtime does not have.
constexpr std::array<std::string_view, 7> left_out{"EST",     "HST",       "MST",       "ROC",
                                                   "Factory", "localtime", "posixrules"};

bool is_name(std::string_view id) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto allowed = [&](char c) {
    return letter(c) || is_digit(c) || std::string_view{"~/._+-"}.find(c) != std::string_view::npos;
  };
  return id.size() >= 2 && id.size() <= 64 && letter(id[0])
         && std::all_of(id.begin(), id.end(), allowed);
}

const date::time_zone* find_rules(std::string_view id) {
  if (std::find(left_out.begin(), left_out.end(), id) != left_out.end() || id.starts_with("posix/")
      || id.starts_with("right/"))
    return nullptr;
  try {
    const auto* out = date::locate_zone(id);
    out->get_info(date::sys_seconds{ch::seconds{0}}); // reads the data, which may fail
    return out;
  } catch (const std::exception&) {
    return nullptr;
  }
}

error unknown(std::string_view id) {
  return {ec::bad_request, "Unknown time-zone ID: " + std::string{id}};
}

} // namespace

zone_span zone::span_at(std::int64_t epoch_s) const {
  if (!rules_)
    return {offset_s_, end_of_time_s};
  return zone_at(*rules_, epoch_s);
}

result<zone> find_zone(std::string_view id) {
  if (id.empty())
    return zone{};
  auto behind_prefix = prefixed_offset(id);
  if (behind_prefix || id == "Z" || id[0] == '+' || id[0] == '-') {
    auto offset = parse_offset(behind_prefix.value_or(id));
    if (!offset)
      return error{ec::bad_request,
                   "Invalid ID for ZoneOffset, invalid format: " + std::string{id.substr(0, 100)}};
    return zone{*offset};
  }
  if (!is_name(id))
    return error{ec::bad_request, "Invalid ID for region-based ZoneId, invalid format: "
                                    + std::string{id.substr(0, 100)}};
  const auto* rules = find_rules(id);
  if (!rules)
    return unknown(id);
  return zone{*rules};
}

} // namespace tutti::cron
