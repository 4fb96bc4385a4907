#include "runtime/sel/date_text.hpp"
#include "runtime/sel/failure.hpp"

#include <algorithm>
#include <limits>

namespace tutti::sel {

namespace {

struct period_unit {
  std::string_view suffix; ///< of one; several have an `s`
  std::int64_t millis;     ///< 0 for what has no fixed length
};

constexpr period_unit units[] = {{" year", 0},
                                 {" month", 0},
                                 {" week", 7 * millis_per_day},
                                 {" day", millis_per_day},
                                 {" hour", millis_per_hour},
                                 {" minute", millis_per_minute},
                                 {" second", millis_per_second},
                                 {" millisecond", 1}};

/// Those that begin others come later.
constexpr std::string_view separators[] = {",and ", ", and ", ", ", ",", " and ", " "};

/// Reads amounts in the order of `units`, each at most once.
class period_reader {
public:
  explicit period_reader(text_view x) : x_(x) {}

  std::int64_t read() {
    if (!units_from(0) || at_ < x_.size())
      fail(label::illegal_argument, "Invalid format: \"" + to_utf8(x_.substr(0, 64))
                                      + "\" is malformed at \"" + to_utf8(x_.substr(at_, 32))
                                      + "\"");
    if (has_variable_)
      fail(label::unsupported, "The period \"" + to_utf8(x_.substr(0, 64))
                                 + "\" contains months or years, which vary in length");
    return millis_;
  }

private:
  bool starts_with(std::string_view word) const {
    return to_lower(x_.substr(std::min(at_, x_.size()), word.size())) == ascii(word);
  }

  bool units_from(std::size_t index) {
    constexpr auto count = std::size(units);
    if (index == count)
      return true;
    const auto start = at_;
    if (!amount(units[index]))
      return false;
    auto separated = false;
    if (at_ > start && index + 1 < count)
      for (const auto separator : separators)
        if (starts_with(separator)) {
          at_ += separator.size();
          separated = true;
          break;
        }
    const auto before = at_;
    if (!units_from(index + 1))
      return false;
    return !separated || at_ > before;
  }

  /// False only for a number that cannot be read; an absent amount is fine.
  bool amount(const period_unit& unit) {
    auto at = at_;
    const auto negative = at < x_.size() && x_[at] == u'-';
    at += at < x_.size() && (x_[at] == u'-' || x_[at] == u'+') ? 1 : 0;
    const auto start = at;
    std::int64_t value = 0;
    constexpr std::size_t digits_max = 10;
    for (; at < x_.size() && at - start < digits_max && x_[at] >= u'0' && x_[at] <= u'9'; ++at)
      value = value * 10 + (x_[at] - u'0');
    if (at == start)
      return true;
    const auto back = std::exchange(at_, at);
    if (!starts_with(unit.suffix)) {
      at_ = back;
      return true;
    }
    at_ += unit.suffix.size();
    if (at_ < x_.size() && (x_[at_] == u's' || x_[at_] == u'S'))
      ++at_;
    if (value > std::numeric_limits<std::int32_t>::max())
      fail(label::number_format, "For input string: \"" + std::to_string(value) + "\"");
    millis_ += (negative ? -value : value) * unit.millis;
    has_variable_ = has_variable_ || (unit.millis == 0 && value != 0);
    return true;
  }

  text_view x_;
  std::size_t at_ = 0;
  std::int64_t millis_ = 0;
  bool has_variable_ = false;
};

} // namespace

std::int64_t parse_period(text_view x) {
  return period_reader{x}.read();
}

} // namespace tutti::sel
