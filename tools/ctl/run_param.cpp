#include "tools/ctl/run_param.hpp"

#include "tools/ctl/json_view.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tutti::ctl {

namespace json = boost::json;

namespace {

json::object definition(std::string_view type, json::value value) {
  json::object made;
  made["type"] = json::string_view{type.data(), type.size()};
  made["value"] = std::move(value);
  return made;
}

bool is_whole(const json::value& x) {
  return x.is_int64();
}

bool is_decimal(const json::value& x) {
  return x.is_number();
}

bool is_boolean(const json::value& x) {
  return x.is_bool();
}

bool is_text(const json::value& x) {
  return x.is_string();
}

result<json::object> definition_of(const json::value& value);

result<json::object> array_definition(const json::array& array) {
  auto all = [&](auto is) { return std::all_of(array.begin(), array.end(), is); };
  // An empty list is a list of texts: the most common kind, and any loop accepts it.
  if (all(is_text))
    return definition("STRING_ARRAY", array);
  if (all(is_whole))
    return definition("LONG_ARRAY", array);
  if (all(is_decimal))
    return definition("DOUBLE_ARRAY", array);
  if (all(is_boolean))
    return definition("BOOLEAN_ARRAY", array);
  return error{ec::bad_request,
               "a list must hold only texts, only numbers or only booleans, not a mix"};
}

result<json::object> map_definition(const json::object& object) {
  if (std::all_of(object.begin(), object.end(), [](auto& x) { return x.value().is_string(); }))
    return definition("STRING_MAP", object);
  json::object inner;
  for (const auto& x : object) {
    auto made = definition_of(x.value());
    if (!made)
      return error{ec::bad_request,
                   "entry '" + std::string{x.key()} + "': " + made.error().message};
    inner[x.key()] = std::move(*made);
  }
  return definition("MAP", std::move(inner));
}

result<json::object> definition_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::int64:
      return definition("LONG", value);
    case json::kind::uint64:
      return error{ec::bad_request, "a whole number must fit 64 bits with sign"};
    case json::kind::double_:
      return definition("DOUBLE", value);
    case json::kind::bool_:
      return definition("BOOLEAN", value);
    case json::kind::string:
      return definition("STRING", value);
    case json::kind::array:
      return array_definition(value.get_array());
    case json::kind::object:
      return map_definition(value.get_object());
    case json::kind::null:
      return error{ec::bad_request, "null is no value of a param"};
  }
  return error{ec::internal, "unknown kind of JSON value"};
}

/// Digits with a sign, and at most one point and an exponent. Keeps texts such as `nan`, `1e`
/// and `0x10` from becoming numbers; `007` and the like stay texts too, as keys often are.
bool looks_like_number(std::string_view text) {
  if (!text.empty() && text.front() == '-')
    text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
    return false;
  const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
  return text.front() >= '0' && text.front() <= '9' && text.back() >= '0' && text.back() <= '9'
         && !leading_zero;
}

} // namespace

result<json::object> read_param(std::string_view text) {
  if (text == "true" || text == "false")
    return definition("BOOLEAN", text == "true");
  const auto first = text.empty() ? '\0' : text.front();
  const bool structured = first == '[' || first == '{';
  if (structured || first == '"' || looks_like_number(text)) {
    auto value = read_json(text);
    if (value)
      return definition_of(*value);
    if (structured)
      return error{ec::bad_request, value.error().message + "; to pass it as a text, quote it: '\""
                                      + std::string{text} + "\"'"};
  }
  return definition("STRING", json::string_view{text.data(), text.size()});
}

result<json::object> read_params(const std::vector<std::string>& texts) {
  json::object params;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return error{ec::bad_request, "-p " + text + ": must be NAME=VALUE"};
    const auto name = text.substr(0, equals);
    if (params.contains(name))
      return error{ec::bad_request, "-p " + text + ": '" + name + "' is given twice"};
    auto made = read_param(std::string_view{text}.substr(equals + 1));
    if (!made)
      return error{ec::bad_request,
                   std::string{"-p "}.append(text).append(": ").append(made.error().message)};
    params[name] = std::move(*made);
  }
  return params;
}

} // namespace tutti::ctl
