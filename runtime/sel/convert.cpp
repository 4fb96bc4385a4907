#include "runtime/sel/convert.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/model/decimals.hpp"
#include "runtime/sel/failure.hpp"
#include "runtime/sel/hash_map.hpp"
#include "runtime/sel/text_forms.hpp"

#include <algorithm>

namespace tutti::sel {

namespace {

bool is_ascii(std::string_view x) {
  return std::all_of(x.begin(), x.end(), [](char c) { return (c & 0x80) == 0; });
}

/// The characters of a text from outside.
text_view keep_text(machine& m, std::string_view utf8) {
  m.spend(utf8.size() / 32);
  if (is_ascii(utf8)) {
    auto* chars = m.make_chars(utf8.size());
    std::copy(utf8.begin(), utf8.end(), chars);
    return {chars, utf8.size()};
  }
  const auto x = to_utf16(utf8);
  auto* chars = m.make_chars(x.size());
  x.copy(chars, x.size());
  return {chars, x.size()};
}

template <class T, class F>
cell* box_list(machine& m, type kind, const std::vector<T>& items, F fill) {
  auto* out = m.make_array(kind, static_cast<std::int32_t>(items.size()));
  for (std::size_t i = 0; i < items.size(); ++i)
    fill(out->items->items[i], items[i]);
  return out;
}

cell* box_texts(machine& m, const std::vector<std::string>& items) {
  return box_list(m, type::string_array, items, [&](cell& to, const std::string& x) {
    const auto kept = keep_text(m, x);
    m.meter_more(2 * kept.size());
    to.chars = kept.data();
    to.length = static_cast<std::uint32_t>(kept.size());
  });
}

cell* new_map(machine& m) {
  cell out{type::map};
  out.entries = m.memory().make(hash_map{});
  return m.make(out);
}

void put(machine& m, cell& map, const std::string& key, cell* value) {
  const auto kept = keep_text(m, key);
  m.meter(2 * kept.size());
  std::uint64_t work = 0;
  map.entries->put(m.memory(), kept.data(), static_cast<std::uint32_t>(kept.size()), value, work);
  m.spend(work / 4);
}

bool can_be_entry(const model::value& x) {
  return !x.is_null() && !x.as<model::param_map>();
}

// -- out -------------------------------------------------------------------------------

std::string text_out(machine& m, const cell& x) {
  m.memory().charge(std::size_t{x.length} * 2 + 32);
  m.spend(x.length / 16);
  return x.is_null_text() ? std::string{} : to_utf8(x.view());
}

model::value list_out(machine& m, const cell& x) {
  const auto& list = *x.items;
  if (list.items == nullptr && list.seq != nullptr)
    return {*list.seq};
  m.spend(list.count / 8);
  m.memory().charge(std::size_t{list.count} * 8);
  const auto gather = [&](auto out, auto get) {
    out.reserve(list.count);
    for (std::uint32_t i = 0; i < list.count; ++i)
      out.push_back(get(list.items[i]));
    return out;
  };
  switch (x.kind) {
    case type::string_array:
      return {gather(std::vector<std::string>{}, [&](const cell& i) { return text_out(m, i); })};
    case type::long_array:
      return {model::int_seq{
        gather(std::vector<std::int64_t>{}, [](const cell& i) { return i.integer; })}};
    case type::double_array:
      return {gather(std::vector<double>{}, [](const cell& i) { return i.real; })};
    default:
      return {gather(std::vector<bool>{}, [](const cell& i) { return i.truth; })};
  }
}

model::value value_out(machine& m, const cell& x, std::uint32_t depth);

model::value map_out(machine& m, const cell& x, std::uint32_t depth) {
  if (depth > m.with().bounds.depth)
    fail(label::illegal_state,
         "A map nests more than " + std::to_string(m.with().bounds.depth) + " levels");
  model::value_map out;
  m.spend(1);
  m.memory().charge(x.entries->size() * sizeof(model::value_map::value_type));
  x.entries->each([&](const hash_map::entry& e) {
    m.memory().charge(e.length);
    out.append(e.chars ? to_utf8(e.key()) : "null", value_out(m, *e.value, depth + 1));
  });
  return {std::move(out)};
}

model::value value_out(machine& m, const cell& x, std::uint32_t depth) {
  switch (x.kind) {
    case type::string:
      return x.is_null_text() ? model::value{} : model::value{text_out(m, x)};
    case type::integer:
      return {x.integer};
    case type::real:
      return {x.real};
    case type::boolean:
      return {x.truth};
    case type::map:
      return x.entries ? map_out(m, x, depth) : model::value{};
    default:
      if (is_array(x.kind))
        return list_out(m, x);
      fail(label::unsupported, std::string{to_string(x.kind)} + " cannot be returned");
  }
}

} // namespace

cell* machine::box(const model::value& x, std::uint32_t depth) {
  if (depth > with_.bounds.depth)
    fail(label::illegal_state,
         "A value from outside nests more than " + std::to_string(with_.bounds.depth) + " levels");
  return std::visit(
    overload{
      [&](std::monostate) -> cell* { return null(); },
      [&](const std::string& v) -> cell* { return make_text(keep_text(*this, v)); },
      [&](std::int64_t v) -> cell* { return make_long(v); },
      [&](double v) -> cell* { return make_double(v); },
      [&](bool v) -> cell* { return make_bool(v); },
      [&](const std::vector<std::string>& v) -> cell* { return box_texts(*this, v); },
      [&](const model::int_seq& v) -> cell* { return make_longs_of(v); },
      [&](const std::vector<double>& v) -> cell* {
        return box_list(*this, type::double_array, v, [](cell& to, double i) { to.real = i; });
      },
      [&](const std::vector<bool>& v) -> cell* {
        return box_list(*this, type::boolean_array, v, [](cell& to, bool i) { to.truth = i; });
      },
      [&](const std::vector<model::decimal>& v) -> cell* {
        return box_list(*this, type::double_array, v,
                        [](cell& to, const auto& i) { to.real = model::to_double(i); });
      },
      [&](const model::decimal& v) -> cell* { return make_double(model::to_double(v)); },
      [&](const model::string_map& v) -> cell* {
        auto* out = new_map(*this);
        for (const auto& [key, item] : v)
          put(*this, *out, key, make_text(keep_text(*this, item)));
        return out;
      },
      [&](const model::value_map& v) -> cell* {
        auto* out = new_map(*this);
        for (const auto& [key, item] : v) {
          if (!can_be_entry(item))
            fail(label::illegal_argument,
                 "The map entry [" + key + "] has no value of the language");
          put(*this, *out, key, box(item, depth + 1));
        }
        return out;
      },
      [&](const model::param_map&) -> cell* {
        fail(label::unsupported, "Definitions of parameters are no value of the language");
      },
    },
    x.v);
}

model::value to_value(machine& m, const cell& x) {
  return value_out(m, x, 0);
}

std::string to_json_text(machine& m, const cell& x) {
  text_builder out{m};
  if (x.kind <= type::map) {
    append_json(m, out, x);
  } else if (x.kind == type::null || x.kind == type::nothing || x.kind >= type::params) {
    out.add(std::string_view{"null"});
  } else {
    text_builder form{m};
    if (x.kind == type::thrown)
      form.add(x.is_null_text() ? text_view{u"null"} : x.view());
    else
      append_object(form, x);
    cell as_text{type::string};
    as_text.chars = form.view().data();
    as_text.length = static_cast<std::uint32_t>(form.view().size());
    append_json(m, out, as_text);
  }
  m.memory().charge(out.view().size());
  return to_utf8(out.view());
}

} // namespace tutti::sel
