#include "runtime/model/json.hpp"
#include "runtime/params/coerce.hpp"
#include "runtime/params/limits.hpp"
#include "runtime/params/output.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

/// The JSON that jobs report.
namespace tutti::params {

namespace {

namespace json = boost::json;

using model::param;
using model::param_map;
using model::param_type;
using model::value;

constexpr std::string_view same_as_result = "PARAM_VALUE_IDENTICAL_TO_EVALUATED_RESULT";

using maybe_type = std::optional<param_type>;

std::string_view view(json::string_view x) {
  return {x.data(), x.size()};
}

error refuse(std::string_view name, std::string_view why) {
  return {ec::bad_request, "Output parameter [" + std::string{name} + "]: " + std::string{why}};
}

result<value> read_value(std::string_view name, const json::value& x) {
  auto place = "output [" + std::string{name} + "]";
  model::json_rules rules;
  rules.root = place;
  return model::from_json<value>(x, rules);
}

value empty_array(maybe_type declared) {
  switch (declared.value_or(param_type::string_array)) {
    case param_type::long_array:
      return value{model::int_seq{}};
    case param_type::double_array:
      return value{std::vector<double>{}};
    case param_type::boolean_array:
      return value{std::vector<bool>{}};
    default:
      return value{std::vector<std::string>{}};
  }
}

/// Whole numbers where the step declares a DOUBLE_ARRAY.
value widened(value x) {
  const auto* whole = x.as<model::int_seq>();
  if (!whole)
    return x;
  std::vector<double> out;
  out.reserve(whole->size());
  for (std::uint64_t i = 0; i < whole->size(); ++i)
    out.push_back(static_cast<double>((*whole)[i]));
  return value{std::move(out)};
}

result<value> read_array(std::string_view name, const json::value& x, maybe_type declared) {
  if (x.get_array().empty())
    return empty_array(declared);
  auto out = read_value(name, x);
  if (out && declared == param_type::double_array)
    return widened(*std::move(out));
  return out;
}

/// A map of texts is a STRING_MAP, unless the step declares a MAP.
result<value> read_object(std::string_view name, const json::value& x, maybe_type declared) {
  auto out = read_value(name, x);
  const auto* entries = out ? out->as<model::value_map>() : nullptr;
  if (!entries || declared == param_type::map)
    return out;
  auto is_text = [](const auto& entry) {
    return entry.second.template as<std::string>() != nullptr;
  };
  if (declared != param_type::string_map && !std::all_of(entries->begin(), entries->end(), is_text))
    return out;
  model::string_map texts;
  texts.reserve(entries->size());
  for (const auto& [key, item] : *entries)
    texts.append(key, to_text(item));
  return value{std::move(texts)};
}

result<param> read_plain(std::string_view name, const json::value& x, maybe_type declared,
                         std::int64_t now) {
  if (x.is_null())
    return refuse(name, "found null, expected a text, number, boolean, array or object");
  auto read = x.is_array()    ? read_array(name, x, declared)
              : x.is_object() ? read_object(name, x, declared)
                              : read_value(name, x);
  if (!read)
    return read.error();
  auto out = model::make_param(*read);
  out.evaluated_result = *std::move(read);
  out.evaluated_time = now;
  return out;
}

bool is_marker(const std::optional<value>& literal) {
  if (!literal)
    return false;
  const auto* text = literal->as<std::string>();
  const auto* texts = literal->as<std::vector<std::string>>();
  return (text && *text == same_as_result)
         || (texts && texts->size() == 1 && texts->front() == same_as_result);
}

bool has_type(const json::value& x) {
  const auto* members = x.if_object();
  const auto* type = members ? members->if_contains("type") : nullptr;
  const auto* text = type ? type->if_string() : nullptr;
  return text && model::parse_param_type({text->data(), text->size()}).has_value();
}

result<param> read_typed(std::string_view name, const json::value& x, std::int64_t now) {
  auto place = "output [" + std::string{name} + "]";
  model::json_rules rules;
  rules.root = place;
  auto out = model::from_json<param>(x, rules);
  if (!out)
    return out;
  if (is_marker(out->literal) && out->evaluated_result)
    out->literal = model::make_param(*out->evaluated_result).literal;
  if (!out->literal && !out->expression && !out->evaluated_result)
    return refuse(name, "found neither a value nor an evaluated_result");
  if (!out->literal && !out->expression)
    out->literal = model::make_param(*out->evaluated_result).literal;
  if (!out->evaluated_time)
    out->evaluated_time = now;
  return out;
}

/// The parameters of Maestro's form, or null.
const json::object* wrapped_params(const json::object& all) {
  const auto* params = all.if_contains("params");
  const auto* members = params ? params->if_object() : nullptr;
  if (!members)
    return nullptr;
  for (const auto& member : all)
    if (member.key() != "params" && member.key() != "artifacts")
      return nullptr;
  return members;
}

} // namespace

result<param_map> outputs_from_json(std::string_view text, std::int64_t now,
                                    const param_map* declared) {
  auto parsed = model::parse_text(text);
  if (!parsed)
    return error{parsed.error().code, "Output parameters: " + parsed.error().message};
  const auto* all = parsed->if_object();
  if (!all)
    return error{ec::bad_request, "Output parameters: expected a JSON object of names and values"};
  const auto* wrapped = wrapped_params(*all);
  const auto& members = wrapped ? *wrapped : *all;
  param_map out;
  out.reserve(members.size());
  for (const auto& member : members) {
    auto name = view(member.key());
    const auto* own = declared ? declared->find(name) : nullptr;
    auto read = wrapped && has_type(member.value())
                  ? read_typed(name, member.value(), now)
                  : read_plain(name, member.value(), own ? maybe_type{own->type} : maybe_type{},
                               now);
    if (!read)
      return read.error();
    out.append(std::string{name}, *std::move(read));
  }
  auto good = check_size(out, "output", "params");
  if (!good)
    return good.error();
  return out;
}

} // namespace tutti::params
