#pragma once

#include "runtime/sel/arena.hpp"
#include "runtime/sel/calendar.hpp"
#include "runtime/sel/text.hpp"
#include "runtime/sel/zone.hpp"

#include <cstdint>
#include <optional>
#include <span>

/// Texts of dates as Joda-Time reads and writes them (spec 03 §8).
namespace tutti::sel {

struct moment {
  std::int64_t utc = 0;
  const zone* place = nullptr;
};

/// One element of a pattern.
struct format_step {
  enum class kind_type : std::uint8_t {
    literal,
    number,
    two_digit_year,
    name_short,
    name_long,
    fraction,
    offset,
    zone_id,
    zone_short,
    zone_long
  };

  kind_type kind = kind_type::literal;
  date_field field = date_field::year;
  bool is_signed = false;  ///< of a number
  bool separated = false;  ///< an offset with a colon
  bool lenient = false;    ///< a year of two digits that may have more
  std::int32_t digits = 0; ///< least number of digits written
  std::int32_t digits_max = 0;
  std::int32_t pivot = 0; ///< of a year of two digits
  text_view literal;
};

/// A compiled pattern.
struct date_format {
  std::span<const format_step> steps;
};

/// Lives in the arena. IllegalArgumentException for a wrong pattern. `this_year` is the year in
/// the middle of the century of years with two digits, plus 30.
const date_format* compile_format(arena& memory, text_view pattern, std::int32_t this_year,
                                  std::int32_t this_weekyear);

/// What a text says: an instant, and a zone if it names one.
struct parsed_date {
  std::int64_t utc = 0;
  std::optional<zone> place;
};

void append_date(text& out, const date_format& format, moment x);

/// Times without an offset are those of `place`. IllegalArgumentException for a text that does
/// not fit, IllegalFieldValueException, IllegalInstantException, UnsupportedOperationException.
parsed_date parse_date(const date_format& format, text_view x, const zone& place);

/// `2020-01-02T03:04:05.006Z`.
void append_iso(text& out, moment x);

/// The lenient ISO form: date, time and offset are optional in part.
std::int64_t parse_iso(text_view x, const zone& place);

/// `1 day, 2 hours and 3 minutes` in milliseconds; UnsupportedOperationException for months
/// and years.
std::int64_t parse_period(text_view x);

void append_uuid(text& out, std::int64_t first, std::int64_t second);

} // namespace tutti::sel
