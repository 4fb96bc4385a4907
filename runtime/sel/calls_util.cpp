#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/date_cells.hpp"
#include "runtime/sel/date_math.hpp"
#include "runtime/sel/text_forms.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace tutti::sel {

namespace {

using kind = format_step::kind_type;

constexpr format_step number_step(date_field field, std::int32_t digits) {
  format_step out;
  out.kind = kind::number;
  out.field = field;
  out.digits = digits;
  out.digits_max = digits;
  return out;
}

constexpr format_step date_hour_steps[]
  = {number_step(date_field::year_of_era, 4), number_step(date_field::month_of_year, 2),
     number_step(date_field::day_of_month, 2), number_step(date_field::hour_of_day, 2)};

const date_format date_int_format{std::span{date_hour_steps}.first(3)};
const date_format date_hour_format{date_hour_steps};

/// The text of a STRING or LONG; `null` for the null string.
text text_of(machine& m, const cell& x) {
  if (x.kind != type::string && x.kind != type::integer)
    fail(label::illegal_argument,
         "An argument is " + std::string{to_string(x.kind)} + ", expected STRING or LONG");
  const auto out = x.kind == type::integer ? long_text(x.integer)
                   : x.is_null_text()      ? text{u"null"}
                                           : text{x.view()};
  m.meter(2 * out.size());
  return out;
}

std::int64_t number_of(machine& m, const cell& x) {
  if (x.kind != type::string && x.kind != type::integer)
    fail(label::illegal_argument,
         "An argument is " + std::string{to_string(x.kind)} + ", expected LONG or STRING");
  m.meter(0);
  return x.kind == type::integer ? x.integer : long_of(x);
}

std::int32_t int_of(machine& m, const cell& x) {
  return static_cast<std::int32_t>(number_of(m, x));
}

std::int64_t parse_day(text_view x) {
  return parse_date(date_int_format, x, *utc_place()).utc;
}

cell* day_text(machine& m, std::int64_t utc) {
  text out;
  append_date(out, date_int_format, {utc, utc_place()});
  return m.make_text_copy(out);
}

cell* increment_day(machine& m, const cell& day, const cell& count) {
  const auto utc = parse_day(text_of(m, day));
  const auto days = static_cast<std::int32_t>(cast_long(count));
  return day_text(m, add(date_unit::days, utc, days));
}

cell* hour_to_millis(machine& m, arguments args) {
  const auto id = text_of(m, *args[2]);
  const auto place = find_zone(id);
  if (!place)
    fail(label::illegal_argument,
         "The datetime zone id '" + to_utf8(id.substr(0, 64)) + "' is not recognised");
  const auto day = text_of(m, *args[0]);
  const auto hour = text_of(m, *args[1]);
  moment x{parse_date(date_hour_format, day + hour, *place).utc, &*place};
  x = plus(x, date_unit::days, -std::int64_t{int_of(m, *args[3])});
  x = plus(x, date_unit::hours, -std::int64_t{int_of(m, *args[4])});
  return m.make_long(x.utc);
}

[[noreturn]] void fail_endless(machine& m) {
  fail(label::illegal_state, "The list does not end within the limit of "
                               + std::to_string(m.with().bounds.memory) + " bytes");
}

/// @pre `distance >= 0` and `step > 0`
std::uint64_t steps_over(std::int64_t distance, std::int64_t step) {
  return static_cast<std::uint64_t>(distance / step + (distance % step != 0 ? 1 : 0));
}

cell* ints_between(machine& m, const cell& from, const cell& to, const cell& step) {
  const std::int64_t first = int_of(m, from);
  const std::int64_t last = int_of(m, to);
  const std::int64_t delta = int_of(m, step);
  const auto distance = delta > 0 ? last - first : first - last;
  if (distance <= 0)
    return m.make_longs(model::int_seq{});
  if (delta == 0)
    fail_endless(m);
  const auto count = steps_over(distance, std::abs(delta));
  const auto next = first + delta * static_cast<std::int64_t>(count);
  if (next != static_cast<std::int32_t>(next))
    fail_endless(m);
  return m.make_longs(model::int_seq::range(first, delta, count));
}

std::int32_t step_of(machine& m, const cell& x) {
  text_builder form{m};
  append_outer(m, form, x);
  const auto out = parse_long(form.view());
  if (!out || *out != static_cast<std::int32_t>(*out))
    fail(label::number_format, "For input string: \"" + to_utf8(form.view().substr(0, 64)) + "\"");
  if (*out == 0)
    fail(label::illegal_argument, "Invalid incremental interval value: 0");
  return static_cast<std::int32_t>(*out);
}

cell* days_between(machine& m, const cell& from, const cell& to, const cell& step) {
  const std::int64_t delta = step_of(m, step);
  const auto begin = day_of(parse_day(text_of(m, delta > 0 ? from : to)));
  const auto end = day_of(parse_day(text_of(m, delta > 0 ? to : from)));
  if (end <= begin)
    return m.make_longs(model::int_seq{});
  if (delta == std::numeric_limits<std::int32_t>::min())
    fail_endless(m);
  auto stride = std::abs(delta);
  const auto count = steps_over(end - begin, stride);
  if (count == 1)
    stride = 1; // One that is never taken.
  const auto last = begin + static_cast<std::int64_t>(count - 1) * stride;
  const auto first = delta > 0 ? begin : last;
  return m.make_longs(
    model::int_seq::days(model::day_of_number(first), delta > 0 ? stride : -stride, count));
}

cell* timeout_until(machine& m, std::int64_t date, const cell& period) {
  if (cast_text(period).is_null_text())
    fail(label::null_pointer, "A period is to be read from null");
  const auto deadline = safe_add(date, parse_period(period.view()));
  std::int64_t left = 0;
  if (__builtin_sub_overflow(deadline, m.with().now_ms(), &left))
    left = deadline > 0 ? std::numeric_limits<std::int64_t>::max() : 0;
  return m.make_text_copy(long_text(std::max<std::int64_t>(left, 0)) + u" milliseconds");
}

cell* to_json(machine& m, arguments args) {
  if (args.size() != 1)
    fail(label::illegal_argument,
         "Util.toJson has " + std::to_string(args.size()) + " arguments, expected one");
  check_has_value(*args[0]);
  text_builder out{m};
  append_json(m, out, *args[0]);
  return out.to_cell();
}

} // namespace

cell* call_util(machine& m, method what, std::string_view name, arguments args) {
  if (what == method::to_json && m.names().extended())
    return to_json(m, args);
  if (args.size() == 1 && what == method::date_int_to_ts)
    return m.make_long(parse_day(text_of(m, *args[0])));
  if (args.size() == 1 && what == method::ts_to_date_int)
    return day_text(m, number_of(m, *args[0]));
  if (args.size() == 2 && what == method::increment_date_int)
    return increment_day(m, *args[0], *args[1]);
  if (args.size() == 2 && what == method::timeout_for_date_time_deadline) {
    const auto& date = cast(*args[0], type::datetime);
    if (date.empty)
      fail(label::null_pointer, "The DATETIME holds nothing");
    return timeout_until(m, date.integer, *args[1]);
  }
  if (args.size() == 2 && what == method::timeout_for_date_int_deadline)
    return timeout_until(m, parse_day(text_of(m, *args[0])), *args[1]);
  if (args.size() == 3 && what == method::date_ints_between)
    return days_between(m, *args[0], *args[1], *args[2]);
  if (args.size() == 3 && what == method::ints_between)
    return ints_between(m, *args[0], *args[1], *args[2]);
  if (args.size() == 5 && what == method::date_int_hour_to_ts)
    return hour_to_millis(m, args);
  fail_no_method(cell{type::util}, name, args);
}

} // namespace tutti::sel
