#include "runtime/model/durations.hpp"

#include "runtime/model/enum_text.hpp"
#include "runtime/model/json.hpp"

#include <charconv>

namespace tutti::model {

namespace {

struct unit_of_time {
  std::string_view name;
  std::int64_t ms;
};

// Names that begin another one would hide it: `s` is told from `ms` by its place, `min` and
// `millisecond` differ in the third letter.
constexpr unit_of_time units[] = {{"millisecond", 1}, {"min", 60'000},  {"ms", 1},
                                  {"d", 86'400'000},  {"h", 3'600'000}, {"s", 1'000}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  auto end = at;
  while (end < text.size() && is_digit(text[end]))
    ++end;
  return end - at;
}

bool to_number(std::string_view digits, std::int64_t& out) {
  auto [end, why] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return why == std::errc{} && end == digits.data() + digits.size();
}

/// Milliseconds of the unit at the start, 0 if there is none.
std::int64_t unit_at(std::string_view text) {
  for (const auto& unit : units)
    if (equal_any_case(text.substr(0, unit.name.size()), unit.name))
      return unit.ms;
  return 0;
}

error too_large(std::string_view text) {
  return error{ec::bad_request, "duration [" + std::string{text} + "] is out of range"};
}

bool add(std::int64_t& sum, std::int64_t number, std::int64_t factor) {
  std::int64_t part = 0;
  return !__builtin_mul_overflow(number, factor, &part) && !__builtin_add_overflow(sum, part, &sum);
}

} // namespace

result<std::int64_t> parse_duration_ms(std::string_view text) {
  std::int64_t sum = 0;
  if (!text.empty() && digits_at(text, 0) == text.size()) {
    std::int64_t seconds = 0;
    if (!to_number(text, seconds) || !add(sum, seconds, 1000))
      return too_large(text);
    return sum;
  }
  for (std::size_t at = 0; at < text.size();) {
    auto n = digits_at(text, at);
    if (n == 0) {
      ++at;
      continue;
    }
    auto digits = text.substr(at, n);
    at += n;
    auto unit_start = at < text.size() && is_blank(text[at]) ? at + 1 : at;
    auto ms = unit_at(text.substr(unit_start));
    if (ms == 0)
      continue;
    std::int64_t number = 0;
    if (!to_number(digits, number) || !add(sum, number, ms))
      return too_large(text);
  }
  return sum;
}

result<std::int64_t> duration_ms(const parsable_long& x) {
  if (const auto* text = std::get_if<std::string>(&x.v))
    return parse_duration_ms(*text);
  std::int64_t ms = 0;
  if (!add(ms, std::get<std::int64_t>(x.v), 1000))
    return too_large(written(x));
  return ms;
}

result<std::int64_t> parse_count(std::string_view text) {
  std::int64_t x = 0;
  if (text.empty() || digits_at(text, 0) != text.size() || !to_number(text, x))
    return error{ec::bad_request, "[" + std::string{text} + "] is not a number"};
  return x;
}

result<std::int64_t> count_of(const parsable_long& x) {
  if (const auto* text = std::get_if<std::string>(&x.v))
    return parse_count(*text);
  return std::get<std::int64_t>(x.v);
}

bool has_reference(const parsable_long& x) {
  const auto* text = std::get_if<std::string>(&x.v);
  return text && text->find('$') != std::string::npos;
}

std::string written(const parsable_long& x) {
  return json_text(x);
}

} // namespace tutti::model
