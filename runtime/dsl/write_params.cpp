#include "runtime/dsl/write_params.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/dsl/params.hpp"
#include "runtime/dsl/scalar.hpp"

#include <algorithm>

namespace tutti::dsl {

namespace {

using model::param;
using model::param_type;

std::string lower(std::string_view x) {
  std::string out{x};
  for (auto& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// The short name of a type in a key.
std::string_view type_word(param_type x) {
  switch (x) {
    case param_type::text:
      return "string";
    case param_type::integer:
      return "long";
    case param_type::decimal:
      return "double";
    case param_type::boolean:
      return "boolean";
    case param_type::string_map:
      return "map";
    case param_type::string_array:
      return "array<string>";
    case param_type::long_array:
      return "array<long>";
    case param_type::double_array:
      return "array<double>";
    case param_type::boolean_array:
      return "array<boolean>";
    case param_type::map:
      return "pmap";
  }
  return {};
}

/// A decimal in a form that is read as one: 5 would be an integer.
std::string decimal_scalar(const model::decimal& x) {
  const auto found = resolve(x.text);
  if (found.kind == scalar_kind::decimal)
    return x.text;
  return found.kind == scalar_kind::integer ? x.text + ".0" : text_scalar(x.text);
}

/// The items of a list, ready to be written; nothing for another value.
std::optional<std::vector<std::string>> items_of(const model::value& x) {
  std::vector<std::string> out;
  const auto done = std::visit(overload{[&](const std::vector<std::string>& items) {
                                          for (const auto& item : items)
                                            out.push_back(text_scalar(item, true));
                                          return true;
                                        },
                                        [&](const model::int_seq& items) {
                                          for (std::uint64_t i = 0; i < items.size(); ++i)
                                            out.push_back(std::to_string(items[i]));
                                          return true;
                                        },
                                        [&](const std::vector<model::decimal>& items) {
                                          for (const auto& item : items)
                                            out.push_back(decimal_scalar(item));
                                          return true;
                                        },
                                        [&](const std::vector<bool>& items) {
                                          for (const bool item : items)
                                            out.emplace_back(item ? "true" : "false");
                                          return true;
                                        },
                                        [](const auto&) { return false; }},
                               x.v);
  return done ? std::optional{std::move(out)} : std::nullopt;
}

/// Whether the value of a param is a text as the document shows it.
bool shows_text(const param& x) {
  return x.expression || (x.literal && x.literal->as<std::string>());
}

/// Whether the type has to stand in the key, since the value does not tell it.
bool needs_type(const param& x) {
  if (x.expression)
    return x.type != param_type::text;
  if (!x.literal)
    return false;
  if (const auto* entries = x.literal->as<model::param_map>())
    return !entries->empty() && std::all_of(entries->begin(), entries->end(), [](const auto& item) {
      return shows_text(item.second);
    });
  const auto items = items_of(*x.literal);
  return items && items->empty() && x.type != param_type::string_array;
}

std::string key_of(const std::string& name, const param& x, const key_test& taken) {
  auto out = (x.expression ? "!" : "") + name;
  if (needs_type(x) || taken(out))
    out += "<" + std::string{type_word(x.type)} + ">";
  if (x.mode)
    out += "(" + lower(to_string(*x.mode)) + ")";
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion)
void write_literal(yaml_writer& out, const std::string& key, const model::value& x) {
  if (const auto items = items_of(x))
    return out.list(key, *items);
  std::visit(overload{[&](const std::string& item) { out.text(key, item); },
                      [&](std::int64_t item) { out.scalar(key, std::to_string(item)); },
                      [&](const model::decimal& item) { out.scalar(key, decimal_scalar(item)); },
                      [&](bool item) { out.scalar(key, item ? "true" : "false"); },
                      [&](const model::string_map& items) {
                        if (items.empty())
                          return out.scalar(key, "{}");
                        out.open(key);
                        for (const auto& [name, item] : items)
                          out.text(name, item);
                        out.close();
                      },
                      [&](const model::param_map& items) {
                        if (items.empty())
                          return out.scalar(key, "{}");
                        out.open(key);
                        write_params(out, items, [](std::string_view) { return false; });
                        out.close();
                      },
                      [](const auto&) {}},
             x.v);
}

} // namespace

// NOLINTNEXTLINE(misc-no-recursion)
void write_params(yaml_writer& out, const model::param_map& params, const key_test& taken,
                  std::span<const std::string_view> skipped) {
  for (const auto& [name, x] : params) {
    if (std::find(skipped.begin(), skipped.end(), name) != skipped.end())
      continue;
    const auto key = key_of(name, x, taken);
    if (x.expression)
      out.text(key, *x.expression);
    else if (x.literal)
      write_literal(out, key, *x.literal);
  }
}

} // namespace tutti::dsl
