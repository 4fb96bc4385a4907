#include "runtime/sel/calls.hpp"

#include "runtime/sel/call_rules.hpp"
#include "runtime/sel/date_text.hpp"
#include "runtime/sel/hash_map.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

[[noreturn]] void fail_constructor(type what, arguments args) {
  std::string found;
  for (const auto* x : args)
    found += (found.empty() ? "" : ", ") + std::string{to_string(x->kind)};
  fail(label::illegal_argument,
       "Invalid arguments (" + found + ") for new " + std::string{to_string(what)});
}

cell* construct_text(machine& m, arguments args) {
  if (args.empty())
    return m.make_text(u"");
  if (args.size() == 1 && args[0]->kind == type::string) {
    m.meter(2ULL * args[0]->length);
    return m.memory().make(*args[0]);
  }
  if (args.size() == 1 && args[0]->kind == type::integer)
    return m.make_text_copy(long_text(args[0]->integer));
  fail_constructor(type::string, args);
}

bool equals_ignoring_case(const cell& x, text_view word) {
  return !x.is_null_text() && x.length == word.size() && to_lower(x.view()) == word;
}

cell* call_misc(machine& m, const cell& self, method what, std::string_view name, arguments args) {
  if (what == method::current_time_millis && args.empty())
    return m.make_long(m.with().now_ms());
  if (what == method::as_list && args.size() == 1)
    return args[0];
  fail_no_method(self, name, args);
}

cell* call_uuid(machine& m, const cell& self, method what, std::string_view name, arguments args) {
  if (what == method::random_uuid && args.empty()) {
    cell out{type::uuid};
    out.integer = static_cast<std::int64_t>(m.with().random_bits());
    out.second_half = static_cast<std::int64_t>(m.with().random_bits());
    return m.make(out);
  }
  if (what == method::to_string && args.empty()) {
    text out;
    if (self.empty)
      out = u"null";
    else
      append_uuid(out, self.integer, self.second_half);
    return m.make_text_copy(out);
  }
  fail_no_method(self, name, args);
}

} // namespace

void fail_no_method(const cell& self, std::string_view name, arguments args) {
  fail(label::unsupported, std::string{to_string(self.kind)} + " does not support the method "
                             + std::string{name} + " with " + std::to_string(args.size())
                             + " arguments");
}

cell* construct(machine& m, type what, arguments args) {
  switch (what) {
    case type::string:
      return construct_text(m, args);
    case type::integer:
      if (args.size() == 1 && args[0]->kind == type::integer)
        return m.make_long(args[0]->integer);
      if (args.size() == 1 && args[0]->kind == type::string)
        return m.make_long(long_of(*args[0]));
      fail_constructor(what, args);
    case type::real:
      if (args.size() == 1 && args[0]->kind == type::real)
        return m.make_double(args[0]->real);
      if (args.size() == 1 && args[0]->kind == type::string)
        return m.make_double(double_of(*args[0]));
      fail_constructor(what, args);
    case type::boolean:
      if (args.size() == 1 && args[0]->kind == type::boolean)
        return m.make_bool(args[0]->truth);
      if (args.size() == 1 && args[0]->kind == type::string)
        return m.make_bool(equals_ignoring_case(*args[0], u"true"));
      fail_constructor(what, args);
    case type::map: {
      if (!args.empty())
        fail_constructor(what, args);
      cell out{type::map};
      out.entries = m.memory().make(hash_map{});
      return m.make(out);
    }
    case type::datetime:
      return construct_date(m, args);
    default:
      fail(label::unsupported, std::string{to_string(what)} + " has no constructor");
  }
}

cell* call_method(machine& m, cell& self, method what, std::string_view name, arguments args) {
  switch (self.kind) {
    case type::string:
      return call_text(m, self, what, name, args);
    case type::integer:
      return call_long(m, self, what, name, args);
    case type::real:
      return call_double(m, self, what, name, args);
    case type::map:
      return call_map(m, self, what, name, args);
    case type::datetime:
      return call_date(m, self, what, name, args);
    case type::zone:
      return call_zone(m, self, what, name, args);
    case type::formatter:
      return call_formatter(m, self, what, name, args);
    case type::property:
      return call_property(m, self, what, name, args);
    case type::days:
      return call_days(m, self, what, name, args);
    case type::params:
      return call_params(m, what, name, args);
    case type::util:
      return call_util(m, what, name, args);
    case type::math:
      return call_math(m, what, name, args);
    case type::misc:
      return call_misc(m, self, what, name, args);
    case type::uuid:
      return call_uuid(m, self, what, name, args);
    default:
      fail_no_method(self, name, args);
  }
}

cell* read_field(machine& m, cell& self, method what, std::string_view name) {
  if (is_array(self.kind) && what == method::length)
    return m.make_long(self.items->count);
  if (self.kind == type::params)
    return params_field(m, to_utf16(name));
  if (self.kind == type::misc && what == method::sunday)
    return m.make_long(7);
  if (self.kind == type::zone && what == method::utc) {
    cell out{type::zone};
    out.place = m.memory().make(zone{});
    return m.make(out);
  }
  fail(label::unsupported,
       std::string{to_string(self.kind)} + " does not support the field " + std::string{name});
}

cell* call_long(machine& m, cell& self, method what, std::string_view name, arguments args) {
  if (what == method::to_string && args.empty())
    return m.make_text_copy(long_text(self.integer));
  if (what == method::to_string && args.size() == 1)
    return m.make_text_copy(long_text(cast_long(*args[0])));
  if (what == method::value_of && args.size() == 1 && args[0]->kind == type::integer)
    return m.make_long(args[0]->integer);
  if (what == method::value_of && args.size() == 1 && args[0]->kind == type::string)
    return m.make_long(long_of(*args[0]));
  if (what == method::parse_long && args.size() == 1)
    return m.make_long(long_of(cast_text(*args[0])));
  if (what == method::int_value && args.empty())
    return m.make_long(self.integer);
  fail_no_method(self, name, args);
}

cell* call_params(machine& m, method what, std::string_view name, arguments args) {
  const auto one = args.size() == 1;
  if (one && what == method::get) {
    const auto& key = cast_text(*args[0]);
    return params_field(m, key.is_null_text() ? text_view{u"null"} : key.view());
  }
  if (one && what == method::contains_key)
    return m.make_bool(m.names().find_in_params(to_utf8(cast_text(*args[0]).view())) != nullptr);
  const auto all_texts = std::all_of(args.begin(), args.end(),
                                     [](const cell* x) { return x->kind == type::string; });
  if (!m.names().extended() || args.size() > 3 || !all_texts)
    fail_no_method(cell{type::params}, name, args);
  std::vector<std::string> texts;
  for (const auto* x : args)
    texts.push_back(x->is_null_text() ? "null" : to_utf8(x->view()));
  auto out = m.names().call(name, texts);
  if (!out)
    fail(out.error());
  return m.box(m.keep(*std::move(out)));
}

cell* params_field(machine& m, text_view name) {
  const auto* given = m.names().find_in_params(to_utf8(name));
  return given ? m.box(*given) : m.null();
}

} // namespace tutti::sel
