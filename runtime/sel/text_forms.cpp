#include "runtime/sel/text_forms.hpp"

#include "runtime/sel/calendar.hpp"
#include "runtime/sel/date_text.hpp"
#include "runtime/sel/failure.hpp"
#include "runtime/sel/hash_map.hpp"
#include "runtime/sel/zone.hpp"

#include <algorithm>
#include <cmath>

namespace tutti::sel {

namespace {

void check_depth(machine& m, std::uint32_t depth) {
  if (depth > m.with().bounds.depth)
    fail(label::illegal_state,
         "A map nests more than " + std::to_string(m.with().bounds.depth) + " levels");
  m.spend(1);
}

/// Java shows where an object lies, which nobody can rely on.
std::string_view identity(type x) {
  switch (x) {
    case type::string_array:
      return "[Ljava.lang.String;@1";
    case type::long_array:
      return "[J@1";
    case type::double_array:
      return "[D@1";
    case type::boolean_array:
      return "[Z@1";
    case type::formatter:
      return "org.joda.time.format.DateTimeFormatter@1";
    default:
      return "java.lang.Object@1";
  }
}

std::string_view preset_name(type x) {
  switch (x) {
    case type::params:
      return "PRESET_PARAMS";
    case type::util:
      return "Preset SEL Utility Function Class";
    case type::misc:
      return "SEL Miscellaneous Function Class";
    default:
      return "Java Math Class";
  }
}

template <class F>
void append_entries(machine& m, text_builder& out, const cell& x, std::uint32_t depth, F each) {
  check_depth(m, depth);
  auto first = true;
  out.add(u'{');
  x.entries->each([&](const hash_map::entry& e) {
    if (!std::exchange(first, false))
      out.add(std::string_view{", "});
    out.add(e.chars ? e.key() : text_view{u"null"});
    out.add(u'=');
    each(*e.value);
  });
  out.add(u'}');
}

template <class F>
void append_items(machine& m, const cell& x, F each) {
  const auto& list = *x.items;
  m.spend(list.count / 8);
  cell number{type::integer};
  for (std::uint32_t i = 0; i < list.count; ++i) {
    if (list.items == nullptr)
      number.integer = (*list.seq)[i];
    each(i, list.items ? list.items[i] : number);
  }
}

void append_scalar(text_builder& out, const cell& x) {
  switch (x.kind) {
    case type::string:
    case type::thrown:
      out.add(x.is_null_text() ? text_view{u"null"} : x.view());
      return;
    case type::integer:
      out.add(x.integer);
      return;
    case type::real:
      out.add(double_text(x.real));
      return;
    default:
      out.add(x.truth ? std::string_view{"true"} : "false");
  }
}

bool is_scalar(type x) {
  return x <= type::boolean;
}

void append_unboxed_map(machine& m, text_builder& out, const cell& x, std::uint32_t depth) {
  if (x.entries == nullptr) {
    out.add(std::string_view{"null"});
    return;
  }
  append_entries(m, out, x, depth, [&](const cell& value) {
    if (is_scalar(value.kind))
      append_scalar(out, value);
    else if (is_array(value.kind))
      out.add(identity(value.kind));
    else if (value.kind == type::map)
      append_unboxed_map(m, out, value, depth + 1);
    else
      fail(label::unsupported,
           "A map with " + std::string{to_string(value.kind)} + " cannot be handed over");
  });
}

void append_json_text(text_builder& out, text_view x) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr text_view special = u"\"\\\b\t\n\f\r";
  constexpr text_view letters = u"\"\\btnfr";
  out.add(u'"');
  for (auto c : x) {
    const auto at = special.find(c);
    if (at != text_view::npos) {
      out.add(u'\\').add(letters[at]);
    } else if (c < 0x20) {
      out.add(std::string_view{"\\u00"}).add(static_cast<char16_t>(hex[c >> 4]));
      out.add(static_cast<char16_t>(hex[c & 0xF]));
    } else {
      out.add(c);
    }
  }
  out.add(u'"');
}

void append_json_scalar(text_builder& out, const cell& x) {
  if (x.kind == type::string && !x.is_null_text())
    append_json_text(out, x.view());
  else if (x.kind == type::real && !std::isfinite(x.real))
    append_json_text(out, double_text(x.real));
  else
    append_scalar(out, x);
}

} // namespace

text_builder& text_builder::add(std::string_view ascii) {
  for (auto c : ascii)
    add(static_cast<char16_t>(static_cast<unsigned char>(c)));
  return *this;
}

text_builder& text_builder::add(std::int64_t x) {
  return add(long_text(x));
}

text_builder& text_builder::fill(std::size_t count, char16_t c) {
  if (out_.size() + count > charged_)
    charge(count);
  out_.append(count, c);
  return *this;
}

void text_builder::charge(std::size_t more) {
  const auto wanted = std::max(out_.size() + more, out_.size() * 2);
  held_.grow_to(2 * wanted);
  m_.spend(wanted / 64);
  charged_ = wanted;
  out_.reserve(wanted);
}

void append_object(text_builder& out, const cell& x) {
  if (x.empty) {
    out.add(std::string_view{"null"});
    return;
  }
  switch (x.kind) {
    case type::datetime:
      append_iso(out.chars(), {x.integer, x.place});
      return;
    case type::zone:
      out.add(x.place->id());
      return;
    case type::property:
      out.add(std::string_view{"Property["}).add(name_of(x.which)).add(u']');
      return;
    case type::days:
      out.add(u'P').add(x.integer).add(u'D');
      return;
    case type::uuid:
      append_uuid(out.chars(), x.integer, x.second_half);
      return;
    default:
      out.add(identity(x.kind));
  }
}

void append_inner(machine& m, text_builder& out, const cell& x) {
  if (is_scalar(x.kind))
    return append_scalar(out, x);
  switch (x.kind) {
    case type::null:
    case type::nothing:
      out.add(std::string_view{"null"});
      return;
    case type::map:
      return append_outer(m, out, x);
    case type::params:
    case type::util:
    case type::misc:
    case type::math:
    case type::uuid:
    case type::thrown:
      fail(label::unsupported, std::string{to_string(x.kind)} + " has no text");
    default:
      return is_array(x.kind) ? void(out.add(identity(x.kind))) : append_object(out, x);
  }
}

void append_outer(machine& m, text_builder& out, const cell& x, std::uint32_t depth) {
  if (is_scalar(x.kind))
    return append_scalar(out, x);
  if (x.kind == type::map && x.entries == nullptr) {
    out.add(std::string_view{"null"});
  } else if (x.kind == type::map) {
    append_entries(m, out, x, depth,
                   [&](const cell& value) { append_outer(m, out, value, depth + 1); });
  } else if (is_array(x.kind)) {
    out.add(u'[');
    append_items(m, x, [&](std::uint32_t i, const cell& item) {
      if (i > 0)
        out.add(std::string_view{", "});
      append_scalar(out, item);
    });
    out.add(u']');
  } else if (x.kind == type::null) {
    out.add(std::string_view{"NULL"});
  } else if (x.kind >= type::params) {
    out.add(preset_name(x.kind));
  } else if (x.kind == type::uuid) {
    out.add(identity(x.kind));
  } else {
    append_object(out, x);
  }
}

void append_unboxed(machine& m, text_builder& out, const cell& x) {
  switch (x.kind) {
    case type::integer:
      out.add(x.integer > 2'147'483'647 ? x.integer : static_cast<std::int32_t>(x.integer));
      return;
    case type::map:
      return append_unboxed_map(m, out, x, 0);
    case type::null:
      out.add(std::string_view{"null"});
      return;
    default:
      return append_inner(m, out, x);
  }
}

void append_json(machine& m, text_builder& out, const cell& x, std::uint32_t depth) {
  if (is_scalar(x.kind))
    return append_json_scalar(out, x);
  if (is_array(x.kind)) {
    out.add(u'[');
    append_items(m, x, [&](std::uint32_t i, const cell& item) {
      if (i > 0)
        out.add(u',');
      append_json_scalar(out, item);
    });
    out.add(u']');
    return;
  }
  if (x.kind == type::null || (x.kind == type::map && x.entries == nullptr)) {
    out.add(std::string_view{"null"});
    return;
  }
  if (x.kind != type::map)
    fail(label::unsupported, std::string{to_string(x.kind)} + " cannot be returned");
  check_depth(m, depth);
  auto first = true;
  out.add(u'{');
  x.entries->each([&](const hash_map::entry& e) {
    if (!std::exchange(first, false))
      out.add(u',');
    append_json_text(out, e.chars ? e.key() : text_view{u"null"});
    out.add(u':');
    if (e.value->kind == type::null)
      fail(label::unsupported, "A map with NULL cannot be returned");
    append_json(m, out, *e.value, depth + 1);
  });
  out.add(u'}');
}

} // namespace tutti::sel
