#include "runtime/sel/date_text.hpp"
#include "runtime/sel/zone_names.hpp"

#include <cstdlib>
#include <iterator>

namespace tutti::sel {

namespace {

using kind = format_step::kind_type;

void append_padded(text& out, std::int64_t value, std::int32_t digits) {
  if (value < 0)
    out += u'-';
  char16_t buffer[24];
  auto* const end = buffer + std::size(buffer);
  auto* begin = end;
  for (auto rest = value < 0 ? -value : value; rest > 0 || begin == end; rest /= 10)
    *--begin = static_cast<char16_t>(u'0' + rest % 10);
  const auto size = static_cast<std::size_t>(end - begin);
  const auto wanted = static_cast<std::size_t>(digits);
  out.append(wanted > size ? wanted - size : 0, u'0');
  out.append(begin, size);
}

void append_fraction(text& out, std::int64_t local, const format_step& step) {
  const auto millis = get(date_field::millis_of_second, local);
  if (millis == 0) {
    out.append(static_cast<std::size_t>(step.digits), u'0');
    return;
  }
  text number;
  append_padded(number, millis, 3);
  number.resize(static_cast<std::size_t>(step.digits_max), u'0');
  out += number;
}

void append_offset(text& out, std::int32_t offset, bool separated) {
  const auto size = std::abs(offset);
  out += offset < 0 ? u'-' : u'+';
  append_padded(out, size / millis_per_hour, 2);
  if (separated)
    out += u':';
  append_padded(out, size / millis_per_minute % 60, 2);
}

} // namespace

void append_date(text& out, const date_format& format, moment x) {
  auto offset = x.place->offset_at(x.utc);
  std::int64_t local = 0;
  if (__builtin_add_overflow(x.utc, offset, &local)) {
    local = x.utc;
    offset = 0;
  }
  for (const auto& step : format.steps) {
    switch (step.kind) {
      case kind::literal:
        out += step.literal;
        break;
      case kind::number:
        append_padded(out, get(step.field, local), step.digits);
        break;
      case kind::two_digit_year:
        append_padded(out, std::abs(get(step.field, local)) % 100, 2);
        break;
      case kind::name_short:
        out += ascii(short_name(step.field, get(step.field, local)));
        break;
      case kind::name_long:
        out += ascii(long_name(step.field, get(step.field, local)));
        break;
      case kind::fraction:
        append_fraction(out, local, step);
        break;
      case kind::offset:
        append_offset(out, offset, step.separated);
        break;
      case kind::zone_id:
        out += ascii(x.place->id());
        break;
      case kind::zone_short:
      case kind::zone_long:
        out += zone_name(*x.place, x.utc, step.kind == kind::zone_long);
        break;
    }
  }
}

void append_iso(text& out, moment x) {
  const auto offset = x.place->offset_at(x.utc);
  const auto local = x.utc + offset;
  const auto date = civil_of(day_of(local));
  append_padded(out, date.year, 4);
  out += u'-';
  append_padded(out, date.month, 2);
  out += u'-';
  append_padded(out, date.day, 2);
  out += u'T';
  append_padded(out, get(date_field::hour_of_day, local), 2);
  out += u':';
  append_padded(out, get(date_field::minute_of_hour, local), 2);
  out += u':';
  append_padded(out, get(date_field::second_of_minute, local), 2);
  out += u'.';
  append_padded(out, get(date_field::millis_of_second, local), 3);
  if (offset == 0)
    out += u'Z';
  else
    out += ascii(offset_text(offset));
}

void append_uuid(text& out, std::int64_t first, std::int64_t second) {
  constexpr std::u16string_view digits = u"0123456789abcdef";
  const auto put = [&](std::int64_t bits, int from, int count) {
    for (auto i = from; i < from + count; ++i)
      out += digits[(static_cast<std::uint64_t>(bits) >> (60 - 4 * i)) & 0xF];
  };
  put(first, 0, 8);
  out += u'-';
  put(first, 8, 4);
  out += u'-';
  put(first, 12, 4);
  out += u'-';
  put(second, 0, 4);
  out += u'-';
  put(second, 4, 12);
}

} // namespace tutti::sel
