#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/date_cells.hpp"
#include "runtime/sel/date_math.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace tutti::sel {

namespace {

enum class act : std::uint8_t {
  get,
  with,
  property,
  plus,
  minus
};

struct date_method {
  method name;
  act what;
  date_field field = date_field::year;
  date_unit unit = date_unit::days;
};

using m_ = method;
using f_ = date_field;

constexpr date_method date_methods[] = {
  {m_::get_year, act::get, f_::year},
  {m_::get_hour_of_day, act::get, f_::hour_of_day},
  {m_::get_week_of_weekyear, act::get, f_::week_of_weekyear},
  {m_::get_weekyear, act::get, f_::weekyear},
  {m_::get_day_of_week, act::get, f_::day_of_week},
  {m_::get_day_of_month, act::get, f_::day_of_month},
  {m_::get_day_of_year, act::get, f_::day_of_year},
  {m_::get_millis_of_day, act::get, f_::millis_of_day},
  {m_::get_millis_of_second, act::get, f_::millis_of_second},
  {m_::get_minute_of_day, act::get, f_::minute_of_day},
  {m_::get_minute_of_hour, act::get, f_::minute_of_hour},
  {m_::get_second_of_minute, act::get, f_::second_of_minute},
  {m_::get_month_of_year, act::get, f_::month_of_year},
  {m_::get_second_of_day, act::get, f_::second_of_day},
  {m_::with_year, act::with, f_::year},
  {m_::with_weekyear, act::with, f_::weekyear},
  {m_::with_month_of_year, act::with, f_::month_of_year},
  {m_::with_week_of_weekyear, act::with, f_::week_of_weekyear},
  {m_::with_day_of_year, act::with, f_::day_of_year},
  {m_::with_day_of_month, act::with, f_::day_of_month},
  {m_::with_day_of_week, act::with, f_::day_of_week},
  {m_::with_hour_of_day, act::with, f_::hour_of_day},
  {m_::with_minute_of_hour, act::with, f_::minute_of_hour},
  {m_::with_second_of_minute, act::with, f_::second_of_minute},
  {m_::with_millis_of_second, act::with, f_::millis_of_second},
  {m_::with_millis_of_day, act::with, f_::millis_of_day},
  {m_::month_of_year, act::property, f_::month_of_year},
  {m_::weekyear, act::property, f_::weekyear},
  {m_::week_of_weekyear, act::property, f_::week_of_weekyear},
  {m_::day_of_year, act::property, f_::day_of_year},
  {m_::day_of_month, act::property, f_::day_of_month},
  {m_::day_of_week, act::property, f_::day_of_week},
  {m_::hour_of_day, act::property, f_::hour_of_day},
  {m_::minute_of_day, act::property, f_::minute_of_day},
  {m_::minute_of_hour, act::property, f_::minute_of_hour},
  {m_::second_of_day, act::property, f_::second_of_day},
  {m_::second_of_minute, act::property, f_::second_of_minute},
  {m_::millis_of_day, act::property, f_::millis_of_day},
  {m_::millis_of_second, act::property, f_::millis_of_second},
  {m_::plus_years, act::plus, f_::year, date_unit::years},
  {m_::plus_months, act::plus, f_::year, date_unit::months},
  {m_::plus_weeks, act::plus, f_::year, date_unit::weeks},
  {m_::plus_days, act::plus, f_::year, date_unit::days},
  {m_::plus_hours, act::plus, f_::year, date_unit::hours},
  {m_::plus_minutes, act::plus, f_::year, date_unit::minutes},
  {m_::plus_seconds, act::plus, f_::year, date_unit::seconds},
  {m_::plus_millis, act::plus, f_::year, date_unit::millis},
  {m_::minus_years, act::minus, f_::year, date_unit::years},
  {m_::minus_months, act::minus, f_::year, date_unit::months},
  {m_::minus_weeks, act::minus, f_::year, date_unit::weeks},
  {m_::minus_days, act::minus, f_::year, date_unit::days},
  {m_::minus_hours, act::minus, f_::year, date_unit::hours},
  {m_::minus_minutes, act::minus, f_::year, date_unit::minutes},
  {m_::minus_seconds, act::minus, f_::year, date_unit::seconds},
  {m_::minus_millis, act::minus, f_::year, date_unit::millis},
};

const date_method* find_method(method name) {
  const auto* at = std::find_if(std::begin(date_methods), std::end(date_methods),
                                [&](const date_method& x) { return x.name == name; });
  return at == std::end(date_methods) ? nullptr : at;
}

std::size_t argument_count(act x) {
  return x == act::get || x == act::property ? 0 : 1;
}

cell* apply(machine& m, const date_method& how, const cell& self, arguments args) {
  const moment date{self.integer, self.place};
  switch (how.what) {
    case act::get:
      return m.make_long(get(how.field, to_local(*date.place, date.utc)));
    case act::property: {
      auto out = self;
      out.kind = type::property;
      out.which = how.field;
      return m.make(out);
    }
    case act::with:
      return make_date(m, with_field(date, how.field, int_argument(*args[0])));
    default: {
      const std::int64_t count = int_argument(*args[0]);
      return make_date(m, plus(date, how.unit, how.what == act::plus ? count : -count));
    }
  }
}

bool compare(machine& m, method what, const cell& self, const cell& other) {
  check_has_value(other);
  auto instant = m.with().now_ms();
  if (other.kind == type::datetime && !other.empty)
    instant = other.integer;
  else if (other.kind != type::null && !other.empty)
    fail(label::class_cast, std::string{to_string(other.kind)} + " is no DATETIME");
  if (what == method::is_after)
    return self.integer > instant;
  return what == method::is_before ? self.integer < instant : self.integer == instant;
}

cell* date_to_text(machine& m, const cell& self, arguments args) {
  text out;
  const auto* pattern = args.empty() ? nullptr : &text_or_null(*args[0]);
  if (!pattern || pattern->kind == type::null || pattern->is_null_text())
    append_iso(out, {self.integer, self.place});
  else
    append_date(out, *format_of(m, pattern->view()), {self.integer, self.place});
  return m.make_text_copy(out);
}

cell* in_zone(machine& m, const cell& self, const cell& where) {
  check_has_value(where);
  const auto* place = utc_place();
  if (where.kind == type::zone && !where.empty)
    place = where.place;
  else if (where.kind != type::null && !where.empty)
    fail(label::class_cast, std::string{to_string(where.kind)} + " is no DATETIME_ZONE");
  return make_date(m, {self.integer, place});
}

cell* parse_with(machine& m, const cell& chars, const cell& how) {
  const auto& given = text_or_null(chars);
  check_has_value(how);
  if (how.kind != type::formatter && how.kind != type::null)
    fail(label::class_cast, std::string{to_string(how.kind)} + " is no DATETIME_FORMATTER");
  if (how.kind == type::null || how.empty || given.kind == type::null || given.is_null_text())
    fail(label::null_pointer, "a text or a formatter is null");
  return parse_formatted(m, how, given.view());
}

/// Methods of a date that are no field access; null if `what` is none of them.
cell* call_special(machine& m, const cell& self, method what, arguments args) {
  switch (what) {
    case method::to_string:
      return date_to_text(m, self, args);
    case method::with_zone:
    case method::to_date_time:
      return in_zone(m, self, *args[0]);
    case method::is_after:
    case method::is_before:
    case method::is_equal:
      return m.make_bool(compare(m, what, self, *args[0]));
    case method::get_millis:
      return m.make_long(self.integer);
    default:
      return make_date(m, start_of_day({self.integer, self.place}));
  }
}

bool is_special(method what, std::size_t count) {
  switch (what) {
    case method::to_string:
      return count <= 1;
    case method::with_zone:
    case method::to_date_time:
    case method::is_after:
    case method::is_before:
    case method::is_equal:
      return count == 1;
    case method::get_millis:
    case method::with_time_at_start_of_day:
      return count == 0;
    default:
      return false;
  }
}

} // namespace

cell* call_date(machine& m, cell& self, method what, std::string_view name, arguments args) {
  const auto is_parse = what == method::parse && args.size() == 2;
  const auto special = is_special(what, args.size());
  const auto* simple = find_method(what);
  if (simple && argument_count(simple->what) != args.size())
    simple = nullptr;
  if (!is_parse && !special && !simple)
    fail_no_method(self, name, args);
  return call_wrapped(name, args.size(), [&] {
    if (self.empty != is_parse) {
      for (const auto* x : args)
        check_has_value(*x);
      fail_wrong_receiver();
    }
    if (is_parse)
      return parse_with(m, *args[0], *args[1]);
    return special ? call_special(m, self, what, args) : apply(m, *simple, self, args);
  });
}

} // namespace tutti::sel
