#include "runtime/sel/date_fields.hpp"

namespace tutti::sel {

namespace {

bool is_digit(text_view x, std::size_t at) {
  return at < x.size() && x[at] >= u'0' && x[at] <= u'9';
}

/// Reads the lenient ISO form. Of the forms of a date the one that goes furthest counts.
class iso_reader {
public:
  iso_reader(text_view x, const zone& place) : x_(x), bucket_(place) {}

  std::int64_t read() {
    const auto start = bucket_.here();
    if (!time_only()) {
      bucket_.back_to(start);
      at_ = 0;
      if (!date())
        fail_date_text(x_, furthest_);
      after_date();
    }
    if (at_ < x_.size())
      fail_date_text(x_, at_);
    return bucket_.compute();
  }

private:
  bool literal(text_view word) {
    if (x_.substr(std::min(at_, x_.size()), word.size()) == word
        || (word == u"T" && at_ < x_.size() && x_[at_] == u't')
        || (word == u"-W" && x_.substr(std::min(at_, x_.size()), 2) == u"-w")) {
      at_ += word.size();
      return true;
    }
    furthest_ = std::max(furthest_, at_);
    return false;
  }

  bool number(date_field what, std::size_t digits_max, bool is_signed = false) {
    auto at = at_;
    const auto has_sign = is_signed && at < x_.size() && (x_[at] == u'-' || x_[at] == u'+');
    const auto negative = has_sign && x_[at] == u'-';
    at += has_sign ? 1 : 0;
    const auto start = at;
    std::int32_t value = 0;
    for (; at - start < digits_max && is_digit(x_, at); ++at)
      value = value * 10 + (x_[at] - u'0');
    if (at == start) {
      furthest_ = std::max(furthest_, at_);
      return false;
    }
    bucket_.save(what, negative ? -value : value);
    at_ = at;
    return true;
  }

  /// Runs `form`; without success everything is as before.
  template <class F>
  bool attempt(F form) {
    const auto at = at_;
    const auto mark = bucket_.here();
    if (form())
      return true;
    at_ = at;
    bucket_.back_to(mark);
    return false;
  }

  bool date() {
    std::size_t best = 0;
    int which = -1;
    for (int i = 0; i < 3; ++i) {
      const auto mark = bucket_.here();
      const auto good = date_form(i);
      if (good && (which < 0 || at_ > best)) {
        best = at_;
        which = i;
      }
      bucket_.back_to(mark);
      at_ = 0;
    }
    return which >= 0 && date_form(which);
  }

  bool date_form(int which) {
    constexpr std::size_t year_digits = 9;
    if (which == 1)
      return number(date_field::weekyear, year_digits, true) && literal(u"-W")
             && number(date_field::week_of_weekyear, 2)
             && (attempt([&] { return literal(u"-") && number(date_field::day_of_week, 1); })
                 || true);
    if (!number(date_field::year, year_digits, true))
      return false;
    if (which == 2)
      return literal(u"-") && number(date_field::day_of_year, 3);
    attempt([&] {
      if (!literal(u"-") || !number(date_field::month_of_year, 2))
        return false;
      attempt([&] { return literal(u"-") && number(date_field::day_of_month, 2); });
      return true;
    });
    return true;
  }

  bool time_only() {
    if (!literal(u"T") || !time())
      return false;
    attempt([&] { return offset(); });
    return true;
  }

  void after_date() {
    attempt([&] {
      if (!literal(u"T"))
        return false;
      attempt([&] { return time(); });
      attempt([&] { return offset(); });
      return true;
    });
  }

  bool time() {
    if (!number(date_field::hour_of_day, 2))
      return false;
    const auto seconds = [&] {
      if (!literal(u":") || !number(date_field::second_of_minute, 2))
        return false;
      attempt([&] { return fraction(date_field::millis_of_second, millis_per_second); });
      return true;
    };
    const auto minutes = [&] {
      if (!literal(u":") || !number(date_field::minute_of_hour, 2))
        return false;
      if (!attempt(seconds))
        attempt([&] { return fraction(date_field::millis_of_minute, millis_per_minute); });
      return true;
    };
    if (!attempt(minutes))
      attempt([&] { return fraction(date_field::millis_of_hour, millis_per_hour); });
    return true;
  }

  bool fraction(date_field what, std::int64_t whole) {
    if (!literal(u".") && !literal(u","))
      return false;
    constexpr std::size_t digits_max = 9;
    auto weight = whole * 10;
    std::int64_t value = 0;
    const auto start = at_;
    for (; at_ - start < digits_max && is_digit(x_, at_); ++at_) {
      value += (x_[at_] - u'0') * (weight / 10);
      weight /= 10;
    }
    if (at_ == start)
      return false;
    bucket_.save(what, static_cast<std::int32_t>(value / 10));
    return true;
  }

  bool offset() {
    if (literal(u"Z") || literal(u"z")) {
      bucket_.set_offset(0);
      return true;
    }
    const auto found = parse_offset(x_, at_);
    if (found)
      bucket_.set_offset(*found);
    return found.has_value();
  }

  text_view x_;
  std::size_t at_ = 0;
  std::size_t furthest_ = 0;
  field_bucket bucket_;
};

} // namespace

std::int64_t parse_iso(text_view x, const zone& place) {
  return iso_reader{x, place}.read();
}

} // namespace tutti::sel
