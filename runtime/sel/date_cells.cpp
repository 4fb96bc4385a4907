#include "runtime/sel/date_cells.hpp"

#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/date_math.hpp"

#include <iterator>

namespace tutti::sel {

namespace {

[[noreturn]] void fail_empty(const cell& x) {
  fail(label::null_pointer, "The " + std::string{to_string(x.kind)} + " holds nothing");
}

const zone* place_of(const cell& x) {
  return cast(x, type::zone).empty ? utc_place() : x.place;
}

/// The instant of a constructor's first argument.
moment instant_of(machine& m, const cell& x, const zone* place) {
  switch (x.kind) {
    case type::integer:
      return {x.integer, utc_place()};
    case type::string:
      if (!x.is_null_text())
        return {parse_iso(x.view(), place ? *place : *utc_place()), utc_place()};
      break;
    case type::datetime:
      if (!x.empty)
        return {x.integer, x.place};
      break;
    case type::null:
      break;
    default:
      check_has_value(x);
      if (!x.empty && (x.kind != type::map || x.entries != nullptr))
        fail(label::illegal_argument,
             "No instant can be made of " + std::string{to_string(x.kind)});
  }
  return {m.with().now_ms(), utc_place()};
}

cell* construct_from_fields(machine& m, arguments args) {
  constexpr date_field fields[] = {date_field::year,
                                   date_field::month_of_year,
                                   date_field::day_of_month,
                                   date_field::hour_of_day,
                                   date_field::minute_of_hour,
                                   date_field::second_of_minute,
                                   date_field::millis_of_second};
  std::int32_t values[std::size(fields)];
  for (std::size_t i = 0; i < std::size(fields); ++i)
    values[i] = static_cast<std::int32_t>(cast_long(*args[i]));
  const auto* place = place_of(*args[7]);
  for (std::size_t i = 3; i < std::size(fields); ++i)
    check_value(fields[i], values[i], 0, greatest(fields[i]));
  auto local = set(date_field::year, 0, values[0]);
  for (std::size_t i = 1; i < std::size(fields); ++i)
    local = set(fields[i], local, values[i]);
  return make_date(m, {instant_of(local, *place), place});
}

} // namespace

const zone* utc_place() {
  static const zone utc;
  return &utc;
}

cell* make_date(machine& m, moment x) {
  cell out{type::datetime};
  out.integer = x.utc;
  out.place = x.place;
  return m.make(out);
}

const date_format* format_of(machine& m, text_view pattern) {
  const auto now = m.with().now_ms();
  m.spend(pattern.size());
  return compile_format(m.memory(), pattern, get(date_field::year, now),
                        get(date_field::weekyear, now));
}

cell* parse_formatted(machine& m, const cell& formatter, text_view x) {
  m.spend(x.size() / 8 + formatter.format->steps.size());
  const auto* place = formatter.place ? formatter.place : utc_place();
  const auto out = parse_date(*formatter.format, x, *place);
  if (out.place && !formatter.place)
    place = m.memory().make(*out.place);
  return make_date(m, {out.utc, place});
}

cell* construct_date(machine& m, arguments args) {
  switch (args.size()) {
    case 0:
      return make_date(m, {m.with().now_ms(), utc_place()});
    case 1:
      return make_date(m, instant_of(m, *args[0], nullptr));
    case 2: {
      check_has_value(*args[0]);
      const auto* place = place_of(*args[1]);
      return make_date(m, {instant_of(m, *args[0], place).utc, place});
    }
    case 8:
      return construct_from_fields(m, args);
    default:
      fail(label::illegal_argument,
           "A DateTime cannot be made of " + std::to_string(args.size()) + " arguments");
  }
}

cell* call_zone(machine& m, cell& self, method what, std::string_view name, arguments args) {
  if (what == method::for_id && args.size() == 1) {
    const auto& id = cast_text(*args[0]);
    const auto found = id.is_null_text() ? zone{} : find_zone(id.view());
    if (!found)
      fail(label::illegal_argument,
           "The datetime zone id '" + to_utf8(id.view().substr(0, 64)) + "' is not recognised");
    cell out{type::zone};
    out.place = m.memory().make(*found);
    return m.make(out);
  }
  if (what == method::get_offset && args.size() == 1) {
    if (self.empty)
      fail_empty(self);
    const auto& date = cast(*args[0], type::datetime);
    return m.make_long(self.place->offset_at(date.empty ? m.with().now_ms() : date.integer));
  }
  fail_no_method(self, name, args);
}

cell* call_formatter(machine& m, cell& self, method what, std::string_view name, arguments args) {
  const auto one = args.size() == 1;
  const auto is_parse = what == method::parse_date_time && one
                        && (args[0]->kind == type::string || args[0]->kind == type::integer);
  const auto is_print = what == method::print && one
                        && (args[0]->kind == type::datetime || args[0]->kind == type::integer);
  if (one && what == method::for_pattern) {
    const auto& pattern = cast_text(*args[0]);
    cell out{type::formatter};
    out.format = format_of(m, pattern.view());
    out.place = nullptr;
    return m.make(out);
  }
  if (!is_parse && !is_print
      && !(one && (what == method::with_zone || what == method::parse_millis)))
    fail_no_method(self, name, args);
  const auto& x = *args[0];
  if (self.empty)
    fail_empty(self);
  if (what == method::with_zone) {
    auto out = self;
    out.place = cast(x, type::zone).empty ? nullptr : x.place;
    return m.make(out);
  }
  if (is_parse) {
    const auto number = x.kind == type::integer ? long_text(x.integer) : text{u"null"};
    const auto own = x.kind == type::integer || x.is_null_text();
    return parse_formatted(m, self, own ? text_view{number} : x.view());
  }
  if (what == method::parse_millis) {
    if (cast_text(x).is_null_text())
      fail(label::null_pointer, "A date is to be read from null");
    const auto* place = self.place ? self.place : utc_place();
    return m.make_long(parse_date(*self.format, x.view(), *place).utc);
  }
  const auto has_place = x.kind == type::datetime && !x.empty && !self.place;
  const auto utc = x.empty ? m.with().now_ms() : x.integer;
  text out;
  append_date(out, *self.format,
              {utc, has_place    ? x.place
                    : self.place ? self.place
                                 : utc_place()});
  return m.make_text_copy(out);
}

cell* call_property(machine& m, cell& self, method what, std::string_view name, arguments args) {
  if (!args.empty()
      || (what != method::get && what != method::get_as_text && what != method::with_minimum_value
          && what != method::with_maximum_value))
    fail_no_method(self, name, args);
  if (self.empty)
    fail_empty(self);
  const moment x{self.integer, self.place};
  if (what == method::with_minimum_value)
    return make_date(m, with_least(x, self.which));
  if (what == method::with_maximum_value)
    return make_date(m, with_greatest(x, self.which));
  const auto value = get(self.which, to_local(*x.place, x.utc));
  if (what == method::get)
    return m.make_long(value);
  const auto words = long_name(self.which, value);
  return m.make_text_copy(words.empty() ? long_text(value) : ascii(words));
}

cell* call_days(machine& m, cell& self, method what, std::string_view name, arguments args) {
  if (what == method::get_days && args.empty()) {
    if (self.empty)
      fail_empty(self);
    return m.make_long(self.integer);
  }
  if (what != method::days_between || args.size() != 2)
    fail_no_method(self, name, args);
  const auto& from = cast(*args[0], type::datetime);
  const auto& to = cast(*args[1], type::datetime);
  if (from.empty || to.empty)
    fail(label::illegal_argument, "A date holds nothing");
  cell out{type::days};
  out.integer = days_between({from.integer, from.place}, {to.integer, to.place});
  return m.make(out);
}

} // namespace tutti::sel
