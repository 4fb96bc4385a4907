#include "runtime/params/coerce.hpp"

#include "runtime/base/overload.hpp"
#include "runtime/model/decimals.hpp"
#include "runtime/model/enum_text.hpp"
#include "runtime/model/json.hpp"
#include "runtime/params/kinds.hpp"

#include <charconv>

namespace tutti::params {

namespace {

using model::param_type;
using model::value;

/// The class of a result as the API's messages name it.
std::string_view class_name(const value& x) {
  return std::visit(
    overload{
      [](std::monostate) { return std::string_view{"null"}; },
      [](const std::string&) { return std::string_view{"class java.lang.String"}; },
      [](std::int64_t) { return std::string_view{"class java.lang.Long"}; },
      [](double) { return std::string_view{"class java.lang.Double"}; },
      [](const model::decimal&) { return std::string_view{"class java.lang.Double"}; },
      [](bool) { return std::string_view{"class java.lang.Boolean"}; },
      [](const std::vector<std::string>&) { return std::string_view{"class [Ljava.lang.String;"}; },
      [](const model::int_seq&) { return std::string_view{"class [J"}; },
      [](const std::vector<double>&) { return std::string_view{"class [D"}; },
      [](const std::vector<model::decimal>&) { return std::string_view{"class [D"}; },
      [](const std::vector<bool>&) { return std::string_view{"class [Z"}; },
      [](const auto&) { return std::string_view{"class java.util.LinkedHashMap"}; },
    },
    x.v);
}

error unfit(std::string_view name, std::string_view what, const value& found,
            std::string_view kind = kind::illegal_argument) {
  return kind::refuse(kind, "Param [" + std::string{name} + "] is expected to be a "
                              + std::string{what} + " compatible type but is ["
                              + std::string{class_name(found)} + "]");
}

std::string shortened(std::string text) {
  constexpr std::size_t shown = 1000;
  if (text.size() > shown)
    text = text.substr(0, shown) + "...";
  return text;
}

/// A text is no whole number.
error not_whole(std::string_view name, const std::string& text) {
  auto out = kind::refuse(kind::number_format, "For input string: \"" + shortened(text) + "\"");
  out.details.push_back("Param [" + std::string{name} + "] is a LONG");
  return out;
}

/// A text is no decimal number.
error not_decimal(std::string_view name, const std::string& text) {
  auto odd = text.find_first_not_of("0123456789.eE+-");
  auto message = odd == std::string::npos
                   ? "For input string: \"" + shortened(text) + "\""
                   : std::string{"Character "} + text[odd]
                       + " is neither a decimal digit number, decimal point, nor \"e\" notation "
                         "exponential mark.";
  auto out = kind::refuse(kind::number_format, std::move(message));
  out.details.push_back("Param [" + std::string{name} + "] is a DOUBLE and found ["
                        + shortened(text) + "]");
  return out;
}

void tell(conversion_note* note, std::string_view key, std::string_view target,
          std::string_view from) {
  if (!note)
    return;
  note->key = key;
  note->text = "Implicitly converted the evaluated result to a " + std::string{target}
               + " for type " + std::string{from};
}

result<value> as_text(std::string_view name, value raw, conversion_note* note) {
  if (raw.as<std::string>())
    return raw;
  auto scalar = raw.as<std::int64_t>() || raw.as<double>() || raw.as<bool>()
                || raw.as<model::decimal>();
  if (!scalar)
    return unfit(name, "String", raw);
  tell(note, "info", "string", class_name(raw));
  return value{to_text(raw)};
}

result<value> as_integer(std::string_view name, const value& raw, conversion_note* note) {
  if (raw.as<std::int64_t>())
    return raw;
  const auto* text = raw.as<std::string>();
  if (!text)
    return unfit(name, "Long", raw);
  auto number = parse_long(*text);
  if (!number)
    return not_whole(name, *text);
  tell(note, "warn", "long", "String");
  return value{*number};
}

result<value> as_double(std::string_view name, const value& raw) {
  if (const auto* real = raw.as<double>())
    return value{*real};
  if (const auto* exact = raw.as<model::decimal>())
    return value{model::to_double(*exact)};
  if (const auto* whole = raw.as<std::int64_t>())
    return value{static_cast<double>(*whole)};
  const auto* text = raw.as<std::string>();
  if (!text)
    return unfit(name, "Double", raw, kind::number_format);
  auto number = model::parse_decimal(*text);
  if (!number)
    return not_decimal(name, *text);
  return value{model::to_double(*number)};
}

result<value> as_boolean(std::string_view name, const value& raw, conversion_note* note) {
  if (raw.as<bool>())
    return raw;
  const auto* text = raw.as<std::string>();
  if (!text)
    return unfit(name, "Boolean", raw);
  auto yes = model::equal_any_case(*text, "true");
  if (!yes && !model::equal_any_case(*text, "false"))
    return unfit(name, "Boolean", raw);
  tell(note, "warn", "boolean", "String");
  return value{yes};
}

template <class T>
std::vector<std::string> texts_of(const std::vector<T>& items) {
  std::vector<std::string> out;
  out.reserve(items.size());
  for (const auto& x : items)
    out.push_back(to_text(value{static_cast<T>(x)}));
  return out;
}

result<value> as_text_array(std::string_view name, value raw, conversion_note* note) {
  if (raw.as<std::vector<std::string>>())
    return raw;
  std::vector<std::string> out;
  if (const auto* numbers = raw.as<model::int_seq>()) {
    // Each text takes at least four characters of JSON: `"1",`.
    if (numbers->size() > size_max / 4)
      return kind::refuse(kind::illegal_argument,
                          "Param [" + std::string{name} + "] would have "
                            + std::to_string(numbers->size())
                            + " texts, which is more than its JSON may hold");
    out.reserve(numbers->size());
    for (std::uint64_t i = 0; i < numbers->size(); ++i)
      out.push_back(std::to_string((*numbers)[i]));
  } else if (const auto* reals = raw.as<std::vector<double>>()) {
    out = texts_of(*reals);
  } else if (const auto* exact = raw.as<std::vector<model::decimal>>()) {
    out = texts_of(*exact);
  } else if (const auto* flags = raw.as<std::vector<bool>>()) {
    out = texts_of(*flags);
  } else {
    return unfit(name, "String array", raw, kind::internal);
  }
  tell(note, "info", "string array", class_name(raw));
  return value{std::move(out)};
}

result<value> as_double_array(std::string_view name, value raw) {
  if (raw.as<std::vector<double>>())
    return raw;
  const auto* exact = raw.as<std::vector<model::decimal>>();
  if (!exact)
    return unfit(name, "Double array", raw, kind::internal);
  std::vector<double> out;
  out.reserve(exact->size());
  for (const auto& x : *exact)
    out.push_back(model::to_double(x));
  return value{std::move(out)};
}

result<value> as_string_map(std::string_view name, value raw) {
  if (raw.as<model::string_map>())
    return raw;
  const auto* entries = raw.as<model::value_map>();
  if (!entries)
    return unfit(name, "String map", raw, kind::class_cast);
  model::string_map out;
  out.reserve(entries->size());
  for (const auto& [key, item] : *entries) {
    const auto* text = item.as<std::string>();
    if (!text)
      return kind::refuse(kind::illegal_argument,
                          "Param [" + std::string{name} + "] has the value [" + to_text(item)
                            + "] for the key [" + key + "], expected a text");
    out.append(key, *text);
  }
  return value{std::move(out)};
}

result<value> as_map(std::string_view name, value raw) {
  if (raw.as<model::value_map>())
    return raw;
  const auto* texts = raw.as<model::string_map>();
  if (!texts)
    return unfit(name, "Map", raw, kind::class_cast);
  model::value_map out;
  out.reserve(texts->size());
  for (const auto& [key, text] : *texts)
    out.append(key, value{text});
  return value{std::move(out)};
}

} // namespace

result<value> coerce(std::string_view name, param_type type, value raw, conversion_note* note) {
  switch (type) {
    case param_type::text:
      return as_text(name, std::move(raw), note);
    case param_type::integer:
      return as_integer(name, raw, note);
    case param_type::decimal:
      return as_double(name, raw);
    case param_type::boolean:
      return as_boolean(name, raw, note);
    case param_type::string_map:
      return as_string_map(name, std::move(raw));
    case param_type::string_array:
      return as_text_array(name, std::move(raw), note);
    case param_type::long_array:
      if (!raw.as<model::int_seq>())
        return unfit(name, "Long array", raw, kind::internal);
      return raw;
    case param_type::double_array:
      return as_double_array(name, std::move(raw));
    case param_type::boolean_array:
      if (!raw.as<std::vector<bool>>())
        return unfit(name, "Boolean array", raw, kind::internal);
      return raw;
    case param_type::map:
      return as_map(name, std::move(raw));
  }
  return unfit(name, "known", raw);
}

std::string to_text(const value& x) {
  return std::visit(overload{
                      [](std::monostate) { return std::string{"null"}; },
                      [](const std::string& item) { return item; },
                      [](std::int64_t item) { return std::to_string(item); },
                      [](double item) { return model::double_text(item); },
                      [](const model::decimal& item) {
                        return model::double_text(model::to_double(item));
                      },
                      [](bool item) { return std::string{item ? "true" : "false"}; },
                      [&](const auto&) { return model::json_text(x); },
                    },
                    x.v);
}

std::string_view type_name(const value& x) {
  return std::visit(
    overload{
      [](std::monostate) { return std::string_view{"NULL"}; },
      [](const std::string&) { return model::to_string(param_type::text); },
      [](std::int64_t) { return model::to_string(param_type::integer); },
      [](double) { return model::to_string(param_type::decimal); },
      [](const model::decimal&) { return model::to_string(param_type::decimal); },
      [](bool) { return model::to_string(param_type::boolean); },
      [](const model::string_map&) { return model::to_string(param_type::string_map); },
      [](const std::vector<std::string>&) { return model::to_string(param_type::string_array); },
      [](const model::int_seq&) { return model::to_string(param_type::long_array); },
      [](const std::vector<double>&) { return model::to_string(param_type::double_array); },
      [](const std::vector<model::decimal>&) { return model::to_string(param_type::double_array); },
      [](const std::vector<bool>&) { return model::to_string(param_type::boolean_array); },
      [](const model::value_map&) { return model::to_string(param_type::map); },
      [](const model::param_map&) { return model::to_string(param_type::map); },
    },
    x.v);
}

std::optional<std::int64_t> parse_long(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-')
    text.remove_prefix(1);
  std::int64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

} // namespace tutti::params
