#include "runtime/base/overload.hpp"
#include "runtime/model/decimals.hpp"
#include "runtime/model/json_codec.hpp"

namespace tutti::model {

namespace {

// -- values ---------------------------------------------------------------------------------------

json::value write_decimal(const decimal& x) {
  return is_json_number(x.text) ? exact_number(x.text) : write_json(x.text);
}

json::value write_numbers(const int_seq& x) {
  json::array out;
  out.reserve(x.size());
  for (std::uint64_t i = 0; i < x.size(); ++i)
    out.push_back(x[i]);
  return out;
}

json::value write_decimals(const std::vector<decimal>& xs) {
  json::array out;
  out.reserve(xs.size());
  for (const auto& x : xs)
    out.push_back(write_decimal(x));
  return out;
}

template <class T>
bool read_as(json_reader& in, const json_place& at, const json::value& x, value& out) {
  T item{};
  if (!read_json(in, at, x, item))
    return false;
  out.v = std::move(item);
  return true;
}

bool read_numbers(json_reader& in, const json_place& at, const json::value& x, value& out) {
  std::vector<std::int64_t> items;
  if (!read_json(in, at, x, items))
    return false;
  out.v = int_seq{std::move(items)};
  return true;
}

bool read_decimal(json_reader& in, const json_place& at, const json::value& x, decimal& out) {
  auto number = number_text(x);
  auto text = plain_text(x);
  auto found = number ? parse_decimal(*number) : text ? parse_decimal(*text) : std::nullopt;
  if (!found)
    return in.expected(at, "a decimal number", x);
  out = std::move(*found);
  return true;
}

bool read_decimals(json_reader& in, const json_place& at, const json::value& x, value& out) {
  const auto* items = x.if_array();
  if (!items)
    return in.expected(at, "a list", x);
  std::vector<decimal> found(items->size());
  for (std::size_t i = 0; i < items->size(); ++i)
    if (!read_decimal(in, json_place{at, i}, (*items)[i], found[i]))
      return false;
  out.v = std::move(found);
  return true;
}

/// A text list or map has no place for a null.
bool without_nulls(json_reader& in, const json_place& at, const json::value& x) {
  if (const auto* members = x.if_object()) {
    for (const auto& member : *members)
      if (member.value().is_null()) {
        auto name = key_of(member);
        return in.expected(json_place{at, name}, "a text", member.value());
      }
  } else if (const auto* items = x.if_array())
    for (std::size_t i = 0; i < items->size(); ++i)
      if ((*items)[i].is_null())
        return in.expected(json_place{at, i}, "an element", (*items)[i]);
  return true;
}

bool read_entries(json_reader& in, const json_place& at, const json::value& x, value& out) {
  param_map entries;
  if (!detail::read_map(in, at, x, entries))
    return false;
  out.v = std::move(entries);
  return true;
}

bool read_literal(json_reader& in, const json_place& at, param_type type, const json::value& x,
                  value& out) {
  if (type != param_type::map && !without_nulls(in, at, x))
    return false;
  decimal number;
  switch (type) {
    case param_type::text:
      return read_as<std::string>(in, at, x, out);
    case param_type::integer:
      return read_as<std::int64_t>(in, at, x, out);
    case param_type::decimal:
      if (!read_decimal(in, at, x, number))
        return false;
      out.v = std::move(number);
      return true;
    case param_type::boolean:
      return read_as<bool>(in, at, x, out);
    case param_type::string_map:
      return read_as<string_map>(in, at, x, out);
    case param_type::string_array:
      return read_as<std::vector<std::string>>(in, at, x, out);
    case param_type::long_array:
      return read_numbers(in, at, x, out);
    case param_type::double_array:
      return read_decimals(in, at, x, out);
    case param_type::boolean_array:
      return read_as<std::vector<bool>>(in, at, x, out);
    case param_type::map:
      return read_entries(in, at, x, out);
  }
  return in.expected(at, "a value", x);
}

bool read_result(json_reader& in, const json_place& at, param_type type, const json::value& x,
                 value& out) {
  switch (type) {
    case param_type::decimal:
      return read_as<double>(in, at, x, out);
    case param_type::double_array:
      return read_as<std::vector<double>>(in, at, x, out);
    case param_type::map:
      return read_as<value_map>(in, at, x, out);
    default:
      return read_literal(in, at, type, x, out);
  }
}

/// Whether JSON calls it no value at all; only texts may be empty.
bool no_value(param_type type, const json::value& x) {
  auto number = type == param_type::integer || type == param_type::decimal
                || type == param_type::boolean;
  return is_absent(x, number);
}

bool all_of_kind(const json::array& items, bool (*test)(const json::value&)) {
  for (const auto& item : items)
    if (!test(item))
      return false;
  return true;
}

bool read_untyped_list(json_reader& in, const json_place& at, const json::value& x, value& out) {
  const auto& items = x.get_array();
  auto is_text = [](const json::value& item) { return plain_text(item).has_value(); };
  auto is_flag = [](const json::value& item) { return item.is_bool(); };
  auto is_whole = [](const json::value& item) { return item.is_int64(); };
  auto is_number = [](const json::value& item) { return number_text(item).has_value(); };
  if (all_of_kind(items, is_text))
    return read_as<std::vector<std::string>>(in, at, x, out);
  if (all_of_kind(items, is_flag))
    return read_as<std::vector<bool>>(in, at, x, out);
  if (all_of_kind(items, is_whole))
    return read_numbers(in, at, x, out);
  if (all_of_kind(items, is_number))
    return read_as<std::vector<double>>(in, at, x, out);
  return in.expected(at, "a list of texts, of numbers or of booleans", x);
}

// -- members of a param ---------------------------------------------------------------------------

constexpr std::string_view meta_name = "meta";
constexpr std::string_view source_name = "source";
constexpr std::string_view internal_mode_name = "internal_mode";

/// Keeps a meta member that has a meaning: as the enum, and as it was written when that is not
/// the name of the enum, or does not stand where the enum is written. What is no name of the enum
/// has no meaning.
template <class E>
void read_meaning(std::string_view name, const json::value& x, bool in_place,
                  std::optional<E>& known, param& out) {
  auto text = plain_text(x);
  known = text ? json_enum<E>::parse(*text) : std::nullopt;
  out.meta.erase(name);
  if (!known || !in_place || to_string(*known) != *text)
    keep_extra(out.meta, name, x);
}

/// Whether the meta holds the member in a spelling of its own, which is then the one to write.
template <class T>
bool spelled_in_meta(const param& x, std::string_view name, const T& member) {
  if constexpr (detail::is_optional<T>::value)
    if constexpr (std::is_enum_v<typename T::value_type>) {
      const auto* spelled = x.meta.find(name);
      if (!spelled)
        return false;
      auto text = parse_text(*spelled);
      auto plain = text ? plain_text(*text) : std::nullopt;
      return plain && json_enum<typename T::value_type>::parse(*plain) == member;
    }
  return false;
}

bool read_meta(json_reader& in, const json_place& at, std::string_view name, const json::value& x,
               param& out) {
  if (name == source_name) {
    read_meaning(name, x, out.meta.empty() && !out.internal_mode, out.source, out);
    return true;
  }
  if (name == internal_mode_name) {
    read_meaning(name, x, out.meta.empty(), out.internal_mode, out);
    return true;
  }
  const auto* members = name == meta_name ? x.if_object() : nullptr;
  if (!members) {
    keep_extra(out.meta, name, x);
    return true;
  }
  // The whole meta map is given anew.
  out.source.reset();
  out.internal_mode.reset();
  out.meta.clear();
  for (const auto& member : *members) {
    auto inner = key_of(member);
    json_place here{at, inner};
    if (inner == meta_name)
      keep_extra(out.meta, inner, member.value());
    else if (!read_meta(in, here, inner, member.value(), out))
      return false;
  }
  return true;
}

bool read_member_of_param(json_reader& in, const json_place& at, std::string_view name,
                          const json::value& x, param& out) {
  if (name == "type")
    return true; // Read before the others.
  if (name == "value")
    return no_value(out.type, x) || read_literal(in, at, out.type, x, out.literal.emplace());
  if (name == "evaluated_result")
    return no_value(out.type, x)
           || read_result(in, at, out.type, x, out.evaluated_result.emplace());
  if (name == "expression")
    return read_json(in, at, x, out.expression);
  if (name == "validator")
    return read_json(in, at, x, out.validator);
  if (name == "tags")
    return read_json(in, at, x, out.tags);
  if (name == "mode")
    return read_json(in, at, x, out.mode);
  if (name == "evaluated_time")
    return read_json(in, at, x, out.evaluated_time);
  return read_meta(in, at, name, x, out);
}

/// A definition has a literal or an expression; an evaluated param may have neither.
bool check_definition(json_reader& in, const json_place& at, const param& x) {
  auto both = x.literal && x.expression;
  auto neither = !x.literal && !x.expression;
  if (!both && (!neither || x.evaluated_result))
    return true;
  return in.refuse(at, std::string{"must be defined with either a literal value or an expression, "
                                   "found "}
                         + (both ? "both" : "neither"));
}

} // namespace

json::value write_json(const value& x) {
  return std::visit(overload{[](std::monostate) { return json::value{}; },
                             [](const int_seq& item) { return write_numbers(item); },
                             [](const decimal& item) { return write_decimal(item); },
                             [](const std::vector<decimal>& items) {
                               return write_decimals(items);
                             },
                             [](const auto& item) { return write_json(item); }},
                    x.v);
}

void append_json(std::string& out, const value& x) {
  const auto decimal_text = [&](const decimal& item) {
    if (is_json_number(item.text))
      out += item.text;
    else
      append_text(out, item.text);
  };
  const auto list = [&](std::uint64_t size, const auto& item) {
    out += '[';
    for (std::uint64_t i = 0; i < size; ++i) {
      out += i == 0 ? "" : ",";
      item(i);
    }
    out += ']';
  };
  std::visit(overload{[&](std::monostate) { out += "null"; },
                      [&](const int_seq& items) {
                        list(items.size(), [&](std::uint64_t i) { append_json(out, items[i]); });
                      },
                      decimal_text,
                      [&](const std::vector<decimal>& items) {
                        list(items.size(), [&](std::uint64_t i) { decimal_text(items[i]); });
                      },
                      [&](const auto& item) { append_json(out, item); }},
             x.v);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, value& out) {
  if (x.is_null()) {
    out.v = std::monostate{};
    return true;
  }
  if (plain_text(x))
    return read_as<std::string>(in, at, x, out);
  if (x.is_bool())
    return read_as<bool>(in, at, x, out);
  if (x.is_object())
    return read_as<value_map>(in, at, x, out);
  if (x.is_array())
    return read_untyped_list(in, at, x, out);
  return x.is_int64() ? read_as<std::int64_t>(in, at, x, out) : read_as<double>(in, at, x, out);
}

json::value write_json(const param& x) {
  json::object out;
  for_each_field<param>([&](const auto& f) {
    const auto& member = x.*(f.member);
    if (!detail::left_out(member, f.when) && !spelled_in_meta(x, f.name, member))
      out[f.name] = write_json(member);
  });
  write_extras(out, x.meta);
  return out;
}

void append_json(std::string& out, const param& x) {
  member_writer members{out};
  const auto written = [&](const auto& f) {
    const auto& member = x.*(f.member);
    return !detail::left_out(member, f.when)
           && (x.meta.empty() || !spelled_in_meta(x, f.name, member));
  };
  for_each_field<param>([&](const auto& f) {
    if (!written(f))
      return;
    members.plain_name(f.name);
    append_json(out, x.*(f.member));
  });
  for (const auto& kept : x.meta) {
    auto taken = false;
    for_each_field<param>(
      [&](const auto& f) { taken = taken || (f.name == kept.first && written(f)); });
    if (!taken)
      members.kept(kept.first, kept.second);
  }
  members.end();
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, param& out) {
  const auto* members = x.if_object();
  if (!members)
    return in.expected(at, "an object with type and value or expression", x);
  const auto* type = members->if_contains("type");
  if (!type || type->is_null())
    return in.refuse(at, "has no type, expected " + detail::choices<param_type>());
  if (!read_json(in, json_place{at, "type"}, *type, out.type))
    return false;
  for (const auto& member : *members) {
    auto name = key_of(member);
    if (!read_member_of_param(in, json_place{at, name}, name, member.value(), out))
      return false;
  }
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, param_map& out) {
  if (!detail::read_map(in, at, x, out))
    return false;
  if (in.free_params)
    return true;
  for (const auto& [name, item] : out)
    if (!check_definition(in, json_place{at, name}, item))
      return false;
  return true;
}

TUTTI_JSON_TYPE(value);
TUTTI_JSON_TYPE(value_map);
TUTTI_JSON_TYPE(param);
TUTTI_JSON_TYPE(param_map);

} // namespace tutti::model
