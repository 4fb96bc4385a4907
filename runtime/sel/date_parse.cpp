#include "runtime/sel/date_fields.hpp"
#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tutti::sel {

namespace {

using kind = format_step::kind_type;

bool is_digit(text_view x, std::size_t at) {
  return at < x.size() && x[at] >= u'0' && x[at] <= u'9';
}

bool same_ignoring_case(char16_t a, char16_t b) {
  return a == b || to_upper(char32_t{a}) == to_upper(char32_t{b})
         || to_lower(char32_t{a}) == to_lower(char32_t{b});
}

/// A number from digits; IllegalArgumentException over 32 bits, as text that is no number.
std::int32_t number_of(text_view digits, bool negative) {
  std::int64_t out = 0;
  for (auto c : digits) {
    out = out * 10 + (c - u'0');
    if (out > std::numeric_limits<std::int32_t>::max())
      fail(label::number_format, "For input string: \"" + to_utf8(digits.substr(0, 32)) + "\"");
  }
  return static_cast<std::int32_t>(negative ? -out : out);
}

/// Reads a text along a pattern.
class date_reader {
public:
  date_reader(text_view x, const zone& place) : x_(x), bucket_(place) {}

  parsed_date read(const date_format& format) {
    for (const auto& step : format.steps)
      if (!take(step))
        fail_date_text(x_, at_);
    if (at_ < x_.size())
      fail_date_text(x_, at_);
    const auto utc = bucket_.compute();
    return {utc, bucket_.named_zone()};
  }

private:
  bool take(const format_step& step) {
    switch (step.kind) {
      case kind::literal:
        return take_literal(step.literal);
      case kind::number:
        return take_number(step);
      case kind::two_digit_year:
        return take_short_year(step);
      case kind::name_short:
      case kind::name_long:
        return take_name(step.field);
      case kind::fraction:
        return take_fraction(step);
      case kind::offset:
        return take_offset();
      case kind::zone_id:
        return take_zone_id();
      case kind::zone_short:
        return take_zone_name();
      default:
        fail(label::unsupported, "A long name of a zone cannot be read");
    }
  }

  bool take_literal(text_view literal) {
    if (at_ + literal.size() > x_.size())
      return false;
    for (std::size_t i = 0; i < literal.size(); ++i)
      if (!same_ignoring_case(x_[at_ + i], literal[i]))
        return false;
    at_ += literal.size();
    return true;
  }

  bool take_number(const format_step& step) {
    auto at = at_;
    auto limit = static_cast<std::size_t>(step.digits_max);
    const auto has_sign = step.is_signed && at < x_.size() && (x_[at] == u'-' || x_[at] == u'+');
    if (has_sign && (limit < 2 || !is_digit(x_, at + 1)))
      return false;
    const auto negative = has_sign && x_[at] == u'-';
    at += has_sign ? 1 : 0;
    const auto start = at;
    while (at - start < limit && is_digit(x_, at))
      ++at;
    if (at == start)
      return false;
    bucket_.save(step.field, number_of(x_.substr(start, at - start), negative));
    at_ = at;
    return true;
  }

  bool take_short_year(const format_step& step) {
    auto at = at_;
    if (step.lenient) {
      const auto has_sign = at < x_.size() && (x_[at] == u'-' || x_[at] == u'+');
      const auto negative = has_sign && x_[at] == u'-';
      at += has_sign ? 1 : 0;
      const auto start = at;
      while (is_digit(x_, at))
        ++at;
      if (at == start && !negative)
        return false;
      if (has_sign || at - start != 2) {
        if (at == start)
          fail(label::number_format, "For input string: \"-\"");
        bucket_.save(step.field, number_of(x_.substr(start, at - start), negative));
        at_ = at;
        return true;
      }
    }
    if (!is_digit(x_, at_) || !is_digit(x_, at_ + 1))
      return false;
    const auto year = (x_[at_] - u'0') * 10 + (x_[at_ + 1] - u'0');
    const auto low = step.pivot - 50;
    const auto cut = low >= 0 ? low % 100 : 99 + (low + 1) % 100;
    bucket_.save(step.field, year + low + (year < cut ? 100 : 0) - cut);
    at_ += 2;
    return true;
  }

  /// The longest of the names; in lower, upper or title case.
  bool take_name(date_field field) {
    std::size_t best = 0;
    std::int32_t value = 0;
    for (auto i = least(field); i <= greatest(field); ++i)
      for (const auto name : {short_name(field, i), long_name(field, i), other_name(field, i)})
        if (name.size() > best && fits(name)) {
          best = name.size();
          value = i;
        }
    if (best == 0)
      return false;
    bucket_.save(field, value);
    at_ += best;
    return true;
  }

  static std::string_view other_name(date_field field, std::int32_t value) {
    return field != date_field::era ? std::string_view{} : value == 0 ? "BCE" : "CE";
  }

  bool fits(std::string_view name) const {
    const auto name_text = ascii(name);
    const auto here = x_.substr(std::min(at_, x_.size()), name.size());
    return here == name_text || here == to_lower(name_text) || here == to_upper(name_text);
  }

  bool take_fraction(const format_step& step) {
    std::int64_t value = 0;
    std::int64_t weight = millis_per_second;
    auto at = at_;
    for (; is_digit(x_, at) && at - at_ < static_cast<std::size_t>(step.digits_max); ++at) {
      weight /= 10;
      value += (x_[at] - u'0') * weight;
    }
    if (at == at_)
      return false;
    bucket_.save(step.field, static_cast<std::int32_t>(value));
    at_ = at;
    return true;
  }

  bool take_offset() {
    if (at_ < x_.size() && same_ignoring_case(x_[at_], u'Z')) {
      bucket_.set_offset(0);
      ++at_;
      return true;
    }
    const auto offset = parse_offset(x_, at_);
    if (offset)
      bucket_.set_offset(*offset);
    return offset.has_value();
  }

  bool take_zone_id() {
    constexpr std::size_t id_max = 40;
    if (at_ < x_.size() && (x_[at_] == u'+' || x_[at_] == u'-'))
      return false;
    for (auto size = std::min(id_max, x_.size() - at_); size > 0; --size)
      if (const auto found = find_zone(x_.substr(at_, size))) {
        bucket_.set_zone(*found);
        at_ += size;
        return true;
      }
    return false;
  }

  bool take_zone_name() {
    constexpr std::pair<std::string_view, std::u16string_view> names[]
      = {{"UTC", u"UTC"},
         {"GMT", u"UTC"},
         {"EST", u"America/New_York"},
         {"EDT", u"America/New_York"},
         {"CST", u"America/Chicago"},
         {"CDT", u"America/Chicago"},
         {"MST", u"America/Denver"},
         {"MDT", u"America/Denver"},
         {"PST", u"America/Los_Angeles"},
         {"PDT", u"America/Los_Angeles"},
         {"UT", u"UTC"}};
    for (const auto& [name, id] : names)
      if (x_.substr(at_, name.size()) == ascii(name)) {
        bucket_.set_zone(find_zone(id).value_or(zone{}));
        at_ += name.size();
        return true;
      }
    return false;
  }

  text_view x_;
  std::size_t at_ = 0;
  field_bucket bucket_;
};

} // namespace

parsed_date parse_date(const date_format& format, text_view x, const zone& place) {
  for (const auto& step : format.steps)
    if (step.kind == kind::zone_long)
      fail(label::unsupported, "A long name of a zone cannot be read");
  return date_reader{x, place}.read(format);
}

} // namespace tutti::sel
