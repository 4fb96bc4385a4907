#include "runtime/cron/expression.hpp"

#include "runtime/cron/field_values.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace tutti::cron {

namespace {

using words = std::vector<std::string_view>;

constexpr std::array<named_value, 12> month_names{{
  {"JAN", 1},
  {"FEB", 2},
  {"MAR", 3},
  {"APR", 4},
  {"MAY", 5},
  {"JUN", 6},
  {"JUL", 7},
  {"AUG", 8},
  {"SEP", 9},
  {"OCT", 10},
  {"NOV", 11},
  {"DEC", 12},
}};

/// Sunday is 7 by its name, so that it can end a range and not begin one.
constexpr std::array<named_value, 7> unix_weekdays{{
  {"MON", 1},
  {"TUE", 2},
  {"WED", 3},
  {"THU", 4},
  {"FRI", 5},
  {"SAT", 6},
  {"SUN", 7},
}};

constexpr std::array<named_value, 7> quartz_weekdays{{
  {"SUN", 1},
  {"MON", 2},
  {"TUE", 3},
  {"WED", 4},
  {"THU", 5},
  {"FRI", 6},
  {"SAT", 7},
}};

field_rule rule(std::string_view name, int least, int greatest, wrapping reversed,
                std::span<const named_value> names = {}) {
  return {name, least, greatest, reversed, names};
}

error refuse(std::string why) {
  return {ec::bad_request, std::move(why)};
}

std::uint64_t bits_of(const std::vector<int>& values) {
  std::uint64_t out = 0;
  for (auto x : values)
    out |= std::uint64_t{1} << x;
  return out;
}

/// Fields that both dialects have, from the minutes on, without the days.
status read_times(const words& parts, std::size_t minutes_at, wrapping reversed, fields& out) {
  auto minutes = read_field(parts[minutes_at], rule("minutes", 0, 59, reversed));
  if (!minutes)
    return minutes.error();
  auto hours = read_field(parts[minutes_at + 1], rule("hours", 0, 23, reversed));
  if (!hours)
    return hours.error();
  auto months = read_field(parts[minutes_at + 3], rule("months", 1, 12, reversed, month_names));
  if (!months)
    return months.error();
  out.minutes = bits_of(*minutes);
  out.hours = static_cast<std::uint32_t>(bits_of(*hours));
  out.months = static_cast<std::uint16_t>(bits_of(*months));
  return unit{};
}

// -- UNIX -----------------------------------------------------------------------------

result<fields> parse_unix(const words& parts) {
  fields out;
  auto good = read_times(parts, 0, wrapping::refused, out);
  if (!good)
    return good.error();
  auto month_days = read_field(parts[2], rule("days of the month", 1, 31, wrapping::refused));
  if (!month_days)
    return month_days.error();
  auto weekdays = read_field(parts[4], rule("weekdays", 0, 7, wrapping::refused, unix_weekdays));
  if (!weekdays)
    return weekdays.error();
  out.days.month_days = static_cast<std::uint32_t>(bits_of(*month_days));
  for (auto x : *weekdays)
    out.days.weekdays = static_cast<std::uint8_t>(out.days.weekdays | (1U << (x % 7)));
  out.days.of_week = parts[4] != "*";
  out.days.of_month = parts[2] != "*" || !out.days.of_week;
  return out;
}

// -- Quartz ---------------------------------------------------------------------------

std::optional<int> small_number(std::string_view text) {
  if (text.empty() || text.size() > 2
      || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  int out = 0;
  for (auto c : text)
    out = out * 10 + (c - '0');
  return out;
}

const field_rule month_day_rule = rule("days of the month", 1, 31, wrapping::first_value);
const field_rule quartz_weekday_rule = rule("weekdays", 1, 7, wrapping::wraps, quartz_weekdays);

/// `L`, `L-3`, `LW`, `15W`; nothing for other items.
std::optional<special_day> month_special(std::string_view item) {
  if (item == "L")
    return special_day{day_special::last_of_month};
  if (item == "LW")
    return special_day{day_special::last_weekday};
  if (item.starts_with("L-"))
    if (auto before = small_number(item.substr(2)))
      return special_day{day_special::last_of_month, *before};
  if (item.size() > 1 && item.ends_with('W')) {
    auto day = read_value(item.substr(0, item.size() - 1), month_day_rule);
    if (day)
      return special_day{day_special::nearest_weekday, *day};
  }
  return std::nullopt;
}

/// In a list, specials are accepted but only the plain number in them counts.
status read_month_days(std::string_view field, day_rule& out) {
  auto items = items_of(field);
  std::vector<int> values;
  for (auto item : items) {
    if (auto special = month_special(item)) {
      if (items.size() == 1)
        out.specials.push_back(*special);
      else if (special->what == day_special::nearest_weekday)
        values.push_back(special->number);
      continue;
    }
    auto good = read_item(item, month_day_rule, values);
    if (!good)
      return good.error();
  }
  out.month_days = static_cast<std::uint32_t>(bits_of(values));
  return unit{};
}

/// `6L`, `FRIL`, `6#3`; nothing for other items, an error for a bad number behind the sign.
result<std::optional<special_day>> weekday_special(std::string_view item) {
  std::optional<special_day> none;
  if (item.size() > 1 && item.ends_with('L')) {
    auto weekday = read_value(item.substr(0, item.size() - 1), quartz_weekday_rule);
    if (!weekday)
      return weekday.error();
    return std::optional{special_day{day_special::last_of_week, 0, *weekday - 1}};
  }
  auto sign = item.find('#');
  if (sign == std::string_view::npos)
    return none;
  auto weekday = read_value(item.substr(0, sign), quartz_weekday_rule);
  if (!weekday)
    return weekday.error();
  auto number = small_number(item.substr(sign + 1));
  if (!number || *number == 0)
    return refuse("Invalid value [" + std::string{item} + "] of the weekdays");
  return std::optional{special_day{day_special::nth_of_week, *number, *weekday - 1}};
}

status read_weekdays(std::string_view field, day_rule& out) {
  std::vector<int> values;
  for (auto item : items_of(field)) {
    // The original reads `L-2` as `L`, which is Saturday.
    if (item == "L" || (item.starts_with("L-") && small_number(item.substr(2)))) {
      values.push_back(7);
      continue;
    }
    auto special = weekday_special(item);
    if (!special)
      return special.error();
    if (*special) {
      out.specials.push_back(**special);
      continue;
    }
    auto good = read_item(item, quartz_weekday_rule, values);
    if (!good)
      return good.error();
  }
  for (auto x : values)
    out.weekdays = static_cast<std::uint8_t>(out.weekdays | (1U << (x - 1)));
  return unit{};
}

status read_years(const words& parts, fields& out) {
  out.has_years = true;
  auto text = parts.size() == 7 ? parts[6] : std::string_view{"*"};
  auto years = read_field(text, rule("years", year_first, year_last, wrapping::first_value));
  if (!years)
    return years.error();
  for (auto x : *years)
    out.years.set(static_cast<std::size_t>(x - year_first));
  return unit{};
}

result<fields> parse_quartz(const words& parts, const std::string& whole) {
  fields out;
  auto seconds = read_field(parts[0], rule("seconds", 0, 59, wrapping::first_value));
  if (!seconds)
    return seconds.error();
  out.seconds = bits_of(*seconds);
  auto good = read_times(parts, 1, wrapping::first_value, out);
  out.days.of_month = parts[3] != "?";
  out.days.of_week = parts[5] != "?";
  if (good && out.days.of_month)
    good = read_month_days(parts[3], out.days);
  if (good && out.days.of_week)
    good = read_weekdays(parts[5], out.days);
  if (good)
    good = read_years(parts, out);
  if (!good)
    return good.error();
  if (out.days.of_month == out.days.of_week)
    return refuse("Invalid cron expression: " + whole
                  + ". Both, a day-of-week AND a day-of-month parameter, are not supported.");
  return out;
}

// -- expressions ----------------------------------------------------------------------

enum class dialect : std::uint8_t {
  unix,
  quartz
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

words split_blanks(std::string_view text) {
  words out;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_blank(text[at]))
      ++at;
    auto end = at;
    while (end < text.size() && !is_blank(text[end]))
      ++end;
    if (end > at)
      out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string join(const words& parts) {
  std::string out;
  for (auto x : parts)
    out += (out.empty() ? "" : " ") + std::string{x};
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// Splits at a separator; empty pieces at the end do not count.
words split(std::string_view text, std::string_view separator) {
  words out;
  for (std::size_t at = 0;;) {
    auto found = text.find(separator, at);
    out.push_back(text.substr(at, found - at));
    if (found == std::string_view::npos)
      break;
    at = found + separator.size();
  }
  while (out.size() > 1 && out.back().empty())
    out.pop_back();
  return out;
}

result<fields> parse_one(std::string_view text, dialect which) {
  auto upper = to_upper(text);
  auto parts = split_blanks(upper);
  if (parts.empty())
    return refuse("Empty expression!");
  if (parts[0].starts_with('@'))
    return refuse("Nicknames not supported!");
  for (auto x : parts)
    if (x.ends_with(','))
      return refuse("Invalid field value! Trailing commas not permitted! '" + std::string{x} + "'");
  auto fits = which == dialect::unix ? parts.size() == 5 : parts.size() == 6 || parts.size() == 7;
  if (!fits)
    return refuse("Cron expression contains " + std::to_string(parts.size())
                  + " parts but we expect one of " + (which == dialect::unix ? "[5]" : "[6, 7]"));
  auto out = which == dialect::unix ? parse_unix(parts) : parse_quartz(parts, join(parts));
  if (!out)
    return refuse("Failed to parse cron expression. " + out.error().message);
  return out;
}

/// Alternative `i` of an expression whose fields may have alternatives.
result<std::string> pick(const words& parts, std::size_t i) {
  std::string out;
  for (auto x : parts) {
    auto choices = split(x, "|");
    auto has_choices = x.find('|') != std::string_view::npos;
    if (has_choices && i >= choices.size())
      return refuse("Failed to parse cron expression. [" + std::string{x} + "] has "
                    + std::to_string(choices.size()) + " alternatives, other fields have more");
    out += std::string{has_choices ? choices[i] : x} + " ";
  }
  return out;
}

status add_alternatives(std::string_view text, dialect which, expression& out) {
  auto parts = split_blanks(text);
  std::size_t count = 1;
  for (auto x : parts)
    count = std::max(count, split(x, "|").size());
  for (std::size_t i = 0; i < count; ++i) {
    auto one = pick(parts, i);
    if (!one)
      return one.error();
    auto parsed = parse_one(*one, which);
    if (!parsed)
      return parsed.error();
    out.alternatives.push_back(*std::move(parsed));
  }
  return unit{};
}

result<expression> parse_as(std::string_view text, dialect which) {
  expression out;
  for (auto whole : split(text, "||")) {
    auto good = add_alternatives(whole, which, out);
    if (!good)
      return good.error();
  }
  return out;
}

} // namespace

result<expression> parse(std::string_view text) {
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '|')) > bars_max)
    return refuse("Cron expression has more than " + std::to_string(bars_max) + " signs '|'");
  auto out = parse_as(text, dialect::unix);
  return out ? out : parse_as(text, dialect::quartz);
}

} // namespace tutti::cron
