#include "runtime/dsl/params.hpp"

#include "runtime/dsl/keys.hpp"
#include "runtime/dsl/literals.hpp"
#include "runtime/model/enum_text.hpp"

#include <algorithm>
#include <array>

namespace tutti::dsl {

namespace {

using model::param_type;
using word = std::string_view;

struct type_name {
  word name;
  param_type type;
};

constexpr std::array type_names{
  type_name{"string", param_type::text},
  type_name{"long", param_type::integer},
  type_name{"double", param_type::decimal},
  type_name{"boolean", param_type::boolean},
  type_name{"array<string>", param_type::string_array},
  type_name{"array<long>", param_type::long_array},
  type_name{"array<double>", param_type::double_array},
  type_name{"array<boolean>", param_type::boolean_array},
  type_name{"map", param_type::string_map},
  type_name{"string_map", param_type::string_map},
  type_name{"pmap", param_type::map},
};

constexpr word key_form = R"(expected a name such as x, !x, x<long> or x<long>(constant))";

word trimmed(word text) {
  auto begin = text.find_first_not_of(" \t");
  return begin == word::npos ? word{}
                             : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

word right_trimmed(word text) {
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// `map` is the short name of STRING_MAP, `MAP` the full name of MAP.
std::optional<param_type> parse_type(word text) {
  for (const auto& x : type_names)
    if (x.name == text)
      return x.type;
  if (auto full = model::parse_param_type(text))
    return full;
  for (const auto& x : type_names)
    if (model::equal_any_case(x.name, text))
      return x.type;
  return std::nullopt;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// `[_a-zA-Z][.\-_a-zA-Z0-9]*`
bool is_reference_id(word text) {
  auto inner = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
  };
  return !text.empty() && (is_letter(text.front()) || text.front() == '_')
         && std::all_of(text.begin(), text.end(), inner);
}

bool is_sel_identifier(word text) {
  return text.find_first_of(".-") == word::npos;
}

/// @pre both are reference ids
std::string step_param_expression(word step, word name) {
  std::string out;
  if (is_sel_identifier(step) && is_sel_identifier(name))
    return out.append(step).append("__").append(name);
  return out.append("params.getFromStep('").append(step).append("', '").append(name).append("')");
}

/// `[1, 2]`; nothing for what no expression can be made of.
std::optional<std::string> expression_text(const node& x) {
  if (x.kind == node_kind::scalar)
    return plain_text(x);
  if (x.kind != node_kind::list)
    return std::nullopt;
  std::string out = "[";
  for (const auto& item : x.items) {
    auto text = expression_text(item);
    if (!text)
      return std::nullopt;
    out += (out.size() > 1 ? ", " : "") + *text;
  }
  return out + "]";
}

void read_expression(const entry& item, const path& where, model::param& x, report& out) {
  x.expression = expression_text(item.value);
  if (!x.expression)
    out.add(item.at(), where,
            "found " + describe(item.value) + ", expected an expression; put its text in quotes");
}

/// Whether the entry was such a reference.
bool read_array_reference(const node& value, const param_key& key, model::param& x) {
  if (value.kind != node_kind::scalar || resolve(value).kind != scalar_kind::text || value.alias)
    return false;
  if (key.type && !is_array(*key.type))
    return false;
  x.expression = reference_expression(value.text);
  x.type = key.type.value_or(param_type::long_array);
  return x.expression.has_value();
}

} // namespace

bool is_array(param_type type) {
  return type == param_type::string_array || type == param_type::long_array
         || type == param_type::double_array || type == param_type::boolean_array;
}

std::optional<param_key> parse_param_key(const node& key, const path& where, report& out) {
  param_key x;
  word rest = key.text;
  auto fail = [&](const std::string& why) -> std::optional<param_key> {
    out.add(key.at, where, why);
    return std::nullopt;
  };
  if (rest.starts_with('!')) {
    x.is_expression = true;
    rest.remove_prefix(1);
  }
  auto mode_begin = rest.rfind('(');
  auto mode_end = rest.rfind(')');
  if (mode_begin != word::npos && mode_end != word::npos && mode_begin < mode_end) {
    auto mode = trimmed(rest.substr(mode_begin + 1, mode_end - mode_begin - 1));
    x.mode = model::parse_param_mode(mode);
    if (!x.mode)
      return fail("unknown param mode " + quoted(mode) + ", expected one of "
                  + listed(param_mode_words) + hint_for(mode, param_mode_words));
    rest = right_trimmed(rest.substr(0, mode_begin));
  }
  auto type_begin = rest.find('<');
  auto type_end = rest.rfind('>');
  if (type_begin != word::npos && type_end != word::npos && type_begin < type_end) {
    auto type = trimmed(rest.substr(type_begin + 1, type_end - type_begin - 1));
    x.type = parse_type(type);
    if (!x.type)
      return fail("unknown param type " + quoted(type) + ", expected one of "
                  + listed(param_type_words) + hint_for(type, param_type_words));
    rest = right_trimmed(rest.substr(0, type_begin));
  }
  if (rest.empty() || rest.find_first_of("!<>() \t\r\n") != word::npos)
    return fail("found the key " + quoted(key.text) + ", " + std::string{key_form});
  x.name = rest;
  return x;
}

std::optional<std::string> reference_expression(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with("}"))
    return std::nullopt;
  auto inner = text.substr(2, text.size() - 3);
  if (auto at = inner.find('@'); at != word::npos) {
    auto name = inner.substr(0, at);
    auto step = inner.substr(at + 1);
    if (!is_reference_id(name) || !is_reference_id(step))
      return std::nullopt;
    return step_param_expression(step, name);
  }
  if (!is_reference_id(inner) || !is_letter(inner.front()))
    return std::nullopt;
  if (is_sel_identifier(inner))
    return std::string{inner};
  auto split = inner.find("__");
  if (split == word::npos)
    return "params['" + std::string{inner} + "']";
  auto name = inner.substr(split + 2);
  if (!is_reference_id(name))
    return std::nullopt;
  return step_param_expression(inner.substr(0, split), name);
}

void param_collector::add(const entry& item, const path& where) {
  if (!item.named())
    return;
  path here{where, item.key.text};
  auto key = parse_param_key(item.key, here, out_);
  if (!key)
    return;
  auto [first, fresh] = names_.emplace(key->name, item.key.text);
  if (!fresh) {
    // Equal keys are reported for every map already.
    if (first->second != item.key.text)
      out_.add(item.key.at, here,
               "the param " + quoted(key->name) + " is given twice in this map, here and as "
                 + quoted(first->second));
    return;
  }
  model::param x;
  x.mode = key->mode;
  if (key->is_expression) {
    x.type = key->type.value_or(param_type::text);
    read_expression(item, here, x, out_);
  } else if (texts_ == text_means::literal || !read_array_reference(item.value, *key, x)) {
    auto literal = read_literal(item, *key, here, out_);
    if (!literal)
      return;
    x.type = literal->type;
    x.literal = std::move(literal->value);
  }
  params_.set(key->name, std::move(x));
}

void param_collector::add_all(const node& map, const path& where) {
  for (const auto& item : map.entries)
    add(item, where);
}

void param_collector::replace(const node& map, const path& where) {
  param_collector fresh{out_, texts_};
  fresh.add_all(map, where);
  params_ = std::move(fresh.params_);
}

} // namespace tutti::dsl
