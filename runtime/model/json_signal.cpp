#include "runtime/model/decimals.hpp"
#include "runtime/model/json_codec.hpp"
#include "runtime/model/signal.hpp"

namespace tutti::model {

namespace {

bool is_signal_type(param_type x) {
  return x == param_type::text || x == param_type::integer;
}

bool check_type(json_reader& in, const json_place& at, const param& x) {
  return is_signal_type(x.type)
         || in.refuse(at,
                      "is of type " + std::string{to_string(x.type)} + ", expected LONG or STRING");
}

} // namespace

json::value write_json(const signal_value& x) {
  if (const auto* number = std::get_if<std::int64_t>(&x.v))
    return *number;
  return write_json(std::get<std::string>(x.v));
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, signal_value& out) {
  if (auto text = plain_text(x)) {
    out.v = std::string{*text};
    return true;
  }
  auto number = number_text(x);
  auto whole = number ? whole_part(*number) : std::nullopt;
  if (!whole)
    return in.expected(at, "a text, or a number of at most 64 bits", x);
  out.v = *whole;
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               signal_match_param_def& out) {
  if (!read_members(in, at, x, out))
    return false;
  const auto& members = x.get_object();
  if (absent(members, "param") || absent(members, "operator"))
    return in.refuse(at, "has no param or no operator, expected both");
  return check_type(in, json_place{at, "param"}, out.param);
}

bool read_json(json_reader& in, const json_place& at, const json::value& x,
               signal_output_definition& out) {
  if (!read_members(in, at, x, out))
    return false;
  if (!out.params)
    return !x.get_object().contains("params")
           || in.refuse(json_place{at, "params"}, "expected an object, found null");
  json_place here{at, "params"};
  for (const auto& [name, item] : *out.params)
    if (!check_type(in, json_place{here, name}, item))
      return false;
  return true;
}

bool read_json(json_reader& in, const json_place& at, const json::value& x, signal_trigger& out) {
  return read_members_freely(in, at, x, out);
}

TUTTI_JSON_TYPE(signal_value);
TUTTI_JSON_TYPE(signal_match_param);
TUTTI_JSON_TYPE(signal_match_param_def);
TUTTI_JSON_TYPE(signal_dependency_definition);
TUTTI_JSON_TYPE(std::vector<signal_dependency_definition>);
TUTTI_JSON_TYPE(signal_output_definition);
TUTTI_JSON_TYPE(std::vector<signal_output_definition>);
TUTTI_JSON_TYPE(signal_trigger_entry);
TUTTI_JSON_TYPE(signal_trigger);
TUTTI_JSON_TYPE(std::vector<signal_trigger>);
TUTTI_JSON_TYPE(signal_dependency);
TUTTI_JSON_TYPE(signal_dependencies);
TUTTI_JSON_TYPE(signal_output);
TUTTI_JSON_TYPE(signal_outputs);
TUTTI_JSON_TYPE(signal_instance);
TUTTI_JSON_TYPE(signal_instance_source);
TUTTI_JSON_TYPE(signal_trigger_match);
TUTTI_JSON_TYPE(signal_trigger_execution);
TUTTI_JSON_TYPE(details);

} // namespace tutti::model
