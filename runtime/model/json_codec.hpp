#pragma once

#include "runtime/model/json_append.hpp"
#include "runtime/model/json_tree.hpp"

/// Makes the public functions of `json.hpp`. Meant for the few files that instantiate the
/// templates; others include `json.hpp`.
namespace tutti::model {

template <class T>
json::value to_json(const T& x) {
  return write_json(x);
}

template <class T>
std::string json_text(const T& x) {
  std::string out;
  append_json(out, x);
  return out;
}

template <class T>
result<T> from_json(const json::value& x, const json_rules& rules) {
  json_reader in{rules};
  T out{};
  if (!read_json(in, json_place{rules.root}, x, out))
    return in.failure.value_or(error{ec::internal, "JSON was refused without a reason"});
  return out;
}

template <class T>
result<T> parse_json(std::string_view text, const json_rules& rules) {
  auto x = parse_text(text);
  if (!x)
    return x.error();
  return from_json<T>(*x, rules);
}

/// Makes the public functions of `json.hpp` for a type.
#define TUTTI_JSON_TYPE(type)                                                                      \
  template boost::json::value to_json<type>(const type&);                                          \
  template std::string json_text<type>(const type&);                                               \
  template result<type> from_json<type>(const boost::json::value&, const json_rules&);             \
  template result<type> parse_json<type>(std::string_view, const json_rules&)

} // namespace tutti::model
