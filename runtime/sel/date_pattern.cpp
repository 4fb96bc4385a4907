#include "runtime/sel/date_text.hpp"
#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <vector>

namespace tutti::sel {

namespace {

using kind = format_step::kind_type;

bool is_letter(char16_t c) {
  return (c >= u'A' && c <= u'Z') || (c >= u'a' && c <= u'z');
}

/// One letter repeated, or a literal.
struct pattern_token {
  char16_t letter = 0; ///< 0 for a literal
  std::int32_t count = 0;
  text literal;
};

pattern_token next_token(text_view pattern, std::size_t& at) {
  pattern_token out;
  if (is_letter(pattern[at])) {
    out.letter = pattern[at];
    for (; at < pattern.size() && pattern[at] == out.letter; ++at)
      ++out.count;
    return out;
  }
  auto quoted = false;
  for (; at < pattern.size(); ++at) {
    const auto c = pattern[at];
    if (c == u'\'' && at + 1 < pattern.size() && pattern[at + 1] == u'\'')
      out.literal += pattern[++at];
    else if (c == u'\'')
      quoted = !quoted;
    else if (!quoted && is_letter(c))
      break;
    else
      out.literal += c;
  }
  return out;
}

/// Whether digits come next, so that the number before cannot be of any length.
bool numeric_follows(text_view pattern, std::size_t at) {
  if (at >= pattern.size())
    return false;
  const auto next = next_token(pattern, at);
  if (next.letter == u'M')
    return next.count <= 2;
  return next.letter != 0 && text_view{u"cCxyYdhHmsSeDFwWkK"}.find(next.letter) != text_view::npos;
}

format_step number(date_field what, std::int32_t digits, std::int32_t digits_max) {
  format_step out;
  out.kind = kind::number;
  out.field = what;
  out.digits = digits;
  out.digits_max = digits_max;
  return out;
}

format_step name(date_field what, bool is_long) {
  format_step out;
  out.kind = is_long ? kind::name_long : kind::name_short;
  out.field = what;
  return out;
}

format_step year(const pattern_token& token, bool numeric_next, std::int32_t this_year,
                 std::int32_t this_weekyear) {
  const auto week = token.letter == u'x';
  if (token.count == 2) {
    format_step out;
    out.kind = kind::two_digit_year;
    out.field = week ? date_field::weekyear : date_field::year;
    out.lenient = !numeric_next;
    out.pivot = (week ? this_weekyear : this_year) - 30;
    return out;
  }
  const auto what = week                   ? date_field::weekyear
                    : token.letter == u'y' ? date_field::year
                                           : date_field::year_of_era;
  auto out = number(what, token.count, numeric_next ? token.count : 9);
  out.is_signed = what != date_field::year_of_era;
  return out;
}

format_step zone_step(const pattern_token& token) {
  format_step out;
  if (token.letter == u'z')
    out.kind = token.count >= 4 ? kind::zone_long : kind::zone_short;
  else
    out.kind = token.count >= 3 ? kind::zone_id : kind::offset;
  out.separated = token.count == 2;
  return out;
}

format_step fraction(std::int32_t digits) {
  format_step out;
  out.kind = kind::fraction;
  out.field = date_field::millis_of_second;
  out.digits = digits;
  out.digits_max = std::min(digits, 18);
  return out;
}

std::optional<format_step> simple_step(const pattern_token& token) {
  const auto n = token.count;
  switch (token.letter) {
    case u'M':
      return n >= 3 ? name(date_field::month_of_year, n >= 4)
                    : number(date_field::month_of_year, n, 2);
    case u'd':
      return number(date_field::day_of_month, n, 2);
    case u'a':
      return name(date_field::halfday_of_day, true);
    case u'h':
      return number(date_field::clockhour_of_halfday, n, 2);
    case u'H':
      return number(date_field::hour_of_day, n, 2);
    case u'k':
      return number(date_field::clockhour_of_day, n, 2);
    case u'K':
      return number(date_field::hour_of_halfday, n, 2);
    case u'm':
      return number(date_field::minute_of_hour, n, 2);
    case u's':
      return number(date_field::second_of_minute, n, 2);
    case u'S':
      return fraction(n);
    case u'e':
      return number(date_field::day_of_week, n, 1);
    case u'E':
      return name(date_field::day_of_week, n >= 4);
    case u'D':
      return number(date_field::day_of_year, n, 3);
    case u'w':
      return number(date_field::week_of_weekyear, n, 2);
    case u'G':
      return name(date_field::era, true);
    case u'C':
      return number(date_field::century_of_era, n, n);
    case u'z':
    case u'Z':
      return zone_step(token);
    default:
      return std::nullopt;
  }
}

} // namespace

const date_format* compile_format(arena& memory, text_view pattern, std::int32_t this_year,
                                  std::int32_t this_weekyear) {
  if (pattern.empty())
    fail(label::illegal_argument, "The pattern of a date is empty");
  constexpr std::size_t length_max = 1 << 16;
  if (pattern.size() > length_max)
    fail(label::illegal_state,
         "The pattern of a date has more than " + std::to_string(length_max) + " characters");
  std::vector<format_step> steps;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto token = next_token(pattern, at);
    if (token.letter == u'x' || token.letter == u'y' || token.letter == u'Y') {
      steps.push_back(year(token, numeric_follows(pattern, at), this_year, this_weekyear));
    } else if (token.letter != 0) {
      const auto step = simple_step(token);
      if (!step)
        fail(label::illegal_argument,
             "Illegal pattern component: " + to_utf8(text(1, token.letter)));
      steps.push_back(*step);
    } else if (!token.literal.empty()) {
      auto* chars = memory.make_many<char16_t>(token.literal.size());
      token.literal.copy(chars, token.literal.size());
      format_step step;
      step.literal = {chars, token.literal.size()};
      steps.push_back(step);
    }
  }
  if (steps.empty())
    fail(label::unsupported, "A pattern without elements can neither be written nor read");
  static_assert(std::is_trivially_copyable_v<format_step>);
  auto* kept = memory.make_many<format_step>(steps.size());
  std::copy(steps.begin(), steps.end(), kept);
  return memory.make(date_format{{kept, steps.size()}});
}

} // namespace tutti::sel
